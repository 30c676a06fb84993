/**
 * What every command means, said once more on plain objects and without the editor's code: the expected model of the
 * property tests. A refusal is its code.
 */
import { type Json, isList, isObject } from '../json';

export type Model = { [key: string]: Json };
export type Expected = Json | { readonly refused: string };

export class No extends Error {}

export function no(code: string): never {
  throw new No(code);
}

export function clone(value: Json): Json {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

export function at(root: Json, path: readonly (string | number)[]): Json | undefined {
  let value: Json | undefined = root;
  for (const step of path) {
    if (isList(value) && typeof step === 'number') value = value[step];
    else if (isObject(value) && typeof step === 'string' && Object.hasOwn(value, step)) value = value[step];
    else return undefined;
  }
  return value;
}

/** A copy of `root` with `next` at `path`; undefined takes the place away. */
export function put(root: Json, path: readonly (string | number)[], next: Json | undefined): Json {
  const [step, ...rest] = path;
  if (step === undefined) return next ?? null;
  if (isList(root)) {
    const list = [...root];
    const inner = rest.length === 0 ? next : put(list[Number(step)] ?? null, rest, next);
    if (inner === undefined) list.splice(Number(step), 1);
    else list[Number(step)] = inner;
    return list;
  }
  if (root !== null && !isObject(root)) return no('not-a-map');
  const map: Model = { ...(root ?? {}) };
  const inner = rest.length === 0 ? next : put(map[step] ?? null, rest, next);
  if (inner === undefined) delete map[step];
  else map[step] = inner;
  return map;
}

export function object(value: Json | undefined): Model {
  return isObject(value) ? { ...value } : {};
}

export function list(value: Json | undefined): Json[] {
  return isList(value) ? [...value] : [];
}

export function names(value: Json | undefined): string[] {
  return typeof value === 'string' ? [value] : list(value).map(String);
}

/** Keys with one inserted after another, or at the end. */
export function insertKey(map: Model, key: string, value: Json, after: string | undefined): Model {
  const rows = Object.entries(map);
  const place = after === undefined ? -1 : rows.findIndex(([name]) => name === after);
  rows.splice(place < 0 ? rows.length : place + 1, 0, [key, value]);
  return Object.fromEntries(rows);
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly source: 'order' | 'needs' | 'switch' | 'data';
}

function chain(order: Json): { heads: string[]; tails: string[]; edges: Edge[] } {
  const edges: Edge[] = [];
  const walk = (part: Json, depth: number): { heads: string[]; tails: string[] } => {
    if (!isList(part)) return { heads: [String(part)], tails: [String(part)] };
    const inner = part.map((one) => walk(one, depth + 1)).filter((one) => one.heads.length > 0);
    if (depth % 2 === 1)
      return { heads: inner.flatMap((one) => one.heads), tails: inner.flatMap((one) => one.tails) };
    inner.forEach((one, i) => {
      for (const from of inner[i - 1]?.tails ?? [])
        for (const to of one.heads) edges.push({ from, to, source: 'order' });
    });
    return { heads: inner[0]?.heads ?? [], tails: inner.at(-1)?.tails ?? [] };
  };
  return isList(order) ? { ...walk(order, 0), edges } : { heads: [], tails: [], edges };
}

/** Ids read by `nodes.x` and its kin in any text of a node; inner bodies hide their own names. */
export function readsOf(value: Json, hidden: ReadonlySet<string> = new Set()): string[] {
  if (typeof value === 'string')
    return [...value.matchAll(/\b(?:nodes|status|errors)(?:\.|\[")([a-z][a-z0-9_]*)/g)]
      .map((found) => found[1] ?? '')
      .filter((id) => !hidden.has(id));
  if (isList(value)) return value.flatMap((one) => readsOf(one, hidden));
  if (!isObject(value)) return [];
  const inner = new Set([...hidden, ...Object.keys(object(value['nodes']))]);
  return Object.values(value).flatMap((one) => readsOf(one, inner));
}

export function edgesOf(scope: Json): Edge[] {
  const nodes = object(at(scope, ['nodes']));
  const edges = [...chain(at(scope, ['order']) ?? null).edges];
  for (const [id, node] of Object.entries(nodes)) {
    for (const from of names(at(node, ['needs']))) edges.push({ from, to: id, source: 'needs' });
    for (const one of list(at(node, ['switch'])))
      for (const to of names(at(one, ['to']))) edges.push({ from: id, to, source: 'switch' });
  }
  const known = edges.filter((edge) => Object.hasOwn(nodes, edge.from) && Object.hasOwn(nodes, edge.to));
  const data: Edge[] = [];
  for (const [id, node] of Object.entries(nodes))
    for (const from of readsOf(node))
      if (from !== id && Object.hasOwn(nodes, from) && !reaches(known, from, id))
        data.push({ from, to: id, source: 'data' });
  return [...known, ...data];
}

export function reaches(edges: readonly Edge[], from: string, to: string): boolean {
  const open = [from];
  const seen = new Set<string>();
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const edge of edges) {
      if (edge.from !== id || seen.has(edge.to)) continue;
      if (edge.to === to) return true;
      seen.add(edge.to);
      open.push(edge.to);
    }
  return false;
}

export function orderedIds(order: Json | undefined): string[] {
  return isList(order) ? order.flatMap((one) => (isList(one) ? orderedIds(one) : [String(one)])) : [];
}

/** A list with some leaves taken out; lists left empty go too, but not those that were empty. */
export function dropLeaves(order: Json, gone: ReadonlySet<string>): Json {
  return list(order).flatMap((one) => {
    if (!isList(one)) return gone.has(String(one)) ? [] : [one];
    const rest = list(dropLeaves(one, gone));
    return rest.length === 0 && one.length > 0 ? [] : [rest];
  });
}

/** `needs` after an edit, written first when it is new and taken away when it is empty. */
export function withNeeds(node: Json, needs: readonly string[]): Json {
  const { needs: old, ...rest } = object(node);
  const fresh = [...new Set(needs)];
  if (JSON.stringify(fresh) === JSON.stringify(names(old))) return node;
  checkIds(old);
  if (node !== null && !isObject(node)) no('not-a-map');
  if (fresh.length === 0) return rest;
  return old === undefined ? { needs: fresh, ...rest } : put(node, ['needs'], fresh);
}

export function checkIds(value: Json | undefined): void {
  if (list(value).some((one) => typeof one !== 'string')) no('bad-list');
}
