import { describe, expect, test } from 'vitest';
import { Random } from '../core/testing/random';
import { changedFlows } from './graph';
import { merged, regionsOf } from './regions';

const NO_CHOICE = new Map();

describe('three-way merge', () => {
  const random = new Random(9);
  const text = () =>
    Array.from({ length: random.below(14) }, () => random.pick(['a', 'b', 'c', 'd', '']) ?? '').join('\n');
  const edited = (from: string) => {
    const lines = from.split('\n');
    for (let i = random.below(4); i > 0; i -= 1)
      lines.splice(random.below(lines.length + 1), random.below(2), ...text().split('\n').slice(0, 2));
    return lines.join('\n');
  };

  test('regions put together give back each of the three texts', () => {
    for (let round = 0; round < 500; round += 1) {
      const base = text();
      const [mine, theirs] = [edited(base), edited(base)];
      const regions = regionsOf(base, mine, theirs);
      expect(regions.flatMap((one) => one.base).join('\n')).toBe(base);
      expect(regions.flatMap((one) => one.mine).join('\n')).toBe(mine);
      expect(regions.flatMap((one) => one.theirs).join('\n')).toBe(theirs);
    }
  });

  test('a side that changed nothing gives way to the other', () => {
    for (let round = 0; round < 300; round += 1) {
      const base = text();
      const other = edited(base);
      expect(merged(regionsOf(base, other, base), NO_CHOICE)).toBe(other);
      expect(merged(regionsOf(base, base, other), NO_CHOICE)).toBe(other);
      expect(merged(regionsOf(base, other, other), NO_CHOICE)).toBe(other);
    }
  });

  test('changes apart from each other are both kept without asking', () => {
    const base = ['one', 'two', 'three', 'four', 'five'].join('\n');
    const regions = regionsOf(base, base.replace('one', 'ONE'), base.replace('five', 'FIVE'));
    expect(regions.some((one) => one.kind === 'conflict')).toBe(false);
    expect(merged(regions, NO_CHOICE)).toBe('ONE\ntwo\nthree\nfour\nFIVE');
  });

  test('two answers for one line are for a person to decide', () => {
    const regions = regionsOf('retry: 3', 'retry: 5', 'retry: 6');
    expect(regions.map((one) => one.kind)).toEqual(['conflict']);
    expect(merged(regions, new Map([[0, 'theirs' as const]]))).toBe('retry: 6');
    expect(merged(regions, new Map([[0, 'both' as const]]))).toBe('retry: 5\nretry: 6');
  });
});

describe('graph of a change', () => {
  const flow = (body: string) => `kind: Flow\nmetadata: {name: f}\n${body}`;

  test('tells apart what came, went, changed and stayed, and which edges moved', () => {
    const before = flow('order: [a, b]\nnodes:\n  a: {use: map}\n  b: {use: log}\n');
    const after = flow('order: [a, c]\nnodes:\n  a: {use: map, timeout: 3s}\n  c: {use: log}\n');
    const [changed] = changedFlows(before, after);
    expect(changed?.nodes.map((node) => [node.id, node.change])).toEqual([
      ['a', 'changed'],
      ['c', 'added'],
      ['b', 'removed'],
    ]);
    expect(changed?.edges).toEqual([
      { from: 'a', to: 'c', change: 'added' },
      { from: 'a', to: 'b', change: 'removed' },
    ]);
  });

  test('a comment is no change of the graph', () => {
    const text = flow('nodes:\n  a: {use: map}\n');
    expect(changedFlows(text, `# why\n${text}`)[0]?.nodes.map((node) => node.change)).toEqual(['same']);
  });
});
