/** What a node was given and gave: as people read it, and path by path where the two differ. */
import { type Json, isList, isObject } from '../core/json';

export interface ValueChange {
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

export function changesOf(before: Json | undefined, after: Json | undefined, path = ''): ValueChange[] {
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) =>
      changesOf(before[name], after[name], `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    );
  }
  if (isList(before ?? null) && isList(after ?? null)) {
    const [left, right] = [listOf(before), listOf(after)];
    return Array.from({ length: Math.max(left.length, right.length) }).flatMap((_, i) =>
      changesOf(left[i], right[i], `${path}/${i}`),
    );
  }
  return Object.is(before, after) ? [] : [{ path: path === '' ? '/' : path, before, after }];
}

function listOf(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}

/** A text whose holes were filled is kept in pieces, so that each value can be escaped; people read it as one. */
export function plain(value: Json | undefined): Json | undefined {
  if (value === undefined) return undefined;
  if (isList(value)) return value.map((one) => plain(one) ?? null);
  if (!isObject(value)) return value;
  const pieces = value['$pieces'];
  if (pieces !== undefined && isList(pieces) && Object.keys(value).length === 1)
    return pieces.map(pieceOf).join('');
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one) ?? null]));
}

function pieceOf(piece: Json): string {
  if (!isObject(piece)) return '';
  const part = piece['text'] ?? piece['value'] ?? '';
  return typeof part === 'string' ? part : JSON.stringify(part);
}
