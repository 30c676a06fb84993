import { type Graph, type GraphNode, ancestors } from '../core/graph';

/** Topological order, written order among equals. */
export function inOrder(graph: Graph): GraphNode[] {
  const before = ancestors(graph.edges);
  const rank = new Map(graph.nodes.map((node) => [node.id, before.get(node.id)?.size ?? 0]));
  return graph.nodes
    .map((node, i) => ({ node, i }))
    .sort((a, b) => (rank.get(a.node.id) ?? 0) - (rank.get(b.node.id) ?? 0) || a.i - b.i)
    .map(({ node }) => node);
}
