/**
 * A flow and the patches of its variants → the flow an identity gets, on plain values. Says what the engine says
 * (`remove`, `replace`, `add`, `set`, in this order); what does not fit is left out, the server tells why.
 */
import { needsOf, targetsOf } from '../graph';
import { type Json, type JsonObject, isList, isObject } from '../json';
import { orderLinks } from '../order';

export interface VariantPatch {
  readonly name: string;
  readonly patch: JsonObject;
}
export type Mark = 'added' | 'replaced' | 'changed';
export interface Effective {
  readonly value: JsonObject;
  /** What the variants did to each node, the innermost word for it. */
  readonly marks: ReadonlyMap<string, { readonly mark: Mark; readonly by: string }>;
  readonly removed: readonly { readonly id: string; readonly by: string }[];
}

type Nodes = Readonly<Record<string, JsonObject>>;
interface State {
  value: JsonObject;
  readonly marks: Map<string, { mark: Mark; by: string }>;
  readonly removed: { id: string; by: string }[];
}

export function effectiveOf(base: JsonObject, patches: readonly VariantPatch[]): Effective {
  const state: State = { value: base, marks: new Map(), removed: [] };
  for (const one of patches) applyPatch(state, one);
  return state;
}

export function nodesOf(flow: JsonObject): Nodes {
  const nodes = flow['nodes'] ?? null;
  if (!isObject(nodes)) return {};
  return Object.fromEntries(Object.entries(nodes).map(([id, node]) => [id, isObject(node) ? node : {}]));
}

export function objectAt(value: JsonObject, key: string): JsonObject {
  const found = value[key] ?? null;
  return isObject(found) ? found : {};
}

/** One id or a list of them. */
export function idsIn(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value];
  return isList(value) ? value.filter((id) => typeof id === 'string') : [];
}

function applyPatch(state: State, { name, patch }: VariantPatch): void {
  for (const id of idsIn(patch['remove'])) remove(state, id, name);
  for (const [id, node] of Object.entries(objectAt(patch, 'replace'))) replace(state, id, node, name);
  const added = Object.entries(objectAt(patch, 'add')).filter(
    ([id]) => nodesOf(state.value)[id] === undefined,
  );
  for (const [id, node] of added) {
    const { after: _after, before: _before, ...body } = isObject(node) ? node : {};
    put(state, { ...nodesOf(state.value), [id]: body });
    state.marks.set(id, { mark: 'added', by: name });
  }
  for (const [id, node] of added) wire(state, id, isObject(node) ? node : {}, name);
  merge(state, objectAt(patch, 'set'), name);
}

function put(state: State, nodes: Nodes): void {
  state.value = { ...state.value, nodes };
}

function touch(state: State, id: string, by: string): void {
  if (!state.marks.has(id)) state.marks.set(id, { mark: 'changed', by });
}

function withNeeds(node: JsonObject, needs: readonly string[]): JsonObject {
  const { needs: _old, ...rest } = node;
  return needs.length === 0 ? rest : { ...rest, needs: [...new Set(needs)] };
}

function addNeeds(nodes: Nodes, id: string, more: readonly string[]): Nodes {
  const node = nodes[id];
  const fresh = more.filter((one) => one !== id);
  if (node === undefined || fresh.length === 0) return nodes;
  return { ...nodes, [id]: withNeeds(node, [...needsOf(node), ...fresh]) };
}

/** Joins what stood before a node to what stood after it. */
function remove(state: State, id: string, by: string): void {
  let nodes = nodesOf(state.value);
  const own = nodes[id];
  if (own === undefined) return;
  const order = orderLinks(state.value['order'] ?? null);
  const needed = needsOf(own);
  const before = [...needed, ...order.filter((link) => link.to === id).map((link) => link.from)];
  const needing = Object.keys(nodes).filter((one) => needsOf(nodes[one] ?? {}).includes(id));
  const next = order.filter((link) => link.from === id).map((link) => link.to);
  const touched = [...needing, ...(needed.length > 0 ? next : []), ...targetsOf(own).map(({ to }) => to)];
  for (const one of needing) {
    const node = nodes[one] ?? {};
    const needs = needsOf(node).flatMap((need) => (need === id ? before.filter((x) => x !== id) : [need]));
    nodes = { ...nodes, [one]: withNeeds(node, needs) };
  }
  if (needed.length > 0) for (const one of next) nodes = addNeeds(nodes, one, needed);
  for (const { to } of targetsOf(own)) nodes = addNeeds(nodes, to, before);
  for (const [one, node] of Object.entries(nodes)) {
    if (one === id || !targetsOf(node).some(({ to }) => to === id)) continue;
    nodes = { ...nodes, [one]: leadOn(node, id, [...needing, ...next]) };
    touched.push(one);
  }
  const { [id]: _gone, ...kept } = nodes;
  put(state, kept);
  state.value = { ...state.value, ...orderWithout(state.value, id), ...errorsWithout(state.value, id) };
  state.marks.delete(id);
  for (const one of touched) touch(state, one, by);
  state.removed.push({ id, by });
}

