/** The three tries over what the matrix states, as the engine makes them; the engine's own answer stays the authority. */
import type { Cell, Matrix } from '../api/extensions';
import type { Level, Tried } from '../api/identity';

export interface Place {
  readonly useCase: string;
  readonly bizId: string | null;
  readonly scenario: string | null;
}
export interface Found {
  readonly tried: readonly Tried[];
  readonly level: Level | null;
  /** The cell that states the answer; its `isOwn` is true, save for the point's own default. */
  readonly cell: Cell | undefined;
}
export interface Lookup {
  readonly stated: ReadonlyMap<string, ReadonlyMap<string, Cell>>;
  readonly defaults: ReadonlyMap<string, Cell>;
}

/** Parts may hold any sign, so each is led by its length; JSON takes four times as long. */
export function keyOf(useCase: string, bizId: string | null, scenario: string | null): string {
  return `${useCase.length}:${useCase}${partOf(bizId)}${partOf(scenario)}`;
}

/** Keys of point and identity whose plan is known not to ask the point. */
export type Unasked = ReadonlySet<string>;

export function unaskedKey(point: string, key: string): string {
  return `${point}\n${key}`;
}

function partOf(part: string | null): string {
  return part === null ? '-' : `${part.length}:${part}`;
}

export function placeOf(identity: Matrix['identities'][number]): Place {
  const { useCase = '', bizId = null, scenario = null } = identity;
  return { useCase, bizId: bizId === '' ? null : bizId, scenario: scenario === '' ? null : scenario };
}

export function lookupOf(matrix: Matrix): Lookup {
  const stated = new Map<string, Map<string, Cell>>();
  const defaults = new Map<string, Cell>();
  for (const point of matrix.points) if (point.hasDefault) defaults.set(point.name, unnamed(point.name));
  const keys = matrix.identities.map((identity) => {
    const { useCase, bizId, scenario } = placeOf(identity);
    return keyOf(useCase, bizId, scenario);
  });
  for (const cell of matrix.cells) {
    if (cell.level === 'default') defaults.set(cell.point, cell);
    const key = keys[cell.identity];
    if (!cell.isOwn || key === undefined) continue;
    const byKey = stated.get(cell.point) ?? new Map<string, Cell>();
    byKey.set(key, cell);
    stated.set(cell.point, byKey);
  }
  return { stated, defaults };
}

/** A default that no cell of the matrix shows: that it answers is known, its name is not. */
function unnamed(point: string): Cell {
  return { point, identity: -1, level: 'default', implementation: null, candidates: 1, isOwn: false };
}

/** Keys in the order they are tried; a scenario without business line is never tried. */
export function triesOf({ useCase, bizId, scenario }: Place): readonly (readonly [Tried, 1 | 2 | 3])[] {
  const last = [[useCase, null, null], 3] as const;
  if (bizId === null) return [last];
  const middle = [[useCase, bizId, null], 2] as const;
  return scenario === null ? [middle, last] : [[[useCase, bizId, scenario], 1], middle, last];
}

export function find(lookup: Lookup, point: string, place: Place): Found {
  const tried: Tried[] = [];
  const stated = lookup.stated.get(point);
  for (const [key, level] of triesOf(place)) {
    tried.push(key);
    const cell = stated?.get(keyOf(...key));
    if (cell !== undefined) return { tried, level, cell };
  }
  const cell = lookup.defaults.get(point);
  return { tried, level: cell === undefined ? null : 'default', cell };
}

/** What would answer with one statement gone, for every place it answered for. */
export interface Change {
  readonly place: Place;
  readonly before: Cell;
  readonly after: Found;
}

export function withoutIt(matrix: Matrix, lookup: Lookup, point: string, at: Place): Change[] {
  const key = keyOf(at.useCase, at.bizId, at.scenario);
  const gone = lookup.stated.get(point)?.get(key);
  if (gone === undefined) return [];
  const rest = new Map(lookup.stated.get(point));
  rest.delete(key);
  const without: Lookup = { stated: new Map(lookup.stated).set(point, rest), defaults: lookup.defaults };
  return matrix.identities
    .map(placeOf)
    .filter((place) => place.useCase === at.useCase && find(lookup, point, place).cell === gone)
    .map((place) => ({ place, before: gone, after: find(without, point, place) }));
}
