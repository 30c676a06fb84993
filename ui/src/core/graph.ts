/** Document tree → nodes and edges of one scope. Computed from the text, thrown away, never saved. */
import { type Json, type JsonObject, type Path, isList, isObject } from './json';
import { type Kind, kindOf, typeOf } from './language';
import { type Link, orderIds, orderLinks } from './order';
import { type Draft, isCollection } from './place';
import { namesIn } from './sites';
import { type Title, titleIn } from './title';
import { type DocumentTree, type TreeNode, hasForeign, member, nodeAt, readValue } from './tree';

export type EdgeSource = 'order' | 'needs' | 'switch' | 'data';

export interface GraphNode {
  readonly id: string;
  readonly path: Path;
  readonly kind: Kind | undefined;
  readonly type: string;
  readonly title: Title | undefined;
  readonly value: JsonObject;
  readonly start: number;
  readonly end: number;
  readonly inOrder: boolean;
  readonly foreign: boolean;
  readonly body: Body | undefined;
}
/** What stands inside a node: a scope of its own, one node, or the branches of a race. */
export type Body =
  | { readonly form: 'scope'; readonly graph: Graph }
  | { readonly form: 'single' | 'branches'; readonly nodes: readonly GraphNode[] };

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly sources: readonly EdgeSource[];
  /** Conditions of the cases that lead here; `default` for the default case. */
  readonly cases: readonly { readonly index: number; readonly text: string }[];
  /** Follows from other edges too; drawn only when nothing else states it. */
  readonly implied: boolean;
}
export interface Graph {
  readonly path: Path;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly order: Json;
}

export function project(draft: Draft, path: Path): Graph {
  const scope = nodeAt(draft.document.root, path);
  const order = readValue(member(scope, 'order')?.value);
  const placed = new Set(orderIds(order));
  const nodes = nodesOf(draft, member(scope, 'nodes')?.value, [...path, 'nodes'], placed);
  return { path, nodes, edges: edgesOf(draft, path, nodes, order), order };
}

function nodesOf(
  draft: Draft,
  list: TreeNode | undefined,
  path: Path,
  placed: ReadonlySet<string>,
): GraphNode[] {
  if (!isCollection(list)) return [];
  return list.members.map((entry) =>
    nodeOf(draft, String(entry.key), entry.value, [...path, entry.key], entry.start, entry.end, placed),
  );
}

function nodeOf(
  draft: Draft,
  id: string,
  node: TreeNode,
  path: Path,
  start: number,
  end: number,
  placed: ReadonlySet<string>,
): GraphNode {
  const stated = readValue(node);
  const value = isObject(stated) ? stated : {};
  return {
    id,
    path,
    kind: kindOf(value),
    type: typeOf(value),
    title: titleIn(value['title']),
    value,
    start,
    end,
    inOrder: placed.has(id),
    foreign: hasForeign(node),
    body: bodyOf(draft, node, path),
  };
}

function bodyOf(draft: Draft, node: TreeNode, path: Path): Body | undefined {
  for (const key of ['foreach', 'loop']) {
    const inner = member(member(node, key)?.value, 'do');
    if (inner === undefined) continue;
    const at = [...path, key, 'do'];
    if (member(inner.value, 'nodes') !== undefined) return { form: 'scope', graph: project(draft, at) };
    return {
      form: 'single',
      nodes: [nodeOf(draft, 'do', inner.value, at, inner.start, inner.end, new Set())],
    };
  }
  const race = member(node, 'race')?.value;
  if (!isCollection(race)) return undefined;
  return { form: 'branches', nodes: nodesOf(draft, race, [...path, 'race'], new Set()) };
}

export function needsOf(value: JsonObject): string[] {
  const needs = value['needs'] ?? null;
  if (typeof needs === 'string') return [needs];
  return isList(needs) ? needs.filter((id) => typeof id === 'string') : [];
}

