/** The flow as an identity gets it: what a variant added, replaced or changed is marked, what it removed stays as a ghost. */
import type { Graph } from '../core/graph';
import type { Effective } from '../core/variant/effective';
import type { Change } from './card';

export function marksOf(effective: Effective): ReadonlyMap<string, Change> {
  const found = new Map<string, Change>();
  for (const [id, { mark }] of effective.marks) found.set(id, mark);
  for (const one of effective.removed) found.set(one.id, 'removed');
  return found;
}

/** Nodes of the flow as written that are gone, where they stood. */
export function withGhosts(graph: Graph, written: Graph, removed: readonly string[]): Graph {
  const gone = new Set(removed);
  const ghosts = written.nodes.filter((node) => gone.has(node.id));
  if (ghosts.length === 0) return graph;
  const ids = new Set([...graph.nodes, ...ghosts].map((node) => node.id));
  const old = written.edges.filter(
    (edge) => (gone.has(edge.from) || gone.has(edge.to)) && ids.has(edge.from) && ids.has(edge.to),
  );
  return { ...graph, nodes: [...graph.nodes, ...ghosts], edges: [...graph.edges, ...old] };
}
