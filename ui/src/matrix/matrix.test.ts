import { describe, expect, test } from 'vitest';
import type { Cell, Matrix } from '../api/extensions';
import { Random } from '../core/testing/random';
import { type Place, find, lookupOf, withoutIt } from './lookup';
import { DEFAULT, columnOf, columnWord, compare, showAt, shortName, tableOf } from './table';
import { axis, inSight, itemAt, lengthOf, scrollTo } from './window';

interface Registration extends Place {
  readonly point: string;
  readonly name: string;
}

const POINTS = ['price', 'points', 'stock'];
const CASES = ['cancel', 'place', 'a,b'];
const BIZ = ['car', 'travel', 'b/c', 'a'];
const SCENES = ['hotel', 'flight', '"', 'car'];

/** Written a second time, over a plain list, without any index. */
function slowly(list: readonly Registration[], defaults: ReadonlySet<string>, point: string, at: Place) {
  const keys: [string | null, string | null, 1 | 2 | 3][] = [];
  if (at.bizId !== null && at.scenario !== null) keys.push([at.bizId, at.scenario, 1]);
  if (at.bizId !== null) keys.push([at.bizId, null, 2]);
  keys.push([null, null, 3]);
  for (const [i, [bizId, scenario, level]] of keys.entries()) {
    const hit = list.find(
      (one) =>
        one.point === point && one.useCase === at.useCase && one.bizId === bizId && one.scenario === scenario,
    );
    if (hit !== undefined) return { level, name: hit.name, tried: i + 1 };
  }
  return defaults.has(point)
    ? { level: 'default', name: `${point}#default`, tried: keys.length }
    : { level: null, name: null, tried: keys.length };
}

function matrixOf(list: readonly Registration[], defaults: ReadonlySet<string>): Matrix {
  const places: Place[] = CASES.flatMap((useCase) => [
    { useCase, bizId: null, scenario: null },
    ...BIZ.flatMap((bizId) => [null, ...SCENES].map((scenario) => ({ useCase, bizId, scenario }))),
  ]);
  const cells = POINTS.flatMap((point) =>
    places.map((place, identity): Cell => {
      const found = slowly(list, defaults, point, place);
      const isOwn = list.some(
        (one) =>
          one.point === point &&
          one.useCase === place.useCase &&
          one.bizId === place.bizId &&
          one.scenario === place.scenario,
      );
      const level =
        found.level === 1 || found.level === 2 || found.level === 3
          ? found.level
          : found.level === null
            ? null
            : 'default';
      return { point, identity, level, implementation: found.name, candidates: 1, isOwn };
    }),
  );
  const points = POINTS.map((name) => ({ name, hasDefault: defaults.has(name), flows: [...CASES] }));
  return { points, identities: places, cells };
}

describe('explain', () => {
  test('equals a brute-force three-level look-up for 1,000 random identities', () => {
    const random = new Random(7);
    const pick = (items: readonly string[]): string => random.pick(items) ?? '';
    for (let round = 0; round < 20; round += 1) {
      const seen = new Set<string>();
      const list = Array.from({ length: 30 }, (_, i): Registration => {
        const bizId = random.next() < 0.25 ? null : pick(BIZ);
        const scenario = bizId === null || random.next() < 0.4 ? null : pick(SCENES);
        return { point: pick(POINTS), useCase: pick(CASES), bizId, scenario, name: `i${i}` };
      }).filter((one) => {
        const key = JSON.stringify([one.point, one.useCase, one.bizId, one.scenario]);
        return !seen.has(key) && seen.add(key) !== undefined;
      });
      const defaults = new Set(POINTS.filter(() => random.next() < 0.3));
      const lookup = lookupOf(matrixOf(list, defaults));
      for (let i = 0; i < 50; i += 1) {
        const point = pick(POINTS);
        const place = {
          useCase: pick([...CASES, 'unknown']),
          bizId: random.next() < 0.2 ? null : pick([...BIZ, 'unknown']),
          scenario: random.next() < 0.3 ? null : pick([...SCENES, 'unknown']),
        };
        const { level, cell, tried } = find(lookup, point, place);
        const slow = slowly(list, defaults, point, place);
        expect([level, tried.length]).toEqual([slow.level, slow.tried]);
        if (level !== 'default') expect(cell?.implementation ?? null).toBe(slow.name);
      }
    }
  });

  test('tells what a statement answered for and who would answer without it', () => {
    const list = [
      { point: 'price', useCase: 'cancel', bizId: null, scenario: null, name: 'base' },
      { point: 'price', useCase: 'cancel', bizId: 'car', scenario: null, name: 'car' },
      { point: 'price', useCase: 'cancel', bizId: 'car', scenario: 'hotel', name: 'exact' },
    ];
    const matrix = matrixOf(list, new Set());
    const changes = withoutIt(matrix, lookupOf(matrix), 'price', {
      useCase: 'cancel',
      bizId: 'car',
      scenario: null,
    });
    expect(changes.map((one) => [one.place.scenario, one.after.cell?.implementation])).toEqual([
      [null, 'base'],
      ['flight', 'base'],
      ['"', 'base'],
      ['car', 'base'],
    ]);
  });
});