/** Targets of a switch with the case that leads there. */
export function targetsOf(value: JsonObject): { to: string; index: number; text: string }[] {
  const cases = value['switch'] ?? null;
  if (!isList(cases)) return [];
  return cases.flatMap((one, index) => {
    if (!isObject(one)) return [];
    const to = one['to'] ?? null;
    const ids = typeof to === 'string' ? [to] : isList(to) ? to.filter((id) => typeof id === 'string') : [];
    const text = typeof one['case'] === 'string' ? one['case'] : 'default';
    return ids.map((id) => ({ to: id, index, text }));
  });
}

interface Open {
  readonly from: string;
  readonly to: string;
  readonly sources: EdgeSource[];
  readonly cases: { index: number; text: string }[];
}

function edgesOf(draft: Draft, path: Path, nodes: readonly GraphNode[], order: Json): GraphEdge[] {
  const ids = new Set(nodes.map((node) => node.id));
  const found = new Map<string, Open>();
  const add = (link: Link, source: EdgeSource, one?: { index: number; text: string }): void => {
    if (!ids.has(link.from) || !ids.has(link.to)) return;
    const key = `${link.from}>${link.to}`;
    const edge = found.get(key) ?? { ...link, sources: [], cases: [] };
    if (!edge.sources.includes(source)) edge.sources.push(source);
    if (one !== undefined) edge.cases.push(one);
    found.set(key, edge);
  };
  for (const link of orderLinks(order)) add(link, 'order');
  for (const node of nodes) {
    for (const from of needsOf(node.value)) add({ from, to: node.id }, 'needs');
    for (const target of targetsOf(node.value))
      add({ from: node.id, to: target.to }, 'switch', { index: target.index, text: target.text });
  }
  const before = ancestors([...found.values()]);
  for (const site of namesIn(draft, path).sites) {
    const isRead = site.role === 'nodes' || site.role === 'status' || site.role === 'errors';
    if (!isRead || site.owner === undefined || site.owner === site.id) continue;
    if (before.get(site.owner)?.has(site.id) !== true) add({ from: site.id, to: site.owner }, 'data');
  }
  const edges = [...found.values()];
  return edges.map((edge) => ({ ...edge, implied: isImplied(edge, edges, before) }));
}

/** Nodes that come before each node. Each is asked of its direct forerunners, whose answers are shared. */
export function ancestors(links: readonly Link[]): Map<string, Set<string>> {
  const into = new Map<string, string[]>();
  for (const link of links) {
    const own = into.get(link.to);
    if (own === undefined) into.set(link.to, [link.from]);
    else own.push(link.from);
  }
  const result = new Map<string, Set<string>>();
  for (const id of into.keys()) {
    const seen = new Set<string>();
    const open = [...(into.get(id) ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      const known = result.get(next);
      if (known === undefined) open.push(...(into.get(next) ?? []));
      else for (const one of known) seen.add(one);
    }
    result.set(id, seen);
  }
  return result;
}

/** An edge of `order` alone that a longer way states as well. */
function isImplied(edge: Open, edges: readonly Open[], before: Map<string, Set<string>>): boolean {
  if (edge.sources.length !== 1 || edge.sources[0] !== 'order') return false;
  return edges.some(
    (other) =>
      other.to === edge.to &&
      other.from !== edge.from &&
      !other.sources.every((source) => source === 'data') &&
      before.get(other.from)?.has(edge.from) === true,
  );
}

/** Would an edge close a circle? Data reads count: they are waited for as well. */
export function makesCycle(graph: Graph, from: string, to: string): boolean {
  return from === to || ancestors(graph.edges).get(from)?.has(to) === true;
}

/** Scopes of a document, outer first: the flow itself and every body with nodes of its own. */
export function scopesOf(document: DocumentTree): Path[] {
  const found: Path[] = [];
  const walk = (node: TreeNode, path: Path): void => {
    if (!isCollection(node)) return;
    const isScope = path.length === 0 || path.at(-1) === 'do' || path.at(-1) === 'default';
    if (isScope && isCollection(member(node, 'nodes')?.value)) found.push(path);
    for (const entry of node.members) walk(entry.value, [...path, entry.key]);
  };
  walk(document.root, []);
  return found.filter((path) => path.every((step, i) => step !== 'with' && (i > 0 || step === 'nodes')));
}