/** A case that led to the node leads to what came after it. */
function leadOn(node: JsonObject, id: string, after: readonly string[]): JsonObject {
  const cases = node['switch'] ?? null;
  if (!isList(cases)) return node;
  const led = cases.map((one): Json => {
    if (!isObject(one) || !idsIn(one['to']).includes(id)) return one;
    return { ...one, to: [...new Set(idsIn(one['to']).flatMap((to) => (to === id ? after : [to])))] };
  });
  return { ...node, switch: led };
}

function orderWithout(flow: JsonObject, id: string): JsonObject {
  const order = flow['order'];
  return order === undefined ? {} : { order: dropFrom(order, id) };
}

function dropFrom(order: Json, id: string): Json {
  if (!isList(order)) return order;
  return order
    .filter((one) => one !== id)
    .map((one) => dropFrom(one, id))
    .filter((one) => !(isList(one) && one.length === 0));
}

function errorsWithout(flow: JsonObject, id: string): JsonObject {
  const errors = flow['errors'];
  if (!isList(errors)) return {};
  return { errors: errors.filter((rule) => !isObject(rule) || objectAt(rule, 'match')['node'] !== id) };
}

/** Another node in its place: the edges stay. */
function replace(state: State, id: string, node: Json, by: string): void {
  let nodes = nodesOf(state.value);
  const old = nodes[id];
  if (old === undefined || !isObject(node)) return;
  const kept = Object.fromEntries(
    Object.entries(old).filter(([key]) => (key === 'needs' || key === 'join') && node[key] === undefined),
  );
  if (node['switch'] === undefined) for (const { to } of targetsOf(old)) nodes = addNeeds(nodes, to, [id]);
  put(state, { ...nodes, [id]: { ...node, ...kept } });
  state.marks.set(id, { mark: 'replaced', by });
}

function wire(state: State, id: string, node: JsonObject, by: string): void {
  let nodes = nodesOf(state.value);
  const there = (one: string) => nodes[one] !== undefined;
  nodes = addNeeds(nodes, id, idsIn(node['after']).filter(there));
  for (const next of idsIn(node['before']).filter(there)) {
    nodes = addNeeds(nodes, next, [id]);
    touch(state, next, by);
  }
  put(state, nodes);
}

const FIXED = new Set(['apiVersion', 'kind', 'metadata', 'useCase']);

function merge(state: State, set: JsonObject, by: string): void {
  const nodes = nodesOf(state.value);
  const known = Object.entries(objectAt(set, 'nodes')).filter(
    ([id, node]) => nodes[id] !== undefined && node !== null,
  );
  const rest = Object.entries(set).filter(([key]) => !FIXED.has(key) && key !== 'nodes');
  for (const [id] of known) touch(state, id, by);
  const fitting = {
    ...Object.fromEntries(rest),
    ...(known.length === 0 ? {} : { nodes: Object.fromEntries(known) }),
  };
  const merged = mergePatch(state.value, fitting);
  if (isObject(merged)) state.value = merged;
}

/** RFC 7396. */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key] ?? null, value);
  }
  return merged;
}

/** The smallest RFC 7396 patch from one value to another; undefined when they are equal. */
export function patchBetween(before: Json | undefined, after: Json): Json | undefined {
  if (JSON.stringify(before) === JSON.stringify(after)) return undefined;
  if (!isObject(after)) return after;
  if (!isObject(before)) return after;
  const changes: Record<string, Json> = {};
  for (const key of Object.keys(before)) if (after[key] === undefined) changes[key] = null;
  for (const [key, value] of Object.entries(after)) {
    const change = patchBetween(before[key], value);
    if (change !== undefined) changes[key] = change;
  }
  return Object.keys(changes).length === 0 ? undefined : changes;
}

/** A merge patch cannot state a null inside a map: null takes the key away. */
export function holdsNull(value: Json): boolean {
  return isObject(value) && Object.values(value).some((one) => one === null || holdsNull(one));
}
