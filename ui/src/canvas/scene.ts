/** Graph, layout and what is known about each node → what the canvas draws. Pure. */
import type { Component } from '../api/components';
import type { Graph } from '../core/graph';
import { addressOf } from '../core/sites';
import { matches } from '../kit/match';
import type { LineFlowEdge } from './LineEdge';
import type { CardNode } from './NodeCard';
import { type Answerer, type Change, type Overlay, chipsOf, titleOf, typeLine } from './card';
import { type Layout, type Line, type Pins, place } from './layout';

export interface SceneInput {
  readonly graph: Graph;
  readonly components: ReadonlyMap<string, Component>;
  readonly locale: string;
  readonly folded: ReadonlySet<string>;
  readonly pins: Pins;
  readonly search: string;
  readonly selection: ReadonlySet<string>;
  readonly selectedEdge: string | undefined;
  /** By address, such as `close.lock`. */
  readonly overlays: ReadonlyMap<string, Overlay>;
  readonly answerers: ReadonlyMap<string, Answerer>;
  readonly changes: ReadonlyMap<string, Change>;
  /** Errors and warnings by node key. */
  readonly problems: ReadonlyMap<string, { readonly errors: number; readonly warnings: number }>;
  readonly onFold: (key: string) => void;
  readonly onInsert: ((line: Line, at: { x: number; y: number }) => void) | undefined;
}

export interface Scene {
  readonly nodes: readonly CardNode[];
  readonly edges: readonly LineFlowEdge[];
  readonly layout: Layout;
}

export function sceneOf(input: SceneInput): Scene {
  const layout = layoutOf(input);
  const fans = fansOf(layout.lines);
  const nodes = layout.nodes.map((placed): CardNode => {
    const { node, key, address } = placed;
    const problems = input.problems.get(key);
    const names = [node.id, node.title, node.type, node.kind];
    return {
      id: key,
      type: 'card',
      position: { x: placed.x, y: placed.y },
      width: placed.width,
      height: placed.height,
      ...(placed.parent === undefined ? {} : { parentId: placed.parent, extent: 'parent' as const }),
      selected: input.selection.has(key),
      zIndex: placed.isGroup ? 0 : 1,
      ariaLabel: `${titleOf(node)} ${node.kind ?? ''}`,
      data: {
        node,
        title: titleOf(node),
        type: typeLine(node, input.components, input.locale),
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
        onFold: placed.isFoldable ? () => input.onFold(key) : undefined,
      },
    };
  });
  return { nodes, edges: layout.lines.map((line) => edgeOf(line, input, layout)), layout };
}

function layoutOf(input: SceneInput): Layout {
  const { graph, folded, pins } = input;
  const tall = new Set<string>();
  const walk = (one: Graph): void => {
    for (const node of one.nodes) {
      const address = addressOf(node.path).join('.');
      if (input.answerers.has(address) || input.overlays.size > 0) tall.add(node.path.join('/'));
      if (node.body?.form === 'scope') walk(node.body.graph);
    }
  };
  walk(graph);
  return place(graph, { folded, pins, tall });
}

/** Ends of parallel groups of `order`: where lines leave and rejoin. */
function fansOf(lines: readonly Line[]): { in: ReadonlySet<string>; out: ReadonlySet<string> } {
  const ordered = lines.filter((line) => line.edge.sources.includes('order'));
  const many = (keys: readonly string[]) => new Set(keys.filter((key, i) => keys.indexOf(key) !== i));
  return { in: many(ordered.map((line) => line.to)), out: many(ordered.map((line) => line.from)) };
}

function edgeOf(line: Line, input: SceneInput, layout: Layout): LineFlowEdge {
  const { onInsert } = input;
  const source = layout.nodes.find((node) => node.key === line.from);
  const target = layout.nodes.find((node) => node.key === line.to);
  const isPinned =
    source !== undefined &&
    target !== undefined &&
    (source.address in input.pins || target.address in input.pins);
  return {
    id: line.key,
    type: 'line',
    source: line.from,
    target: line.to,
    selected: input.selectedEdge === line.key,
    data: {
      edge: line.edge,
      bends: isPinned ? [] : line.bends,
      look: lookOf(input.overlays.get(source?.address ?? ''), input.overlays.get(target?.address ?? '')),
      isTarget: false,
      onInsert: onInsert === undefined ? undefined : (at) => onInsert(line, at),
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
