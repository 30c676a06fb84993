/** Graph → places. Automatic and deterministic; pins from the server move single nodes and never reach the YAML. */
import type { Graph, GraphEdge, GraphNode } from '../core/graph';
import { addressOf } from '../core/sites';
import type { Point } from './route';
import { type Item, type Places, type Tie, placeItems, tieKey } from './series';

export const CARD = { width: 216, height: 64, rowHeight: 18 };
const INSET = { x: 24, top: 44, bottom: 20 };

export interface Pins {
  readonly [address: string]: { readonly x: number; readonly y: number };
}
export interface Placed {
  readonly key: string;
  readonly address: string;
  readonly node: GraphNode;
  readonly parent: string | undefined;
  readonly isGroup: boolean;
  /** A body that can be opened and closed. */
  readonly isFoldable: boolean;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface Line {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly edge: GraphEdge;
  /** Ways around nodes in between, relative to the scope's corner. */
  readonly bends: readonly Point[];
  readonly scope: readonly (string | number)[];
  readonly parent: string | undefined;
}
export interface Layout {
  readonly nodes: readonly Placed[];
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height: number;
}
export interface LayoutOptions {
  readonly folded: ReadonlySet<string>;
  /** Nodes with a third row. */
  readonly tall: ReadonlySet<string>;
}

export function keyOf(node: GraphNode): string {
  return node.path.join('/');
}

export function place(graph: Graph, options: LayoutOptions): Layout {
  return placeScope(graph, options, undefined);
}

/** Branches of a fork, and ways into a join, stand in the order they are written. */
function asWritten(graph: Graph): { left: string; right: string }[] {
  const groups = new Map<string, string[]>();
  const add = (key: string, id: string) => groups.set(key, [...(groups.get(key) ?? []), id]);
  for (const edge of graph.edges) {
    if (edge.implied || edge.sources.every((source) => source === 'data')) continue;
    add(`out of ${edge.from}`, edge.to);
    add(`into ${edge.to}`, edge.from);
  }
  const found = new Map<string, { left: string; right: string }>();
  for (const ids of groups.values())
    for (const [i, right] of ids.entries()) {
      const left = ids[i - 1];
      if (left !== undefined && !found.has(`${right}>${left}`))
        found.set(`${left}>${right}`, { left, right });
    }
  return [...found.values()];
}

function placeScope(graph: Graph, options: LayoutOptions, parent: string | undefined): Layout {
  const inner = new Map<string, Layout>();
  const items: Item[] = graph.nodes.map((node) => {
    const body = bodyLayout(node, options);
    if (body !== undefined) inner.set(node.id, body);
    return { id: node.id, ...sizeOf(node, body, options) };
  });
  const sizes = new Map(items.map((item) => [item.id, item]));
  const edges = graph.edges.filter((edge) => !edge.implied);
  const buses = busesOf(edges);
  const ties = new Map<string, Tie>();
  const tie = (from: string, to: string, weight: number) => ties.set(tieKey(from, to), { from, to, weight });
  for (const bus of new Set(buses.values())) items.push({ id: bus, width: 1, height: 1 });
  for (const edge of edges) {
    const bus = buses.get(edge);
    const weight = edge.sources.includes('data') ? 1 : 3;
    if (bus === undefined) tie(edge.from, edge.to, weight);
    else {
      tie(edge.from, bus, weight);
      tie(bus, edge.to, weight);
    }
  }
  const places = placeItems(items, [...ties.values()], asWritten(graph));
  return gather(graph, edges, { places, sizes, buses, inner, parent });
}

function bodyLayout(node: GraphNode, options: LayoutOptions): Layout | undefined {
  if (node.body === undefined || options.folded.has(keyOf(node))) return undefined;
  if (node.body.form === 'scope') return placeScope(node.body.graph, options, keyOf(node));
  const nodes = node.body.nodes;
  const alone: Graph = { path: node.path, nodes, edges: [], order: null };
  return placeScope(alone, options, keyOf(node));
}

function sizeOf(
  node: GraphNode,
  body: Layout | undefined,
  options: LayoutOptions,
): { width: number; height: number } {
  if (body !== undefined) {
    const width = Math.max(CARD.width + 2 * INSET.x, body.width + 2 * INSET.x);
    return { width, height: body.height + INSET.top + INSET.bottom };
  }
  return {
    width: CARD.width,
    height: options.tall.has(keyOf(node)) ? CARD.height + CARD.rowHeight : CARD.height,
  };
}

interface Arranged {
  readonly places: Places;
  readonly sizes: ReadonlyMap<string, Item>;
  readonly buses: ReadonlyMap<GraphEdge, string>;
  readonly inner: ReadonlyMap<string, Layout>;
  readonly parent: string | undefined;
}

function gather(
  graph: Graph,
  edges: readonly GraphEdge[],
  { places, sizes, buses, inner, parent }: Arranged,
): Layout {
  const nodes: Placed[] = [];
  const lines: Line[] = [];
  let [right, bottom] = [0, 0];
  for (const node of graph.nodes) {
    const at = places.at.get(node.id);
    const address = addressOf(node.path).join('.') || node.id;
    const { width, height } = sizes.get(node.id) ?? CARD;
    const x = snap((at?.x ?? 0) - width / 2);
    // Lines meet a card at the middle of its first two rows, so that a third row bends no line.
    const port = inner.has(node.id) ? height / 2 : CARD.height / 2;
    const y = snap((at?.y ?? 0) - port);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
    const body = inner.get(node.id);
    const key = keyOf(node);
    const isFoldable = node.body !== undefined;
    nodes.push({ key, address, node, parent, isGroup: body !== undefined, isFoldable, x, y, width, height });
    for (const one of body?.nodes ?? [])
      nodes.push(one.parent === key ? { ...one, x: one.x + INSET.x, y: one.y + INSET.top } : one);
    lines.push(...(body?.lines ?? []));
  }
  for (const edge of edges) {
    lines.push({
      key: `${graph.path.join('/')}:${edge.from}>${edge.to}`,
      from: [...graph.path, 'nodes', edge.from].join('/'),
      to: [...graph.path, 'nodes', edge.to].join('/'),
      edge,
      bends: bendsOf(places, edge, buses.get(edge)),
      scope: graph.path,
      parent,
    });
  }
  return { nodes, lines, width: right, height: bottom };
}

function bendsOf(places: Places, edge: GraphEdge, bus: string | undefined): readonly Point[] {
  if (bus !== undefined) return [places.at.get(bus) ?? { x: 0, y: 0 }];
  const points = places.ways.get(tieKey(edge.from, edge.to)) ?? [];
  return points.length > 3 ? points.slice(1, -1) : [];
}

/** Where a parallel group follows another, all lines meet on one bus: n + m lines to lay out in place of n × m. */
function busesOf(edges: readonly GraphEdge[]): ReadonlyMap<GraphEdge, string> {
  const into = new Map<string, GraphEdge[]>();
  for (const edge of edges)
    if (edge.sources.every((source) => source === 'order'))
      into.set(edge.to, [...(into.get(edge.to) ?? []), edge]);
  const groups = new Map<string, GraphEdge[][]>();
  for (const own of into.values()) {
    const key = own
      .map((edge) => edge.from)
      .sort()
      .join(' ');
    if (own.length > 1) groups.set(key, [...(groups.get(key) ?? []), own]);
  }
  const found = new Map<GraphEdge, string>();
  for (const [key, targets] of groups)
    if (targets.length > 1) for (const edge of targets.flat()) found.set(edge, `bus ${key}`);
  return found;
}

/** Cards a person moved stand where they were put; lines to them go the plain way. */
export function pinned(layout: Layout, pins: Pins): Layout {
  const moved = new Set(layout.nodes.filter((node) => node.address in pins).map((node) => node.key));
  if (moved.size === 0) return layout;
  return {
    ...layout,
    nodes: layout.nodes.map((node) => (moved.has(node.key) ? { ...node, ...pins[node.address] } : node)),
    lines: layout.lines.map((line) =>
      moved.has(line.from) || moved.has(line.to) ? { ...line, bends: [] } : line,
    ),
  };
}

function snap(value: number): number {
  return Math.round(value / 4) * 4;
}
