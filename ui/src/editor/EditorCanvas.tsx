import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useCallback, useMemo, useRef } from 'react';
import { layoutQuery } from '../api/engine';
import { useSettings } from '../app/settings';
import { useText } from '../app/text';
import { FlowCanvas, type Spot } from '../canvas/FlowCanvas';
import { type Change, titleOf } from '../canvas/card';
import type { LineData } from '../canvas/LineEdge';
import { type Pins, pinned } from '../canvas/layout';
import { type Scene, choose, sceneOf, steady } from '../canvas/scene';
import { whyNot } from '../core/commands/connect';
import { type Graph, project } from '../core/graph';
import type { Path } from '../core/json';
import { Button } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { Empty } from '../kit/Panel';
import { LiveTraffic } from './LiveTraffic';
import { refusalKey, useActions } from './actions';
import { useAnswerers, useComponentMap, useOverlays, useShownGraph } from './facts';
import { usePins } from './pins';
import { useProblemsByNode } from './problems';
import { useEditing, useProjection } from './session';
import { bodyFor } from './catalog';
import { useLayout } from './useLayout';
import { nodeOfKey, useView } from './view';

/** The canvas of the open flow: gathers what is known and turns gestures into commands. */
export function EditorCanvas() {
  const text = useText();
  const { flow, isReadOnly, variant } = useEditing();
  const { isStale } = useProjection();
  const { graph, changes } = useShownGraph();
  const view = useView();
  const scene = useScene(graph, changes, isReadOnly);
  const gestures = useGestures();
  const movePins = usePins(flow);
  const set = view.set;
  const selectEdge = useCallback(
    (edge: string | undefined) => set(edge === undefined ? { edge } : { edge, selection: [] }),
    [set],
  );
  return (
    <FlowCanvas
      nodes={scene.nodes}
      edges={scene.edges}
      isReadOnly={isReadOnly}
      isStale={isStale}
      fitKey={variant === undefined ? flow : `${flow} ${variant.name}`}
      label={text('canvas.label', { flow })}
      onSelect={(selection) => set({ selection, edge: undefined })}
      onSelectEdge={selectEdge}
      onMoved={movePins}
      onOpen={(key) => set({ selection: [key] })}
      {...gestures}
      tools={<LiveTraffic />}
    >
      <VariantSum changes={changes} />
      {graph.nodes.length === 0 && view.quickAdd === undefined ? <EmptyCanvas /> : null}
    </FlowCanvas>
  );
}

const SUMS = {
  added: 'variant.sumAdded',
  replaced: 'variant.sumReplaced',
  changed: 'variant.sumChanged',
  removed: 'variant.sumRemoved',
} as const;

/** What the variant makes of the flow, in a line; the cards show where. */
function VariantSum({ changes }: { readonly changes: ReadonlyMap<string, Change> }) {
  const text = useText();
  const { variant } = useEditing();
  if (variant === undefined) return null;
  const kinds = [...changes.values()];
  const sums = (['added', 'replaced', 'changed', 'removed'] as const).flatMap((kind) => {
    const count = kinds.filter((one) => one === kind).length;
    return count === 0 ? [] : [{ kind, words: text(SUMS[kind], { count }) }];
  });
  return (
    <p className="canvas-sum">
      <span className="dim">{text('variant.against')}</span>
      {sums.length === 0 ? text('variant.sumNone') : null}
      {sums.map(({ kind, words }) => (
        <span key={kind} data-change={kind}>
          {words}
        </span>
      ))}
    </p>
  );
}

function EmptyCanvas() {
  const text = useText();
  const set = useView((state) => state.set);
  const open = () =>
    set({ quickAdd: { x: window.innerWidth / 2 - 160, y: window.innerHeight / 3, scope: [] } });
  return (
    <div className="canvas-empty">
      <div>
        <Empty icon="route" title={text('canvas.emptyTitle')}>
          <p>{text('canvas.emptyText')}</p>
          <Button look="main" icon={<Icon name="plus" />} onPress={open}>
            {text('canvas.addFirst')}
          </Button>
        </Empty>
      </div>
    </div>
  );
}

