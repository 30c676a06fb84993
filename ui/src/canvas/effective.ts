/** The flow as an identity gets it → a graph: what a variant added, replaced or changed is marked, what it removed stays as a ghost. */
import type { Effective, EffectiveNode } from '../api/flows';
import type { EdgeSource, Graph, GraphEdge, GraphNode } from '../core/graph';
import { KINDS, type Kind } from '../core/language';
import type { Change } from './card';

const SOURCES: Readonly<Record<EffectiveNode['needs'][number]['kind'], EdgeSource>> = {
  order: 'order',
  need: 'needs',
  switch: 'switch',
  data: 'data',
};

export function graphOf(effective: Effective, base: Graph): Graph {
  const known = new Map(base.nodes.map((node) => [node.id, node]));
  const gone = effective.removed.map((one) => known.get(one.id)).filter((node) => node !== undefined);
  const nodes = [...effective.nodes.map((node) => shown(node, known.get(node.id))), ...gone];
  const ids = new Set(nodes.map((node) => node.id));
  const ghosts = new Set(gone.map((node) => node.id));
  const old = base.edges.filter(
    (edge) => (ghosts.has(edge.from) || ghosts.has(edge.to)) && ids.has(edge.from) && ids.has(edge.to),
  );
  return {
    path: [],
    nodes,
    edges: [...effective.nodes.flatMap((node) => edgesInto(node, base)), ...old],
    order: base.order,
  };
}

function kindOf(text: string): Kind | undefined {
  return KINDS.find((kind) => kind === text);
}

/** A node no variant touched is the flow's own; of the others the server tells kind and name. */
function shown(node: EffectiveNode, own: GraphNode | undefined): GraphNode {
  if (own !== undefined && node.change === null) return own;
  const kind = kindOf(node.kind);
  return {
    id: node.id,
    path: ['nodes', node.id],
    kind,
    type: node.use ?? '',
    title: node.title ?? undefined,
    value: kind === undefined ? {} : { [kind]: node.use ?? '' },
    start: own?.start ?? 0,
    end: own?.end ?? 0,
    inOrder: own?.inOrder ?? false,
    foreign: false,
    body: own?.body,
  };
}

function edgesInto(node: EffectiveNode, base: Graph): GraphEdge[] {
  const from = new Map<string, EdgeSource[]>();
  for (const need of node.needs) from.set(need.from, [...(from.get(need.from) ?? []), SOURCES[need.kind]]);
  return [...from].map(([id, sources]) => {
    const own = base.edges.find((edge) => edge.from === id && edge.to === node.id);
    return { from: id, to: node.id, sources, cases: own?.cases ?? [], implied: own?.implied ?? false };
  });
}

export function changesOf(effective: Effective | undefined): ReadonlyMap<string, Change> {
  const found = new Map<string, Change>();
  for (const node of effective?.nodes ?? []) if (node.change !== null) found.set(node.id, node.change);
  for (const one of effective?.removed ?? []) found.set(one.id, 'removed');
  return found;
}
