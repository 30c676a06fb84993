/** What a form changed, as the fewest edits of the text: an untouched form changes nothing. */
import { type Json, type Path, isEmpty, isList, isObject } from './json';

export type Patch =
  | { readonly op: 'set'; readonly path: Path; readonly value: Json }
  | { readonly op: 'unset'; readonly path: Path }
  | { readonly op: 'insert'; readonly path: Path; readonly index: number; readonly value: Json }
  | { readonly op: 'remove'; readonly path: Path; readonly index: number }
  | { readonly op: 'move'; readonly path: Path; readonly index: number; readonly to: number };

/** Undefined stands for a field the person cleared: it is taken away, never written as null. */
export function diff(before: Json | undefined, after: Json | undefined, path: Path = []): Patch[] {
  if (same(before, after)) return [];
  if (after === undefined) return [{ op: 'unset', path }];
  // A form fills in empty collections by itself; nobody asked for them.
  if (before === undefined) return isEmpty(after) ? [] : [{ op: 'set', path, value: clean(after) }];
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => diff(before[key], after[key], [...path, key]));
  }
  if (isList(before) && isList(after)) return diffList(before, after, path);
  return [{ op: 'set', path, value: clean(after) }];
}

/** One item more, one less or one moved keeps the text of all others with its comments. */
function diffList(before: readonly Json[], after: readonly Json[], path: Path): Patch[] {
  const a = before.map((item) => JSON.stringify(item));
  const b = after.map((item) => JSON.stringify(item));
  const start = firstDifference(a, b);
  if (b.length === a.length + 1 && a.slice(start).every((item, i) => item === b[start + 1 + i]))
    return [{ op: 'insert', path, index: start, value: clean(after[start] ?? null) }];
  if (a.length === b.length + 1 && b.slice(start).every((item, i) => item === a[start + 1 + i]))
    return [{ op: 'remove', path, index: start }];
  if (a.length === b.length) {
    const moved = moveOf(a, b, start);
    if (moved !== undefined) return [{ op: 'move', path, ...moved }];
    return before.flatMap((item, i) => diff(item, after[i], [...path, i]));
  }
  return [{ op: 'set', path, value: clean(after) }];
}

function firstDifference(a: readonly string[], b: readonly string[]): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
  return at;
}

/** `to` counts places before the move, as the list command does. */
function moveOf(
  a: readonly string[],
  b: readonly string[],
  start: number,
): { index: number; to: number } | undefined {
  if ([...a].sort().join('\n') !== [...b].sort().join('\n')) return undefined;
  const down = b.indexOf(a[start] ?? '', start);
  if (
    a
      .toSpliced(start, 1)
      .toSpliced(down, 0, a[start] ?? '')
      .join('\n') === b.join('\n')
  )
    return { index: start, to: down + 1 };
  const up = a.indexOf(b[start] ?? '', start);
  if (
    a
      .toSpliced(up, 1)
      .toSpliced(start, 0, b[start] ?? '')
      .join('\n') === b.join('\n')
  )
    return { index: up, to: start };
  return undefined;
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Without the undefined members forms leave behind. */
function clean(value: Json): Json {
  return JSON.parse(JSON.stringify(value));
}
