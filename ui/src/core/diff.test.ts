import { describe, expect, it } from 'vitest';
import { diff } from './diff';
import { fits } from '../forms/validator';

describe('form patches', () => {
  const check = (before: Parameters<typeof diff>[0], after: Parameters<typeof diff>[1], expected: unknown) =>
    expect(diff(before, after)).toStrictEqual(expected);

  it('an untouched form emits nothing', () => check({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []));
  it('an empty collection nobody stated is not written', () => check(undefined, {}, []));
  it('a cleared field is taken away', () => check({ a: 1, b: 2 }, { a: 1 }, [{ op: 'unset', path: ['b'] }]));
  it('only the changed leaf is set', () =>
    check({ a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, [{ op: 'set', path: ['a', 'c'], value: 3 }]));
  it('an added item is inserted where it stands', () =>
    check(['a', 'c'], ['a', 'b', 'c'], [{ op: 'insert', path: [], index: 1, value: 'b' }]));
  it('a removed item is removed by place', () =>
    check(['a', 'b'], ['b'], [{ op: 'remove', path: [], index: 0 }]));
  it('a reorder moves one item', () =>
    check(['a', 'b', 'c'], ['b', 'c', 'a'], [{ op: 'move', path: [], index: 0, to: 3 }]));
});

describe('branch matcher', () => {
  const root = { $defs: { once: { type: 'string' } } };

  it('tells branches apart by type, required keys and references', () => {
    const branches = [
      { $ref: '#/$defs/once' },
      {
        type: 'object',
        required: ['attempt'],
        properties: { attempt: { type: 'string' } },
        additionalProperties: false,
      },
      { type: 'array', items: { type: 'integer' } },
    ];
    const pick = (data: Parameters<typeof fits>[1]) =>
      branches.findIndex((branch) => fits(branch, data, root));
    expect([pick('3s'), pick({ attempt: '3s' }), pick([1, 2]), pick({ other: 1 })]).toStrictEqual([
      0, 1, 2, -1,
    ]);
  });
});
