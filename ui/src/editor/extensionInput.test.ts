import { expect, it } from 'vitest';
import { sampleOf } from './extensionInput';

it('an input to begin with has what the schema states, and something of the right type elsewhere', () => {
  const schema = {
    type: 'object',
    properties: {
      id: { type: 'string', examples: ['o-1'] },
      way: { enum: ['air', 'rail'] },
      fen: { type: 'integer' },
      who: { type: ['object', 'null'], properties: { isNew: { type: 'boolean', default: true } } },
      lots: { type: 'array', items: { type: 'string' } },
      any: {},
    },
  };
  const given = { id: 'o-1', way: 'air', fen: 0, who: { isNew: true }, lots: [], any: {} };
  expect(sampleOf(schema)).toEqual(given);
});
