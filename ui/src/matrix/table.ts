/** Matrix → rows and columns as they are read: points by capability, identities under their business line. */
import { bothOf } from '../core/title';
import { inWords } from '../app/words';
import type { Cell, Matrix, Point } from '../api/extensions';
import type { Level } from '../api/identity';
import { unique } from '../core/json';
import { matches } from '../kit/match';
import {
  type Found,
  type Lookup,
  type Place,
  type Unasked,
  find,
  keyOf,
  lookupOf,
  placeOf,
  unaskedKey,
} from './lookup';

export interface Column {
  readonly bizId: string | null;
  readonly scenario: string | null;
}
export type Row =
  | { readonly kind: 'group'; readonly key: string; readonly title: string; readonly count: number }
  | { readonly kind: 'point'; readonly key: string; readonly point: Point; readonly useCase: string };
export type PointRow = Extract<Row, { kind: 'point' }>;
export interface Group {
  readonly bizId: string;
  readonly first: number;
  readonly end: number;
}
export interface Table {
  readonly lookup: Lookup;
  /** Identities that are known in each use case; of others no call is expected. */
  readonly known: ReadonlySet<string>;
  readonly unasked: Unasked;
  readonly rows: readonly Row[];
  /** Without the pinned default. */
  readonly columns: readonly Column[];
  readonly groups: readonly Group[];
  readonly overrides: number;
  readonly gaps: number;
}
export interface Asked {
  readonly useCase?: string | undefined;
  readonly bizId?: string | undefined;
  readonly scenario?: string | undefined;
  readonly q?: string | undefined;
  readonly only?: 'overrides' | 'gaps' | undefined;
  /** Only what answers otherwise than for this column. */
  readonly against?: Column | undefined;
}
export interface Shown {
  readonly found: Found;
  readonly isOwn: boolean;
  /** A call with this identity is known of, and its plan asks the point. */
  readonly isExpected: boolean;
  /** Nobody answers a call that is expected. */
  readonly isGap: boolean;
  readonly level: Level | null;
  readonly cell: Cell | undefined;
  /** The column that states it; undefined for the point's own default and for a gap. */
  readonly source: Column | undefined;
}

export const DEFAULT: Column = { bizId: null, scenario: null };

export function tableOf(matrix: Matrix, asked: Asked, other: string, unasked: Unasked = new Set()): Table {
  const lookup = lookupOf(matrix);
  const known = new Set(
    matrix.identities.map(placeOf).map((one) => keyOf(one.useCase, one.bizId, one.scenario)),
  );
  const whole = { lookup, known, unasked };
  const columns = columnsOf(matrix, asked);
  const all = pointRows(matrix, asked);
  const keys = new Map(
    unique(all.map((row) => row.useCase)).map((useCase) => [useCase, keysOf(useCase, columns)]),
  );
  const tally = all.map((row) => tallyOf(whole, row, keys.get(row.useCase) ?? [], asked.against));
  const kept = all.filter((_, i) => {
    const { overrides, gaps, differs } = tally[i] ?? NOTHING;
    if (asked.only === 'overrides' && overrides === 0) return false;
    if (asked.only === 'gaps' && gaps === 0) return false;
    return asked.against === undefined || differs > 0;
  });
  return {
    ...whole,
    rows: grouped(kept, other),
    columns,
    groups: groupsOf(columns),
    overrides: tally.reduce((sum, one) => sum + one.overrides, 0),
    gaps: tally.reduce((sum, one) => sum + one.gaps, 0),
  };
}

