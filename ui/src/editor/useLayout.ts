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
    void ask('place', { graph: bare(asked.graph), ...asked.options }).then((answer) => {
      if (!isOld) setLayout(answer);
    });
    return () => {
      isOld = true;
    };
  }, [asked, isBig]);
  return layout;
}
