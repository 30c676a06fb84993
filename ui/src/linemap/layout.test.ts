import { describe, expect, test } from 'vitest';
import { Random } from '../core/testing/random';
import { type Stop, layOut, linksOf, pathOf } from './layout';

const SIZE = { width: 100, height: 40, gapX: 20, gapY: 24 };

function randomStops(random: Random): Stop[] {
  const count = 2 + random.below(24);
  return Array.from({ length: count }, (_, i) => ({
    id: `n${i}`,
    needs: Array.from({ length: random.below(4) }, () => `n${random.below(Math.max(1, i))}`).filter(
      (id) => id !== `n${i}`,
    ),
  }));
}

describe('line map', () => {
  test('every node stands below all it needs and no two overlap', () => {
    const random = new Random(11);
    for (let round = 0; round < 200; round += 1) {
      const stops = randomStops(random);
      const { stops: placed, width } = layOut(stops, SIZE);
      const at = new Map(placed.map((one) => [one.id, one]));
      for (const stop of stops)
        for (const from of stop.needs) expect(at.get(from)?.y ?? 0).toBeLessThan(at.get(stop.id)?.y ?? 0);
      for (const [i, a] of placed.entries())
        for (const b of placed.slice(i + 1))
          if (a.y === b.y) expect(Math.abs(a.x - b.x)).toBeGreaterThanOrEqual(SIZE.width);
      for (const one of placed) expect(one.x >= 0 && one.x + SIZE.width <= width).toBe(true);
    }
  });

  test('an edge that a longer way states as well is not drawn', () => {
    const stops = [
      { id: 'a', needs: [] },
      { id: 'b', needs: ['a'] },
      { id: 'c', needs: ['a', 'b'] },
    ];
    expect(linksOf(stops)).toEqual([
      ['a', 'b'],
      ['b', 'c'],
    ]);
  });

  test('a circle loses the edge that closes it', () => {
    const stops = [
      { id: 'a', needs: ['b'] },
      { id: 'b', needs: ['a'] },
    ];
    expect(linksOf(stops)).toEqual([['b', 'a']]);
  });

  test('the layout of one text is the same each time', () => {
    const stops = randomStops(new Random(5));
    expect(layOut(stops, SIZE)).toEqual(layOut(stops, SIZE));
  });

  test('a straight piece has no bend', () => {
    expect(
      pathOf(
        [
          { x: 50, y: 0 },
          { x: 50, y: 64 },
        ],
        SIZE,
      ),
    ).toBe('M50 40V64');
  });
});
