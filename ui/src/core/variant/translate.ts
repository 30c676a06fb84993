/**
 * An edit of the effective flow → the patch that says it. The edit itself is any command, run on a scratch text of the
 * effective flow; here what it did is told as `remove`, `replace`, `add` and `set`, or refused with the reason.
 */
import { Refusal } from '../edit';
import { type Graph, type GraphEdge, ancestors, needsOf, project } from '../graph';
import { type Json, type JsonObject, isList, isObject } from '../json';
import { KINDS } from '../language';
import { draftOf } from '../place';
import { namesIn } from '../sites';
import { parseTree } from '../tree';
import { effectiveOf, holdsNull, idsIn, nodesOf, objectAt, patchBetween } from './effective';
import { scratchOf } from './scratch';

export interface Layers {
  /** The flow beneath this variant: as written, with the patches of broader variants. */
  readonly below: JsonObject;
  /** This variant's patch before the edit. */
  readonly patch: JsonObject;
}

/** Parts of a patch while it is put together. */
type Patch = Record<string, Json>;

export function translate({ below, patch }: Layers, after: JsonObject): JsonObject {
  const before = effectiveOf(below, [{ name: '', patch }]).value;
  const was = nodesOf(before);
  const is = nodesOf(after);
  const gone = Object.keys(was).filter((id) => is[id] === undefined);
  const fresh = Object.keys(is).filter((id) => was[id] === undefined);
  if (gone.length > 0 && fresh.length > 0) throw new Refusal('variant-rename', { ids: gone.join(', ') });
  if (gone.length > 0) return tidy(removed(below, patch, gone));
  const shown = graphOf(after);
  let next: JsonObject = patch;
  for (const id of fresh) next = added(next, id, is[id] ?? {}, shown, new Set(fresh));
  for (const id of Object.keys(was)) next = nodeSet(below, next, id, was[id] ?? {}, is[id] ?? {});
  next = flowSet(below, next, before, after);
  return tidy(wired(below, next, shown, graphOf(before)));
}

export function graphOf(flow: JsonObject): Graph {
  const text = scratchOf(flow);
  const draft = draftOf(text, parseTree(text), 0);
  return draft === undefined ? { path: [], nodes: [], edges: [], order: null } : project(draft, []);
}

