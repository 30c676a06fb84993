/** Two JSON values → the paths at which they differ. */
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
