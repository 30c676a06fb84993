/** Places of the shown graph: at once for a small one, from the worker for a big one. */
import { useEffect, useMemo, useState } from 'react';
import type { Answerer, Overlay } from '../canvas/card';
import { type Layout, type LayoutOptions, place } from '../canvas/layout';
import { bare, nodesIn, relink, shapeOf } from '../canvas/relink';
import { tallIn } from '../canvas/scene';
import type { Graph } from '../core/graph';
import { ask } from '../worker/ask';

/** Above this many nodes placing them takes longer than a frame or five. */
const MANY = 60;
const NOWHERE: Layout = { nodes: [], lines: [], width: 0, height: 0 };

/** The last shape that was asked for: who asks again for the same one waits for the same answer. */
let last: { readonly shape: string; readonly layout: Promise<Layout> } | undefined;

function placeLater(shape: string, graph: Graph, options: LayoutOptions): Promise<Layout> {
  if (last?.shape !== shape) last = { shape, layout: ask('place', { graph: bare(graph), ...options }) };
  return last.layout;
}

/** Has a big flow placed while the screen around it is built. */
export function placeAhead(graph: Graph): void {
  const options: LayoutOptions = { folded: new Set(), tall: new Set() };
  if (nodesIn(graph).length > MANY) void placeLater(shapeOf(graph, options), graph, options);
}

interface Asked {
  readonly shape: string;
  readonly graph: Graph;
  readonly options: LayoutOptions;
}

export function useLayout(
  graph: Graph,
  folded: ReadonlySet<string>,
  overlays: ReadonlyMap<string, Overlay>,
  answerers: ReadonlyMap<string, Answerer>,
): Layout {
  const asked = useAsked(graph, folded, overlays, answerers);
  const isBig = useMemo(() => nodesIn(asked.graph).length > MANY, [asked]);
  const atOnce = useMemo(() => (isBig ? undefined : place(asked.graph, asked.options)), [asked, isBig]);
  const later = useLater(asked, isBig);
  return useMemo(() => relink(atOnce ?? later, graph), [atOnce, later, graph]);
}

/** Changes when the shape does, not with every word. */
function useAsked(
  graph: Graph,
  folded: ReadonlySet<string>,
  overlays: ReadonlyMap<string, Overlay>,
  answerers: ReadonlyMap<string, Answerer>,
): Asked {
  const asked = useMemo(() => {
    const options = { folded, tall: tallIn(graph, overlays, answerers) };
    return { shape: shapeOf(graph, options), graph, options };
  }, [graph, folded, overlays, answerers]);
  return useMemo(() => asked, [asked.shape]);
}

/** The last places stand until the next ones come. */
function useLater(asked: Asked, isBig: boolean): Layout {
  const [layout, setLayout] = useState(NOWHERE);
  useEffect(() => {
    if (!isBig) return;
    let isOld = false;
    void placeLater(asked.shape, asked.graph, asked.options).then((answer) => {
      if (!isOld) setLayout(answer);
    });
    return () => {
      isOld = true;
    };
  }, [asked, isBig]);
  return layout;
}
