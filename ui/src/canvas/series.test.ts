import { expect, it } from 'vitest';
import { type Item, type Tie, placeItems } from './series';

const SIZE = { width: 216, height: 64 };

/** Sections in a row: one item forks into two, which meet again; a leaf hangs at every meeting. */
function chain(sections: number): { items: Item[]; ties: Tie[] } {
  const ids: string[] = [];
  const ties: Tie[] = [];
  const tie = (from: string, to: string) => ties.push({ from, to, weight: 1 });
  for (let i = 0; i < sections; i += 1) {
    ids.push(`a${i}`, `b${i}`, `c${i}`, `d${i}`, `leaf${i}`);
    if (i > 0) tie(`d${i - 1}`, `a${i}`);
    for (const [from, to] of ['ab', 'ac', 'bd', 'cd', 'ad']) tie(`${from}${i}`, `${to}${i}`);
    tie(`d${i}`, `leaf${i}`);
  }
  return { items: ids.map((id) => ({ id, ...SIZE })), ties };
}

function placed({ items, ties }: { items: Item[]; ties: Tie[] }) {
  const { at, ways } = placeItems(items, ties, []);
  return { ways, at: items.map(({ id }) => ({ id, x: at.get(id)?.x ?? NaN, y: at.get(id)?.y ?? NaN })) };
}

function check(graph: { items: Item[]; ties: Tie[] }) {
  const { at, ways } = placed(graph);
  const by = new Map(at.map((one) => [one.id, one]));
  for (const [i, a] of at.entries())
    for (const b of at.slice(i + 1))
      expect(
        Math.abs(a.x - b.x) >= SIZE.width || Math.abs(a.y - b.y) >= SIZE.height,
        `${a.id} over ${b.id}`,
      ).toBe(true);
  expect(Math.min(...at.map((one) => one.x - SIZE.width / 2))).toBeCloseTo(0);
  expect(Math.min(...at.map((one) => one.y - SIZE.height / 2))).toBeCloseTo(0);
  expect(ways.size).toBe(graph.ties.length);
  return by;
}

it('a long flow is placed from left to right, nothing over anything', () => {
  const graph = chain(30);
  const by = check(graph);
  for (const { from, to } of graph.ties)
    expect((by.get(from)?.x ?? NaN) < (by.get(to)?.x ?? NaN), `${from} before ${to}`).toBe(true);
});

it('lines begin and end at their items, also where parts meet', () => {
  const graph = chain(30);
  const by = check(graph);
  const { ways } = placed(graph);
  for (const { from, to } of graph.ties) {
    const way = ways.get(JSON.stringify([from, to])) ?? [];
    const [first, last] = [way[0], way.at(-1)];
    expect(Math.abs((first?.x ?? NaN) - (by.get(from)?.x ?? NaN))).toBeLessThanOrEqual(SIZE.width);
    expect(Math.abs((last?.x ?? NaN) - (by.get(to)?.x ?? NaN))).toBeLessThanOrEqual(SIZE.width);
  }
});

it('a change far on moves nothing before it', () => {
  const [before, after] = [chain(30), chain(30)];
  after.items.push({ id: 'new', ...SIZE });
  after.ties.push({ from: 'a29', to: 'new', weight: 1 }, { from: 'new', to: 'd29', weight: 1 });
  const [old, now] = [placed(before).at, placed(after).at];
  const height = (list: typeof old, id: string) =>
    (list.find((one) => one.id === id)?.y ?? NaN) - (list.find((one) => one.id === 'a0')?.y ?? NaN);
  for (const { id, x } of old.slice(0, 100)) {
    expect(now.find((one) => one.id === id)?.x).toBe(x);
    expect(height(now, id)).toBe(height(old, id));
  }
});

it('lines in a circle and parts that do not hang together are placed all the same', () => {
  const circle = chain(20);
  circle.ties.push({ from: 'd19', to: 'a0', weight: 1 });
  check(circle);
  const [one, two] = [chain(10), chain(10)];
  const other = (id: string) => `other ${id}`;
  check({
    items: [...one.items, ...two.items.map((item) => ({ ...item, id: other(item.id) }))],
    ties: [
      ...one.ties,
      ...two.ties.map(({ from, to, weight }) => ({ from: other(from), to: other(to), weight })),
    ],
  });
});

it('nothing and one thing are placed', () => {
  expect(placeItems([], [], []).at.size).toBe(0);
  check({ items: [{ id: 'only', ...SIZE }], ties: [] });
});
