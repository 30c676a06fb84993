/** Expected models of copying and wrapping. */
import type { Json } from '../json';
import { renameReads } from './expect';
import { at, clone, edgesOf, insertKey, list, names, no, object, put, withNeeds } from './twin';

const OUTSIDE = ['needs', 'join', 'when', 'title', 'critical', 'otherwise', 'output'];
const KINDS = ['use', 'extension', 'flow', 'switch', 'foreach', 'loop', 'race', 'wait', 'respond', 'fail'];

function free(id: string, taken: readonly string[]): string {
  let next = id;
  for (let n = 2; taken.includes(next); n += 1) next = `${id.replace(/_[0-9]+$/, '')}_${n}`;
  return next;
}

/** Copies keep their needs and get what `order` says about them; names within the copied set follow. */
export function duplicate(scope: Json, ids: readonly string[]): Json {
  const nodes = object(at(scope, ['nodes']));
  const chosen = Object.keys(nodes).filter((id) => ids.includes(id));
  if (chosen.length === 0) no('no-node');
  if (chosen.some((id) => !KINDS.some((kind) => Object.hasOwn(object(nodes[id]), kind)))) no('no-nodes');
  const all = edgesOf(scope);
  const taken = Object.keys(nodes);
  const fresh = new Map<string, string>();
  for (const id of chosen) fresh.set(id, free(id, [...taken, ...fresh.values()]));
  let result = nodes;
  let last = chosen.at(-1);
  for (const id of chosen) {
    const ordered = all.filter(
      (edge) => edge.to === id && edge.source === 'order' && !isImplied(all, edge.from, id),
    );
    let node = withNeeds(clone(nodes[id] ?? null), [
      ...names(at(nodes[id] ?? null, ['needs'])),
      ...ordered.map((e) => e.from),
    ]);
    const known = names(at(node, ['needs'])).filter((one) => Object.hasOwn(nodes, one));
    node = withNeeds(node, known);
    for (const [old, next] of fresh) node = renameIn(node, old, next);
    result = insertKey(result, fresh.get(id) ?? id, node, last);
    last = fresh.get(id);
  }
  return put(scope, ['nodes'], result);
}

function isImplied(all: ReturnType<typeof edgesOf>, from: string, to: string): boolean {
  const own = all.filter((edge) => edge.from === from && edge.to === to);
  if (own.some((edge) => edge.source !== 'order')) return false;
  const real = all.filter((edge) => edge.source !== 'data');
  const before = (id: string, seen: Set<string>): Set<string> => {
    for (const edge of real)
      if (edge.to === id && !seen.has(edge.from)) {
        seen.add(edge.from);
        before(edge.from, seen);
      }
    return seen;
  };
  return real.some((edge) => edge.to === to && edge.from !== from && before(edge.from, new Set()).has(from));
}

function renameIn(node: Json, old: string, next: string): Json {
  let out = renameReads(node, old, next);
  const needs = at(out, ['needs']);
  if (needs !== undefined)
    out = put(
      out,
      ['needs'],
      Array.isArray(needs) ? needs.map((one) => (one === old ? next : one)) : needs === old ? next : needs,
    );
  const cases = at(out, ['switch']);
  if (cases === undefined) return out;
  return put(
    out,
    ['switch'],
    list(cases).map((one) => {
      const to = at(one, ['to']);
      if (to === undefined) return one;
      return put(
        one,
        ['to'],
        Array.isArray(to) ? to.map((id) => (id === old ? next : id)) : to === old ? next : to,
      );
    }),
  );
}

export function wrap(scope: Json, id: string, kind: string, keys: Json, branch: string): Json {
  const node = object(at(scope, ['nodes', id]));
  const own = KINDS.find((key) => Object.hasOwn(node, key));
  if (own === undefined || own === 'switch' || own === 'respond' || own === 'fail') no('cannot-wrap');
  const rows = Object.entries(node);
  const outer = rows.filter(([key]) => OUTSIDE.includes(key));
  const inner = rows.filter(([key]) => !OUTSIDE.includes(key));
  const wrapper = { ...object(keys), [branch]: Object.fromEntries(inner) };
  return put(scope, ['nodes', id], Object.fromEntries([...outer, [kind, wrapper]]));
}