function useScene(graph: Graph, changes: ReadonlyMap<string, Change>, isReadOnly: boolean) {
  const { flow } = useEditing();
  const text = useText();
  const locale = useSettings((state) => state.locale);
  const components = useComponentMap();
  const pins = useQuery(layoutQuery(flow)).data?.pins;
  const { selection, edge, folded, search, set } = useView();
  const answerers = useAnswerers(graph);
  const overlays = useOverlays();
  const problems = useProblemsByNode();
  const onFold = useCallback(
    (key: string) => {
      const next = new Set(useView.getState().folded);
      if (!next.delete(key)) next.add(key);
      set({ folded: next });
    },
    [set],
  );
  const laid = useLayout(graph, folded, overlays, answerers);
  const layout = useMemo(() => pinned(laid, pins ?? NO_PINS), [laid, pins]);
  const onInsert = useMemo(
    () =>
      isReadOnly
        ? undefined
        : (line: Pick<LineData, 'edge' | 'scope'>, at: { readonly x: number; readonly y: number }) =>
            set({ quickAdd: { ...at, edge: { from: line.edge.from, to: line.edge.to }, scope: line.scope } }),
    [isReadOnly, set],
  );
  const drawn = useRef<Scene>({ nodes: [], edges: [] });
  const scene = useMemo(() => {
    const facts = { components, locale, text, search, overlays, answerers, changes, problems };
    drawn.current = steady(drawn.current, sceneOf({ ...facts, layout, onFold, onInsert }));
    return drawn.current;
  }, [layout, components, locale, text, search, overlays, answerers, changes, problems, onFold, onInsert]);
  return useMemo(() => choose(scene, new Set(selection), edge), [scene, selection, edge]);
}

const NO_PINS: Pins = {};

function useGestures() {
  const text = useText();
  const actions = useActions();
  const { draft } = useProjection();
  const components = useComponentMap();
  const set = useView((state) => state.set);
  const { bizId } = useSearch({ strict: false });
  return useMemo(() => {
    const reason = (from: string, to: string): string | undefined => {
      const a = nodeOfKey(from);
      const b = nodeOfKey(to);
      if (!a.isNode || !b.isNode || a.scope.join() !== b.scope.join() || draft === undefined)
        return text('refused.otherScope');
      const graph = project(draft, a.scope);
      const code = whyNot(graph, { from: a.id, to: b.id });
      const called = (id: string) => {
        const node = graph.nodes.find((one) => one.id === id);
        return node === undefined ? id : titleOf(node, text);
      };
      return code === undefined
        ? undefined
        : text(refusalKey(code), { from: called(a.id), to: called(b.id) });
    };
    return {
      whyNot: reason,
      onConnect: (from: string, to: string, at: { x: number; y: number }) => {
        const a = nodeOfKey(from);
        actions.connect(a.scope, a.id, nodeOfKey(to).id, at);
      },
      onReconnect: (old: { source: string; target: string }, next: { source: string; target: string }) => {
        const { scope, id } = nodeOfKey(old.source);
        const ends = (one: { source: string; target: string }) => ({
          from: nodeOfKey(one.source).id,
          to: nodeOfKey(one.target).id,
        });
        actions.reconnect(scope, { ...ends(old), from: id }, ends(next));
      },
      onDropAway: (from: string, at: Spot, spot: Spot) => {
        const a = nodeOfKey(from);
        if (a.isNode) set({ quickAdd: { ...at, anchor: a.id, scope: a.scope, spot } });
      },
      onDropItem: (item: string, at: Spot, edge: string | undefined, spot: Spot) => {
        const { base, body } = bodyFor(item, components);
        const place = edge === undefined ? { ...at, scope: [], spot } : edgePlace(edge, at);
        actions.add(place, base, body);
      },
    };
  }, [text, actions, draft, components, set, bizId]);
}

function edgePlace(
  key: string,
  at: { x: number; y: number },
): { x: number; y: number; edge: { from: string; to: string }; scope: Path } {
  const [scope = '', link = ''] = key.split(':');
  const [from = '', to = ''] = link.split('>');
  return { ...at, edge: { from, to }, scope: scope === '' ? [] : nodeOfKey(`${scope}/nodes/x`).scope };
}
