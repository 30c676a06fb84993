/** Graph, layout and what is known about each node → what the canvas draws. Pure. */
import type { Translate } from '../app/text';
import type { Component } from '../api/components';
import type { Graph } from '../core/graph';
import { addressOf } from '../core/sites';
import { bothOf } from '../core/title';
import { matches } from '../kit/match';
import type { LineData, LineFlowEdge } from './LineEdge';
import type { CardNode } from './NodeCard';
import { type Answerer, type Change, type Overlay, chipsOf, titleOf, typeLine } from './card';
import type { Layout, Line } from './layout';
import { portsOf } from './ports';

export interface SceneInput {
  /** Placed, pins included. */
  readonly layout: Layout;
  readonly components: ReadonlyMap<string, Component>;
  readonly locale: string;
  readonly text: Translate;
  readonly search: string;
  /** By address, such as `close.lock`. */
  readonly overlays: ReadonlyMap<string, Overlay>;
  readonly answerers: ReadonlyMap<string, Answerer>;
  readonly changes: ReadonlyMap<string, Change>;
  /** Errors and warnings by node key. */
  readonly problems: ReadonlyMap<string, { readonly errors: number; readonly warnings: number }>;
  readonly onFold: (key: string) => void;
  readonly onInsert: LineData['onInsert'];
}

export interface Scene {
  readonly nodes: readonly CardNode[];
  readonly edges: readonly LineFlowEdge[];
}

export function sceneOf(input: SceneInput): Scene {
  const { layout } = input;
  const addresses = new Map(layout.nodes.map((node) => [node.key, node.address]));
  const fans = fansOf(layout.lines);
  const nodes = layout.nodes.map((placed): CardNode => {
    const { node, key, address } = placed;
    const problems = input.problems.get(key);
    const names = [node.id, ...bothOf(node.title), node.type, node.kind];
    return {
      id: key,
      type: 'card',
      position: { x: placed.x, y: placed.y },
      width: placed.width,
      height: placed.height,
      measured: { width: placed.width, height: placed.height },
      handles: portsOf(placed, fans.out.has(key)),
      ...(placed.parent === undefined ? {} : { parentId: placed.parent, extent: 'parent' as const }),
      zIndex: placed.isGroup ? 0 : 1,
      ariaLabel: `${titleOf(node, input.text)} ${node.kind === undefined ? '' : input.text(`kind.${node.kind}`)}`,
      data: {
        node,
        title: titleOf(node, input.text),
        type: typeLine(node, input.components, input.locale, input.text),
        chips: placed.isGroup ? [] : chipsOf(node),
        overlay: input.overlays.get(address),
        answerer: input.answerers.get(address),
        change: input.changes.get(address) ?? null,
        errors: problems?.errors ?? 0,
        warnings: problems?.warnings ?? 0,
        isDim: input.search !== '' && !matches(input.search, names),
        isFoldable: placed.isFoldable,
        isGroup: placed.isGroup,
        fans: { in: fans.in.has(key), out: fans.out.has(key) },
        onFold: placed.isFoldable ? input.onFold : undefined,
      },
    };
  });
  return { nodes, edges: layout.lines.map((line) => edgeOf(line, input, addresses)) };
}

/** Marks what is chosen; everything else stays the same object, so that only these cards draw anew. */
export function choose(scene: Scene, selection: ReadonlySet<string>, edge: string | undefined): Scene {
  return {
    nodes: scene.nodes.map((node) => (selection.has(node.id) ? { ...node, selected: true } : node)),
    edges: scene.edges.map((line) => (line.id === edge ? { ...line, selected: true } : line)),
  };
}

/** What is drawn as before stays the same object, so that only cards and lines that changed draw anew. */
export function steady(before: Scene, after: Scene): Scene {
  const nodes = new Map(before.nodes.map((node) => [node.id, node]));
  const edges = new Map(before.edges.map((edge) => [edge.id, edge]));
  return {
    nodes: after.nodes.map((node) => kept(nodes.get(node.id), node)),
    edges: after.edges.map((edge) => kept(edges.get(edge.id), edge)),
  };
}

function kept<T>(before: T | undefined, after: T): T {
  return before !== undefined && looksSame(before, after, 0) ? before : after;
}

/** Where a node stands in the text is not drawn. */
const UNSEEN: ReadonlySet<string> = new Set(['start', 'end']);
const DEEP = 8;

function looksSame(a: unknown, b: unknown, depth: number): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || depth > DEEP)
    return false;
  const [was, is] = [Object.entries(a), new Map(Object.entries(b))];
  return (
    was.length === is.size &&
    was.every(([key, value]) => is.has(key) && (UNSEEN.has(key) || looksSame(value, is.get(key), depth + 1)))
  );
}

/** Nodes with a third row are taller. */
export function tallIn(
  graph: Graph,
  overlays: ReadonlyMap<string, Overlay>,
  answerers: ReadonlyMap<string, Answerer>,
): ReadonlySet<string> {
  const tall = new Set<string>();
  const walk = (one: Graph): void => {
    for (const node of one.nodes) {
      if (overlays.size > 0 || answerers.has(addressOf(node.path).join('.'))) tall.add(node.path.join('/'));
      if (node.body?.form === 'scope') walk(node.body.graph);
    }
  };
  walk(graph);
  return tall;
}

/** Ends of parallel groups of `order`: where lines leave and rejoin. */
function fansOf(lines: readonly Line[]): { in: ReadonlySet<string>; out: ReadonlySet<string> } {
  const ordered = lines.filter((line) => line.edge.sources.includes('order'));
  const many = (keys: readonly string[]) => {
    const once = new Set<string>();
    return new Set(keys.filter((key) => once.size === once.add(key).size));
  };
  return { in: many(ordered.map((line) => line.to)), out: many(ordered.map((line) => line.from)) };
}

function edgeOf(line: Line, input: SceneInput, addresses: ReadonlyMap<string, string>): LineFlowEdge {
  const { overlays, changes } = input;
  const isGhost = [line.from, line.to].some((key) => changes.get(addresses.get(key) ?? '') === 'removed');
  const overlay = (key: string) => overlays.get(addresses.get(key) ?? '');
  return {
    id: line.key,
    type: 'line',
    source: line.from,
    target: line.to,
    data: {
      edge: line.edge,
      bends: line.bends,
      look: lookOf(overlay(line.from), overlay(line.to)),
      isTarget: false,
      scope: line.scope,
      onInsert: isGhost ? undefined : input.onInsert,
    },
  };
}

/** The path taken is solid; what was not chosen fades; what was undone runs back. */
function lookOf(from: Overlay | undefined, to: Overlay | undefined): 'plain' | 'taken' | 'dead' | 'undone' {
  if (from === undefined || to === undefined) return 'plain';
  if (to.skip === 'dead' || from.skip === 'dead' || to.status === 'pending') return 'dead';
  if (from.status === 'compensated' && to.status === 'compensated') return 'undone';
  return 'taken';
}
