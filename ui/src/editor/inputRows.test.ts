import { expect, test } from 'vitest';
import { defaultOf, defaultText, inputRows } from './inputRows';

test('a flat schema becomes rows, with what they do not show told in words', () => {
  const rows = inputRows({
    type: 'object',
    required: ['no'],
    properties: {
      no: { type: 'string', minLength: 1, title: 'Number' },
      fen: { type: ['integer', 'null'], default: 0 },
      lines: { type: 'array', items: { type: 'object' }, 'x-title': { zh: '明细', en: 'Lines' } },
    },
  });
  expect(rows?.map((row) => [row.name, row.type, row.isRequired, row.rest])).toEqual([
    ['no', 'string', true, 'minLength: 1'],
    ['fen', undefined, false, "type: [integer, 'null']"],
    ['lines', 'array', false, 'items: {type: object}'],
  ]);
  expect(rows?.map((row) => [row.title, row.isSpoken])).toEqual([
    ['Number', false],
    [undefined, false],
    [{ zh: '明细', en: 'Lines' }, true],
  ]);
});

test('what rows cannot say stays text', () => {
  expect(inputRows(null)).toEqual([]);
  for (const schema of [
    { type: 'array' },
    { oneOf: [] },
    { type: 'object', required: ['gone'], properties: {} },
    { properties: { a: {} }, $defs: {} },
    true,
  ])
    expect(inputRows(schema)).toBeUndefined();
});

test('a default is read by its type, and an empty text is one', () => {
  expect([defaultText(''), defaultText(undefined), defaultText(0), defaultText('a')]).toEqual([
    '""',
    '',
    '0',
    'a',
  ]);
  expect([defaultOf('""', 'string'), defaultOf('12', 'string'), defaultOf('12', 'integer')]).toEqual([
    '',
    '12',
    12,
  ]);
  expect([defaultOf('1.5', 'integer'), defaultOf('1.5', 'number'), defaultOf('x', 'boolean')]).toEqual([
    undefined,
    1.5,
    undefined,
  ]);
  expect([defaultOf('[1]', 'array'), defaultOf('[1]', 'object'), defaultOf('null', 'object')]).toEqual([
    [1],
    undefined,
    undefined,
  ]);
});