describe('table', () => {
  const list = [
    { point: 'price', useCase: 'cancel', bizId: null, scenario: null, name: 'price-base' },
    { point: 'price', useCase: 'cancel', bizId: 'travel', scenario: null, name: 'price-travel' },
    { point: 'stock', useCase: 'cancel', bizId: 'travel', scenario: 'hotel', name: 'hotel' },
  ];
  const matrix = matrixOf(list, new Set(['points']));

  test('business default stands before its scenarios and is their source', () => {
    const table = tableOf(matrix, { useCase: 'cancel', bizId: 'travel' }, 'rest');
    expect(table.columns[0]).toEqual({ bizId: 'travel', scenario: null });
    const price = table.rows.find((row) => row.kind === 'point' && row.point.name === 'price');
    if (price?.kind !== 'point') throw new Error('no row');
    const shown = showAt(table, price, { bizId: 'travel', scenario: 'hotel' });
    expect([shown.level, shown.isOwn, shown.source]).toEqual([2, false, { bizId: 'travel', scenario: null }]);
  });

  test('only gaps and only overrides keep the rows that have one', () => {
    const names = (only: 'gaps' | 'overrides') =>
      tableOf(matrix, { useCase: 'cancel', only }, 'rest').rows.flatMap((row) =>
        row.kind === 'point' ? [row.point.name] : [],
      );
    expect(names('gaps')).toEqual(['stock']);
    expect(names('overrides')).toEqual(['price', 'stock']);
  });

  test('the counts are what a walk over every cell finds', () => {
    const table = tableOf(matrix, {}, 'rest');
    const shown = table.rows.flatMap((row) =>
      row.kind === 'point'
        ? [DEFAULT, ...table.columns].map((column) => ({ column, cell: showAt(table, row, column) }))
        : [],
    );
    expect(table.gaps).toBe(shown.filter((one) => one.cell.isGap).length);
    expect(table.overrides).toBe(shown.filter((one) => one.cell.isOwn && one.column.bizId !== null).length);
  });

  test('differing from an identity keeps the points that answer it otherwise', () => {
    const against = { bizId: 'travel', scenario: null };
    const table = tableOf(
      matrix,
      { useCase: 'cancel', bizId: 'travel', scenario: 'flight', against },
      'rest',
    );
    expect(table.rows.flatMap((row) => (row.kind === 'point' ? [row.point.name] : []))).toEqual(['price']);
    const pairs = compare(tableOf(matrix, { useCase: 'cancel' }, 'rest'), DEFAULT, against);
    expect(pairs.filter((pair) => pair.differs).map((pair) => pair.row.point.name)).toEqual(['price']);
  });

  test('a column survives the URL, whatever its name', () => {
    for (const column of [DEFAULT, { bizId: 'a/b', scenario: '-%' }, { bizId: '旅行', scenario: null }])
      expect(columnOf(columnWord(column))).toEqual(column);
  });

  test('a name loses its point only when something is left', () => {
    expect([
      shortName('price', 'price-car'),
      shortName('price', 'price'),
      shortName('price', 'prices-x'),
    ]).toEqual(['car', 'price', 'prices-x']);
  });
});

describe('window', () => {
  test('shows exactly the items a walk over all of them finds', () => {
    const random = new Random(3);
    const sizes = Array.from({ length: 300 }, () => 20 + Math.floor(random.next() * 60));
    const along = axis(sizes);
    for (let i = 0; i < 500; i += 1) {
      const offset = Math.floor(random.next() * lengthOf(along));
      const length = 1 + Math.floor(random.next() * 900);
      let at = 0;
      const seen = sizes.flatMap((size, item) => {
        at += size;
        return at > offset && at - size < offset + length ? [item] : [];
      });
      const span = inSight(along, offset, length, 0);
      expect([span.first, span.end - 1]).toEqual([seen[0], seen.at(-1)]);
      expect(itemAt(along, offset)).toBe(seen[0]);
    }
  });

  test('scrolls no further than needed', () => {
    const along = axis(Array.from({ length: 10 }, () => 100));
    expect(scrollTo(along, 3, 0, 500, 0)).toBe(0);
    expect(scrollTo(along, 6, 0, 500, 0)).toBe(200);
    expect(scrollTo(along, 6, 0, 500, 100)).toBe(300);
    expect(scrollTo(along, 1, 300, 500, 0)).toBe(100);
  });
});