/** Places of a flow that still read a node without a guard. */
export function referencesTo(flow: JsonObject, ids: ReadonlySet<string>): string[] {
  const text = scratchOf(flow);
  const draft = draftOf(text, parseTree(text), 0);
  if (draft === undefined) return [];
  const isGuarded = (at: number) => /(?:orDefault|has)\(\s*$/.test(text.slice(Math.max(0, at - 40), at));
  const reads = namesIn(draft, []).sites.filter(
    (site) =>
      site.role === 'nodes' &&
      ids.has(site.id) &&
      (site.owner === undefined || !ids.has(site.owner)) &&
      !isGuarded(site.rootFrom),
  );
  return [...new Set(reads.map((site) => `${site.owner ?? 'output'} → nodes.${site.id}`))];
}

function removed(below: JsonObject, patch: JsonObject, gone: readonly string[]): JsonObject {
  const ids = new Set(gone);
  const before = effectiveOf(below, [{ name: '', patch }]).value;
  const references = referencesTo(before, ids);
  if (references.length > 0)
    throw new Refusal('still-referenced', { ids: gone.join(', '), places: references.join('; ') });
  const own = objectAt(patch, 'add');
  const links = graphOf(before).edges.filter((edge) => edge.sources.some((source) => source !== 'data'));
  const without = (list: Json | undefined, side: 'from' | 'to'): string[] =>
    idsIn(list).flatMap((id) => {
      if (!ids.has(id)) return [id];
      const around = links.filter((edge) => edge[side === 'from' ? 'to' : 'from'] === id);
      return around.map((edge) => edge[side]).filter((one) => !ids.has(one));
    });
  const add = Object.entries(own)
    .filter(([id]) => !ids.has(id))
    .map(([id, node]): [string, Json] => {
      if (!isObject(node)) return [id, node];
      const moved: Patch = { ...node };
      for (const [key, side] of [
        ['after', 'from'],
        ['before', 'to'],
      ] as const)
        if (idsIn(node[key]).some((one) => ids.has(one))) moved[key] = [...new Set(without(node[key], side))];
      return [id, moved];
    });
  const remove = [...idsIn(patch['remove']), ...gone.filter((id) => own[id] === undefined)];
  const dropped = (value: JsonObject) =>
    Object.fromEntries(Object.entries(value).filter(([id]) => !ids.has(id)));
  const set = objectAt(patch, 'set');
  return {
    ...patch,
    ...(remove.length === 0 ? {} : { remove }),
    replace: dropped(objectAt(patch, 'replace')),
    add: Object.fromEntries(add),
    set: { ...set, nodes: dropped(objectAt(set, 'nodes')) },
  };
}

function real(edge: GraphEdge): boolean {
  return edge.sources.some((source) => source !== 'data');
}

/** A new node says what it stands between; what a switch leads to it the switch says itself. */
function added(
  patch: JsonObject,
  id: string,
  body: JsonObject,
  graph: Graph,
  fresh: ReadonlySet<string>,
): JsonObject {
  const { needs: _needs, ...rest } = body;
  const drawn = graph.edges.filter((edge) => real(edge) && !edge.implied);
  const into = drawn.filter((edge) => edge.to === id && !edge.sources.includes('switch'));
  const out = drawn.filter(
    (edge) => edge.from === id && !edge.sources.includes('switch') && !fresh.has(edge.to),
  );
  const after = into.map((edge) => edge.from);
  const before = out.map((edge) => edge.to);
  const node = {
    ...(after.length === 0 ? {} : { after }),
    ...(before.length === 0 ? {} : { before }),
    ...rest,
  };
  return { ...patch, add: { ...objectAt(patch, 'add'), [id]: node } };
}

/** Keys of one node that differ; edges are seen to apart. */
function nodeSet(
  below: JsonObject,
  patch: JsonObject,
  id: string,
  was: JsonObject,
  is: JsonObject,
): JsonObject {
  const keep = (node: JsonObject): JsonObject => {
    const { needs: _needs, ...rest } = node;
    return rest;
  };
  if (JSON.stringify(keep(was)) === JSON.stringify(keep(is))) return patch;
  for (const home of ['add', 'replace']) {
    const own = objectAt(patch, home)[id];
    if (own === undefined || !isObject(own)) continue;
    if (objectAt(objectAt(patch, 'set'), 'nodes')[id] !== undefined) break;
    const outer = Object.fromEntries(
      Object.entries(own).filter(([key]) => ['after', 'before', 'needs'].includes(key)),
    );
    return { ...patch, [home]: { ...objectAt(patch, home), [id]: inPlace(own, { ...outer, ...keep(is) }) } };
  }
  if (kindChanged(was, is)) return replaced(patch, id, keep(is));
  const { set: _set, ...others } = patch;
  const beneath = nodesOf(effectiveOf(below, [{ name: '', patch: others }]).value)[id] ?? {};
  const change = patchBetween(keep(beneath), keep(is));
  if (change !== undefined && isNullWithin(keep(beneath), keep(is)))
    throw new Refusal('variant-null', { id });
  const set = objectAt(patch, 'set');
  const { needs } = objectAt(objectAt(set, 'nodes'), id);
  const stated = {
    ...(isObject(change ?? null) ? Object(change) : {}),
    ...(needs === undefined ? {} : { needs }),
  };
  return { ...patch, set: { ...set, nodes: { ...objectAt(set, 'nodes'), [id]: stated } } };
}

/** Keys in the order they were written, so that an edit moves no line. */
function inPlace(was: JsonObject, is: JsonObject): JsonObject {
  const kept = Object.keys(was).filter((key) => is[key] !== undefined);
  const rest = Object.keys(is).filter((key) => was[key] === undefined);
  return Object.fromEntries([...kept, ...rest].map((key) => [key, is[key] ?? null]));
}

/** Nulls the edit wants to state cannot be told from keys it takes away. */
function isNullWithin(beneath: JsonObject, is: JsonObject): boolean {
  return Object.entries(is).some(
    ([key, value]) =>
      JSON.stringify(beneath[key]) !== JSON.stringify(value) && (value === null || holdsNull(value)),
  );
}

function kindChanged(was: JsonObject, is: JsonObject): boolean {
  return KINDS.some((kind) => (was[kind] === undefined) !== (is[kind] === undefined));
}

function replaced(patch: JsonObject, id: string, body: JsonObject): JsonObject {
  const set = objectAt(patch, 'set');
  const { [id]: _gone, ...nodes } = objectAt(set, 'nodes');
  return { ...patch, replace: { ...objectAt(patch, 'replace'), [id]: body }, set: { ...set, nodes } };
}

const ELSEWHERE = new Set(['nodes', 'order', 'tests']);

function flowSet(below: JsonObject, patch: JsonObject, before: JsonObject, after: JsonObject): JsonObject {
  let set = objectAt(patch, 'set');
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (ELSEWHERE.has(key) || JSON.stringify(before[key]) === JSON.stringify(after[key])) continue;
    if (['apiVersion', 'kind', 'metadata', 'useCase'].includes(key))
      throw new Refusal('variant-fixed', { key });
    const value = after[key];
    const { [key]: _old, ...rest } = set;
    const change =
      value === undefined ? (below[key] === undefined ? undefined : null) : patchBetween(below[key], value);
    set = change === undefined ? rest : { ...set, [key]: change };
  }
  return { ...patch, set };
}