function columnsOf(matrix: Matrix, asked: Asked): Column[] {
  const found = new Map<string, Column>();
  for (const place of matrix.identities.map(placeOf)) {
    if (place.bizId === null || (asked.useCase !== undefined && place.useCase !== asked.useCase)) continue;
    if (asked.bizId !== undefined && place.bizId !== asked.bizId) continue;
    if (asked.scenario !== undefined && place.scenario !== null && place.scenario !== asked.scenario)
      continue;
    // The business default is the source of its scenarios, so it always stands before them.
    for (const scenario of [null, place.scenario])
      found.set(keyOf('', place.bizId, scenario), { bizId: place.bizId, scenario });
  }
  return [...found.values()].sort(
    (a, b) => order(a.bizId ?? '', b.bizId ?? '') || order(a.scenario ?? '', b.scenario ?? ''),
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A point has one row for each use case it is answered in. */
function pointRows(matrix: Matrix, asked: Asked): PointRow[] {
  const cases = new Map<string, Set<string>>();
  for (const cell of matrix.cells) {
    const useCase = matrix.identities[cell.identity]?.useCase;
    if (useCase === undefined) continue;
    const known = cases.get(cell.point);
    if (known === undefined) cases.set(cell.point, new Set([useCase]));
    else known.add(useCase);
  }
  return matrix.points
    .flatMap((point) =>
      unique([...(cases.get(point.name) ?? point.flows)])
        .sort()
        .map((useCase): PointRow => ({ kind: 'point', key: `${point.name}\n${useCase}`, point, useCase })),
    )
    .filter((row) => asked.useCase === undefined || row.useCase === asked.useCase)
    .filter(({ point, useCase }) =>
      matches(asked.q ?? '', [
        point.name,
        ...bothOf(point.title),
        ...bothOf(point.description),
        useCase,
        point.owner,
      ]),
    );
}

function groupOf({ point, useCase }: PointRow): string | undefined {
  return inWords(point.group) ?? useCase;
}

function grouped(rows: readonly PointRow[], other: string): Row[] {
  const titles = unique(rows.map((row) => groupOf(row) ?? other)).sort((a, b) =>
    a === other ? 1 : b === other ? -1 : a.localeCompare(b, 'zh-CN'),
  );
  return titles.flatMap((title): Row[] => {
    const inside = rows.filter((row) => (groupOf(row) ?? other) === title);
    return [{ kind: 'group', key: `group ${title}`, title, count: inside.length }, ...inside];
  });
}

function groupsOf(columns: readonly Column[]): Group[] {
  const groups: { bizId: string; first: number; end: number }[] = [];
  columns.forEach((column, i) => {
    const last = groups.at(-1);
    if (last !== undefined && last.bizId === column.bizId) last.end = i + 1;
    else groups.push({ bizId: column.bizId ?? '', first: i, end: i + 1 });
  });
  return groups;
}

type Known = Pick<Table, 'lookup' | 'known' | 'unasked'>;

export function showAt({ lookup, known, unasked }: Known, row: PointRow, column: Column): Shown {
  const found = find(lookup, row.point.name, placeAt(row, column));
  const key = keyOf(row.useCase, column.bizId, column.scenario);
  const { level, cell } = found;
  const source =
    level === 1 ? column : level === 2 ? { ...column, scenario: null } : level === 3 ? DEFAULT : undefined;
  const isExpected = known.has(key) && !unasked.has(unaskedKey(row.point.name, key));
  return {
    found,
    level,
    cell,
    source,
    isOwn: source !== undefined && isSame(source, column),
    isExpected,
    isGap: level === null && isExpected,
  };
}

export function placeAt(row: PointRow, column: Column): Place {
  return { useCase: row.useCase, bizId: column.bizId, scenario: column.scenario };
}

export function isSame(a: Column, b: Column): boolean {
  return a.bizId === b.bizId && a.scenario === b.scenario;
}

const NOTHING = { overrides: 0, gaps: 0, differs: 0 };

interface Keys {
  readonly column: Column;
  readonly own: string;
  readonly biz: string;
}

/** The keys of every column, joined once for each use case and not once for each of 60,000 cells. */
function keysOf(useCase: string, columns: readonly Column[]): Keys[] {
  return [DEFAULT, ...columns].map((column) => ({
    column,
    own: keyOf(useCase, column.bizId, column.scenario),
    biz: keyOf(useCase, column.bizId, null),
  }));
}

function tallyOf(
  { lookup, known, unasked }: Known,
  row: PointRow,
  keys: readonly Keys[],
  against: Column | undefined,
) {
  const stated = lookup.stated.get(row.point.name);
  const isAnswered =
    lookup.defaults.has(row.point.name) || stated?.has(keyOf(row.useCase, null, null)) === true;
  const table = { lookup, known, unasked };
  const measure = against === undefined ? undefined : showAt(table, row, against).cell?.implementation;
  const tally = { ...NOTHING };
  for (const { column, own, biz } of keys) {
    const isOwn = stated?.has(own) === true;
    if (isOwn && column.bizId !== null) tally.overrides += 1;
    if (
      !isAnswered &&
      !isOwn &&
      stated?.has(biz) !== true &&
      known.has(own) &&
      !unasked.has(unaskedKey(row.point.name, own))
    )
      tally.gaps += 1;
    if (against !== undefined && showAt(table, row, column).cell?.implementation !== measure)
      tally.differs += 1;
  }
  return tally;
}

/** `points-return-wanlitong` of the point `points-return` reads as `wanlitong`; the whole name is on the tip. */
export function shortName(point: string, implementation: string): string {
  const rest = implementation.startsWith(`${point}-`) ? implementation.slice(point.length + 1) : '';
  return rest === '' ? implementation : rest;
}

export interface Pair {
  readonly row: PointRow;
  readonly left: Shown;
  readonly right: Shown;
  readonly differs: boolean;
}

export function compare(table: Table, left: Column, right: Column): Pair[] {
  return table.rows.flatMap((row) => {
    if (row.kind !== 'point') return [];
    const one = showAt(table, row, left);
    const two = showAt(table, row, right);
    const differs = one.cell?.implementation !== two.cell?.implementation;
    return [{ row, left: one, right: two, differs }];
  });
}

/** A column as a word of the URL: `travel`, `travel/hotel`; the default is `-`. */
export function columnWord({ bizId, scenario }: Column): string {
  if (bizId === null) return '-';
  const parts = scenario === null ? [bizId] : [bizId, scenario];
  return parts.map(encodeURIComponent).join('/');
}

export function columnOf(text: string | undefined): Column | undefined {
  if (text === undefined || text === '') return undefined;
  if (text === '-') return DEFAULT;
  const [bizId, scenario] = text.split('/').map(decoded);
  return bizId === undefined || bizId === ''
    ? undefined
    : { bizId, scenario: scenario === undefined || scenario === '' ? null : scenario };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
