/** The words of the language the editor has to know to draw a flow. Everything else comes from the server's schema. */
import { type Json, type JsonObject, isObject } from './json';

export const KINDS = [
  'use',
  'extension',
  'flow',
  'switch',
  'foreach',
  'loop',
  'race',
  'wait',
  'respond',
  'fail',
] as const;
export type Kind = (typeof KINDS)[number];

/** Keys that hold bare CEL; `until` of a wait may hold a time or a template. */
export const BARE_KEYS: ReadonlySet<string> = new Set(['when', 'case', 'until', 'in', 'match']);
/** Keys under which every key is plain data and only `${ }` counts. */
export const DATA_KEYS: ReadonlySet<string> = new Set([
  'with',
  'body',
  'output',
  'otherwise',
  'input',
  'value',
]);
/** Keys of a node that belong to the node itself when it is wrapped; the others move with the call. */
export const OUTER_KEYS: ReadonlySet<string> = new Set([
  'needs',
  'join',
  'when',
  'title',
  'critical',
  'otherwise',
  'output',
]);
export const READ_ROOTS: ReadonlySet<string> = new Set(['nodes', 'status', 'errors']);
export const ID = /^[a-z][a-z0-9_]*$/;

export function kindOf(node: Json): Kind | undefined {
  return isObject(node) ? KINDS.find((kind) => Object.hasOwn(node, kind)) : undefined;
}

/** The component, point, flow or channel a node names: the second row of its card. */
export function typeOf(node: JsonObject): string {
  const kind = kindOf(node);
  if (kind === undefined) return '';
  const value = node[kind] ?? null;
  if (typeof value === 'string') return value;
  if (!isObject(value)) return '';
  const named = kind === 'flow' ? value['name'] : kind === 'fail' ? value['code'] : value['in'];
  return typeof named === 'string' ? named : '';
}

/** `base`, or `base_2`, `base_3` … until it is free. */
export function freeId(base: string, taken: ReadonlySet<string>): string {
  if (!taken.has(base)) return base;
  const stem = base.replace(/_[0-9]+$/, '');
  for (let n = 2; ; n += 1) if (!taken.has(`${stem}_${n}`)) return `${stem}_${n}`;
}