/** Edges that the edit drew or took and the patch does not say yet. */
function wired(below: JsonObject, patch: JsonObject, wanted: Graph, before: Graph): JsonObject {
  const got = graphOf(effectiveOf(below, [{ name: '', patch }]).value);
  const key = (edge: GraphEdge) => `${edge.from}>${edge.to}`;
  const has = new Map(got.edges.filter(real).map((edge) => [key(edge), edge]));
  const wants = new Map(wanted.edges.filter(real).map((edge) => [key(edge), edge]));
  const reach = ancestors(wanted.edges.filter(real));
  const old = new Set(before.edges.filter(real).map(key));
  const isNew = (edge: GraphEdge) => !old.has(key(edge)) && edge.sources.includes('needs');
  let next = patch;
  for (const [name, edge] of has)
    if (!wants.has(name) && reach.get(edge.to)?.has(edge.from) !== true) next = parted(below, next, edge);
  const reached = ancestors(
    graphOf(effectiveOf(below, [{ name: '', patch: next }]).value).edges.filter(real),
  );
  for (const [name, edge] of wants)
    if (!has.has(name) && !edge.implied && (isNew(edge) || reached.get(edge.to)?.has(edge.from) !== true))
      next = joined(below, next, edge);
  return next;
}

function joined(below: JsonObject, patch: JsonObject, { from, to }: GraphEdge): JsonObject {
  const own = objectAt(patch, 'add');
  const append = (id: string, side: 'after' | 'before', other: string): JsonObject => {
    const node = objectAt(own, id);
    return { ...patch, add: { ...own, [id]: { ...node, [side]: [...idsIn(node[side]), other] } } };
  };
  // What `set` says about needs is the last word, whatever `after` and `before` say.
  const isStated = objectAt(objectAt(objectAt(patch, 'set'), 'nodes'), to)['needs'] !== undefined;
  if (isStated) return needsSet(below, patch, to, (needs) => [...needs, from]);
  if (own[to] !== undefined) return append(to, 'after', from);
  if (own[from] !== undefined) return append(from, 'before', to);
  return needsSet(below, patch, to, (needs) => [...needs, from]);
}

function parted(below: JsonObject, patch: JsonObject, { from, to, sources }: GraphEdge): JsonObject {
  if (sources.includes('order')) throw new Refusal('variant-order', { from, to });
  const own = objectAt(patch, 'add');
  const isStated = objectAt(objectAt(objectAt(patch, 'set'), 'nodes'), to)['needs'] !== undefined;
  const cut = (id: string, side: 'after' | 'before', other: string): JsonObject => {
    const node = objectAt(own, id);
    const left = idsIn(node[side]).filter((one) => one !== other);
    const { [side]: _old, ...rest } = node;
    const list = left.length === 0 ? {} : { [side]: left };
    return { ...patch, add: { ...own, [id]: inPlace(node, { ...rest, ...list }) } };
  };
  if (!isStated && idsIn(objectAt(own, to)['after']).includes(from)) return cut(to, 'after', from);
  if (!isStated && idsIn(objectAt(own, from)['before']).includes(to)) return cut(from, 'before', to);
  if (!sources.includes('needs')) return patch;
  return needsSet(below, patch, to, (needs) => needs.filter((one) => one !== from));
}

/** `needs` of a node as `set` states it. */
function needsSet(
  below: JsonObject,
  patch: JsonObject,
  id: string,
  edit: (needs: readonly string[]) => string[],
): JsonObject {
  const { set: _set, ...others } = patch;
  const beneath = needsOf(nodesOf(effectiveOf(below, [{ name: '', patch: others }]).value)[id] ?? {});
  const now = needsOf(nodesOf(effectiveOf(below, [{ name: '', patch }]).value)[id] ?? {});
  const wanted = edit(now);
  const set = objectAt(patch, 'set');
  const nodes = objectAt(set, 'nodes');
  const { needs: _old, ...rest } = objectAt(nodes, id);
  const isSame = JSON.stringify(beneath) === JSON.stringify(wanted);
  const needs = isSame ? {} : { needs: wanted.length === 0 ? null : wanted };
  return { ...patch, set: { ...set, nodes: { ...nodes, [id]: { ...rest, ...needs } } } };
}

/** Without what says nothing. */
function tidy(patch: JsonObject): JsonObject {
  const full = (value: JsonObject) =>
    Object.fromEntries(
      Object.entries(value).filter(([, one]) => !isObject(one) || Object.keys(one).length > 0),
    );
  const set = objectAt(patch, 'set');
  const nodes = full(objectAt(set, 'nodes'));
  const kept = Object.keys(nodes).length === 0 ? withoutNodes(set) : { ...set, nodes };
  const remove = idsIn(patch['remove']);
  const whole = full({ ...patch, ...(patch['set'] === undefined ? {} : { set: kept }) });
  if (remove.length > 0 || !isList(whole['remove'])) return whole;
  const { remove: _none, ...rest } = whole;
  return rest;
}

function withoutNodes(set: JsonObject): JsonObject {
  const { nodes: _none, ...rest } = set;
  return rest;
}
