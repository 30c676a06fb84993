/** A layout depends on shape alone: what a node says may change without placing anything anew. */
import type { Graph, GraphEdge, GraphNode } from '../core/graph';
import type { Layout, LayoutOptions } from './layout';
import { keyOf } from './layout';

/** Every scope of a graph, outer first. */
function scopesIn(graph: Graph): Graph[] {
  const inner = graph.nodes.flatMap((node) => (node.body?.form === 'scope' ? scopesIn(node.body.graph) : []));
  return [graph, ...inner];
}

export function nodesIn(graph: Graph): GraphNode[] {
  return graph.nodes.flatMap((node) => {
    const { body } = node;
    if (body === undefined) return [node];
    return [node, ...(body.form === 'scope' ? nodesIn(body.graph) : body.nodes)];
  });
}

/** Equal shapes have equal places. */
export function shapeOf(graph: Graph, { folded, tall }: LayoutOptions): string {
  const nodes = nodesIn(graph).map((node) => {
    const key = keyOf(node);
    return `${key}${node.body === undefined ? '' : node.body.form}${folded.has(key) ? '-' : ''}${tall.has(key) ? '+' : ''}`;
  });
  const edges = scopesIn(graph).flatMap((scope) => {
    const at = scope.path.join('/');
    return scope.edges.map((edge) => `${at}:${edge.from}>${edge.to} ${edge.sources} ${edge.implied}`);
  });
  return JSON.stringify([nodes, edges]);
}

/** The graph without what its nodes say: less to hand to a worker. */
export function bare(graph: Graph): Graph {
  const thin = (node: GraphNode): GraphNode => {
    const { body } = node;
    const inner =
      body === undefined
        ? undefined
        : body.form === 'scope'
          ? { form: body.form, graph: bare(body.graph) }
          : { form: body.form, nodes: body.nodes.map(thin) };
    return { ...node, value: {}, body: inner };
  };
  return { ...graph, nodes: graph.nodes.map(thin) };
}

/** The same places with the nodes and edges as they are now. */
export function relink(layout: Layout, graph: Graph): Layout {
  const nodes = new Map(nodesIn(graph).map((node) => [keyOf(node), node]));
  const edges = new Map<string, GraphEdge>();
  for (const scope of scopesIn(graph))
    for (const edge of scope.edges) edges.set(`${scope.path.join('/')}:${edge.from}>${edge.to}`, edge);
  return {
    ...layout,
    nodes: layout.nodes.map((placed) => ({ ...placed, node: nodes.get(placed.key) ?? placed.node })),
    lines: layout.lines.map((line) => ({ ...line, edge: edges.get(line.key) ?? line.edge })),
  };
}
