/** Commands on edges. Each edits the place where the edge is written. */
import { type Graph, type GraphEdge, makesCycle, needsOf, project } from '../graph';
import { isList, isObject } from '../json';
import type { Change } from '../lines';
import { type Draft, locate } from '../place';
import { splice } from '../edit';
import { type Tree, nodeAt, readValue } from '../tree';
import { type OnEdge, areNeighbours, insertInOrder } from './add';
import { addTarget, editNeeds, editTargets, orderAt, orderIndex } from './edges';
import { keptComments } from './order';
import { type Outcome, type Scope, refuse, run, steps } from './run';

export interface Connection extends OnEdge {
  /** Case of the switch that shall lead there. */
  readonly branch?: number;
}

export function connect(text: string, tree: Tree, args: Scope & Connection): Outcome {
  return run(text, tree, args.document, (draft) => ({
    changes: join(draft, args, args),
    name: { zh: `连接 ${args.from} → ${args.to}`, en: `Connect ${args.from} → ${args.to}` },
    selection: [[...args.path, 'nodes', args.to]],
  }));
}

/** Why two nodes cannot be connected; asked while dragging. */
export function whyNot(graph: Graph, args: Connection): string | undefined {
  const ids = new Set(graph.nodes.map((node) => node.id));
  if (!ids.has(args.from) || !ids.has(args.to)) return 'no-node';
  const edge = graph.edges.find((one) => one.from === args.from && one.to === args.to);
  if (edge?.sources.some((source) => source !== 'data') === true) return 'edge-exists';
  return makesCycle(graph, args.from, args.to) ? 'cycle' : undefined;
}

function join(draft: Draft, scope: Scope, args: Connection): Change[] {
  const graph = project(draft, scope.path);
  const reason = whyNot(graph, args);
  if (reason !== undefined) refuse(reason, { from: args.from, to: args.to });
  if (args.branch !== undefined) return addTarget(draft, scope.path, args.from, args.branch, args.to);
  const target = graph.nodes.find((node) => node.id === args.to);
  const isFree = target !== undefined && !target.inOrder && needsOf(target.value).length === 0;
  const hasEdges = graph.edges.some(
    (edge) => edge.to === args.to && edge.sources.some((one) => one !== 'data'),
  );
  const ends = isList(graph.order) && graph.order.at(-1) === args.from;
  if (ends && isFree && !hasEdges)
    return insertInOrder(draft, scope, graph.order, Number.MAX_SAFE_INTEGER, args.to);
  return editNeeds(draft, scope.path, args.to, { add: [args.from] });
}

export function disconnect(text: string, tree: Tree, args: Scope & OnEdge): Outcome {
  return run(text, tree, args.document, (draft) => ({
    changes: part(draft, args, args),
    name: { zh: `断开 ${args.from} → ${args.to}`, en: `Disconnect ${args.from} → ${args.to}` },
    selection: [[...args.path, 'nodes', args.to]],
  }));
}

function edgeOf(graph: Graph, args: OnEdge): GraphEdge {
  return graph.edges.find((one) => one.from === args.from && one.to === args.to) ?? refuse('no-edge');
}

function part(draft: Draft, scope: Scope, args: OnEdge): Change[] {
  const graph = project(draft, scope.path);
  const edge = edgeOf(graph, args);
  if (edge.sources.every((source) => source === 'data'))
    refuse('data-edge', { from: args.from, to: args.to });
  const changes: Change[] = [];
  if (edge.sources.includes('order')) {
    if (!areNeighbours(graph.order, args)) refuse('order-edge', { from: args.from, to: args.to });
    changes.push(...makeParallel(draft, scope, args));
  }
  if (edge.sources.includes('needs'))
    changes.push(...editNeeds(draft, scope.path, args.to, { remove: new Set([args.from]) }));
  if (edge.sources.includes('switch'))
    changes.push(...editTargets(draft, scope.path, args.from, new Map([[args.to, undefined]])));
  return changes;
}

/** Two neighbours of the sequence become a parallel group in the place of the first. */
function makeParallel(draft: Draft, scope: Scope, args: OnEdge): Change[] {
  const order = orderAt(draft, scope.path) ?? refuse('no-order');
  const at = orderIndex(readValue(order), args.from)?.index ?? refuse('no-order');
  const first = order.members[at] ?? refuse('no-order');
  const rest = splice(draft, locate(draft, [...scope.path, 'order']), [at + 1], []);
  const { start: from, end: to } = first.value;
  const group = { from, to, insert: `[${args.from}, ${args.to}]` };
  return [...keptComments(draft, order, args.to, first), group, ...rest];
}

/** Moves one end of an edge; in place where one list states both, else out and in as one step. */
export function reconnect(
  text: string,
  tree: Tree,
  args: Scope & { readonly old: OnEdge; readonly next: Connection },
): Outcome {
  const { old, next } = args;
  return run(text, tree, args.document, (draft) => ({
    changes: move(draft, args, old, next),
    name: {
      zh: `改接 ${old.from} → ${old.to} 为 ${next.from} → ${next.to}`,
      en: `Reconnect ${old.from} → ${old.to} to ${next.from} → ${next.to}`,
    },
    selection: [[...args.path, 'nodes', next.to]],
  }));
}

function move(draft: Draft, scope: Scope, old: OnEdge, next: Connection): Change[] {
  const graph = project(draft, scope.path);
  const edge = edgeOf(graph, old);
  const others: Graph = { ...graph, edges: graph.edges.filter((one) => one !== edge) };
  const reason = whyNot(others, next);
  if (reason !== undefined) refuse(reason, { from: next.from, to: next.to });
  const only = edge.sources.filter((source) => source !== 'data');
  if (only.length === 1 && only[0] === 'needs' && old.to === next.to && next.branch === undefined)
    return editNeeds(draft, scope.path, old.to, { swap: new Map([[old.from, next.from]]) });
  if (only.length === 1 && only[0] === 'switch' && old.from === next.from)
    return editTargets(draft, scope.path, old.from, new Map([[old.to, next.to]]));
  return steps(draft, [(first) => part(first, scope, old), (second) => join(second, scope, next)]);
}

/** Cases of a switch, for the menu that asks which one a new edge belongs to. */
export function casesOf(draft: Draft, scope: Scope, id: string): string[] {
  const cases = readValue(nodeAt(draft.document.root, [...scope.path, 'nodes', id, 'switch']));
  if (!isList(cases)) return [];
  return cases.map((one) => (isObject(one) && typeof one['case'] === 'string' ? one['case'] : 'default'));
}
