/** Commands that bring a new node: alone, on an edge, after another node. */
import { entry, insertAt, item, splice } from '../edit';
import { type Graph, type GraphEdge, project } from '../graph';
import { type Json, type JsonObject, isList } from '../json';
import { ID, freeId } from '../language';
import type { Change } from '../lines';
import { type Draft, isCollection, locate } from '../place';
import { type Tree, nodeAt, readValue } from '../tree';
import { editNeeds, editTargets, nodePath, orderIndex } from './edges';
import { type Outcome, type Scope, refuse, run } from './run';

export interface NewNode {
  readonly id: string;
  readonly body: JsonObject;
}

/** Writes a node into `nodes`, after a sibling or at the end. */
export function writeNode(draft: Draft, scope: Scope, node: NewNode, after: string | undefined): Change[] {
  const path = [...scope.path, 'nodes'];
  const list = nodeAt(draft.document.root, path);
  const members = isCollection(list) ? list.members : [];
  const index = after === undefined ? -1 : members.findIndex((one) => one.key === after);
  const at = index < 0 ? members.length : index + 1;
  return insertAt(draft, path, entry(at, node.id, node.body), 'map', { [node.id]: node.body });
}

export function checkNew(graph: Graph, id: string): void {
  if (!ID.test(id)) refuse('bad-id', { id });
  if (graph.nodes.some((node) => node.id === id)) refuse('taken-id', { id });
}

export function addNode(
  text: string,
  tree: Tree,
  args: Scope & NewNode & { readonly after?: string },
): Outcome {
  return run(text, tree, args.document, (draft) => {
    checkNew(project(draft, args.path), args.id);
    return {
      changes: writeNode(draft, args, args, args.after),
      name: { zh: `添加节点 ${args.id}`, en: `Add node ${args.id}` },
      selection: [nodePath(args.path, args.id)],
    };
  });
}

/** Adds a node that runs after `anchor`: at the end of `order` where the anchor ends it, else by `needs`. */
export function appendAfter(
  text: string,
  tree: Tree,
  args: Scope & NewNode & { readonly anchor: string },
): Outcome {
  return run(text, tree, args.document, (draft) => {
    const graph = project(draft, args.path);
    checkNew(graph, args.id);
    const ends = isList(graph.order) && graph.order.at(-1) === args.anchor;
    const body: JsonObject = ends ? args.body : withNeeds(args.body, [args.anchor]);
    const changes = writeNode(draft, args, { id: args.id, body }, args.anchor);
    if (ends) changes.push(...insertInOrder(draft, args, graph.order, Number.MAX_SAFE_INTEGER, args.id));
    return {
      changes,
      name: { zh: `在 ${args.anchor} 之后添加 ${args.id}`, en: `Add ${args.id} after ${args.anchor}` },
      selection: [nodePath(args.path, args.id)],
      ...(ends || graph.order === null ? {} : { note: 'needs-instead-of-order' }),
    };
  });
}

export function insertInOrder(draft: Draft, scope: Scope, order: Json, index: number, id: string): Change[] {
  const at = isList(order) ? Math.min(index, order.length) : 0;
  return splice(draft, locate(draft, [...scope.path, 'order']), [], [item(at, id)]);
}

/** `needs` goes first, as in hand-written flows. */
export function withNeeds(body: JsonObject, needs: readonly string[]): JsonObject {
  if (needs.length === 0) return body;
  const { needs: _old, ...rest } = body;
  return { needs, ...rest };
}

export interface OnEdge {
  readonly from: string;
  readonly to: string;
}

/** Puts a new node between two; the change is written where the edge is written. */
export function insertOnEdge(text: string, tree: Tree, args: Scope & NewNode & OnEdge): Outcome {
  return run(text, tree, args.document, (draft) => {
    const graph = project(draft, args.path);
    checkNew(graph, args.id);
    const edge = graph.edges.find((one) => one.from === args.from && one.to === args.to) ?? refuse('no-edge');
    const inOrder = edge.sources.includes('order') && areNeighbours(graph.order, args);
    const byNeeds = !inOrder && !edge.sources.includes('switch');
    const body = byNeeds ? withNeeds(args.body, [args.from]) : args.body;
    const changes = [
      ...writeNode(draft, args, { id: args.id, body }, args.from),
      ...rewire(draft, args, graph, edge, inOrder),
    ];
    const fallback = edge.sources.includes('order') && !inOrder;
    return {
      changes,
      name: {
        zh: `在 ${args.from} 与 ${args.to} 之间插入 ${args.id}`,
        en: `Insert ${args.id} on ${args.from} → ${args.to}`,
      },
      selection: [nodePath(args.path, args.id)],
      ...(fallback ? { note: 'needs-instead-of-order' } : {}),
    };
  });
}

/** Do the two stand alone and next to each other in `order`? */
export function areNeighbours(order: Json, edge: OnEdge): boolean {
  const from = orderIndex(order, edge.from);
  const to = orderIndex(order, edge.to);
  return from?.alone === true && to?.alone === true && to.index === from.index + 1;
}

function rewire(
  draft: Draft,
  args: Scope & NewNode & OnEdge,
  graph: Graph,
  edge: GraphEdge,
  inOrder: boolean,
): Change[] {
  const { from, to, id, path } = args;
  const changes: Change[] = [];
  if (inOrder)
    changes.push(
      ...insertInOrder(draft, args, graph.order, (orderIndex(graph.order, from)?.index ?? 0) + 1, id),
    );
  if (edge.sources.includes('switch')) changes.push(...editTargets(draft, path, from, new Map([[to, id]])));
  const stated = edge.sources.includes('needs');
  const add = inOrder ? [] : [id];
  changes.push(...editNeeds(draft, path, to, stated ? { swap: new Map([[from, id]]), add } : { add }));
  return changes;
}

/** An id for a new node that is still free in the scope. */
export function suggestId(draft: Draft, scope: Scope, base: string): string {
  const nodes = readValue(nodeAt(draft.document.root, [...scope.path, 'nodes']));
  const taken = new Set(typeof nodes === 'object' && nodes !== null ? Object.keys(nodes) : []);
  const stem = base
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '');
  return freeId(stem === '' ? 'step' : stem, taken);
}
