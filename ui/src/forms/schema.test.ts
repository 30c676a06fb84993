import { expect, it } from 'vitest';
import { isShowable, stripDefaults } from './schema';

it('a field may be called as a word of JSON Schema is', () => {
  const schema = {
    type: 'object',
    default: {},
    properties: { default: { type: 'boolean' }, if: { type: 'string', default: 'x' } },
  };
  expect(stripDefaults(schema)).toStrictEqual({
    type: 'object',
    properties: { default: { type: 'boolean' }, if: { type: 'string', 'x-default': 'x' } },
  });
  expect(isShowable(schema)).toBe(true);
  expect(isShowable({ properties: { a: { if: { type: 'string' } } } })).toBe(false);
});
