import {
  Background,
  BackgroundVariant,
  type Connection,
  type EdgeChange,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  applyNodeChanges,
  useNodesInitialized,
  useReactFlow,
  useStore,
} from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { CanvasTools, useFitView } from './CanvasTools';
import { LineEdge, type LineFlowEdge } from './LineEdge';
import { CARD } from './layout';
import { type CardNode, NodeCard } from './NodeCard';
import { Overview } from './Overview';
import { Why, useLinks } from './links';
import './canvas.css';

const NODE_TYPES = { card: NodeCard };
const EDGE_TYPES = { line: LineEdge };

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export interface CanvasProps {
  readonly nodes: readonly CardNode[];
  readonly edges: readonly LineFlowEdge[];
  readonly isReadOnly?: boolean;
  readonly isStale?: boolean;
  readonly label: string;
  /** Changes when another document is shown: the view then fits it. */
  readonly fitKey: string;
  readonly onSelect?: (keys: readonly string[]) => void;
  readonly onSelectEdge?: (edge: string | undefined) => void;
  readonly onConnect?: (from: string, to: string, at: { x: number; y: number }) => void;
  readonly onReconnect?: (edge: LineFlowEdge, next: Connection) => void;
  /** `at` in the window, `spot` where the card would stand. */
  readonly onDropAway?: (from: string, at: Spot, spot: Spot) => void;
  readonly whyNot?: (from: string, to: string) => string | undefined;
  readonly onMoved?: (
    moved: readonly { readonly key: string; readonly x: number; readonly y: number }[],
  ) => void;
  readonly onOpen?: (key: string) => void;
  readonly onDropItem?: (item: string, at: Spot, edge: string | undefined, spot: Spot) => void;
  readonly tools?: ReactNode;
  readonly children?: ReactNode;
}

/** The graph of one flow. Knows how to draw and to ask, not what a flow is. */
export function FlowCanvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Inner {...props} />
    </ReactFlowProvider>
  );
}

function Inner(props: CanvasProps) {
  const { isReadOnly = false, isStale = false, label, children, tools } = props;
  const box = useRef<HTMLDivElement>(null);
  const { nodes, onNodesChange } = useMovedNodes(props);
  const onEdgesChange = useChosenEdge(props);
  const drop = useDrop(props, box);
  const links = useLinks(props);
  const cards = useCardHandlers(props);
  const { onMoveStart } = useFit(props.fitKey, nodes.length);
  useKeepInSight(nodes);
  const isFar = useStore((state) => state.transform[2] < 0.4);
  const edges = useTargeted(props.edges, drop.target);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: drops from the palette land here, and single keys act while it has the focus
    <div
      ref={box}
      className={`canvas${isStale ? ' canvas-stale' : ''}${isFar ? ' far' : ''}`}
      data-canvas
      tabIndex={-1}
      onDragOver={drop.over}
      onDrop={drop.drop}
      onDragLeave={drop.leave}
    >
      <ReactFlow<CardNode, LineFlowEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        {...cards}
        {...links.handlers}
        nodesDraggable={!isReadOnly}
        nodesConnectable={!isReadOnly}
        edgesReconnectable={!isReadOnly}
        {...GESTURES}
        onMoveStart={onMoveStart}
        onlyRenderVisibleElements={nodes.length > 120}
        aria-label={label}
      >
        <Background variant={BackgroundVariant.Cross} gap={24} size={3} color="var(--line)" />
        <CanvasTools>{tools}</CanvasTools>
        <Overview nodes={nodes} />
      </ReactFlow>
      <Why reason={links.why} />
      {children}
    </div>
  );
}

/** Wheel pans, Ctrl and wheel zoom, dragging the ground chooses, Space or the middle button pan. */
const GESTURES = {
  deleteKeyCode: null,
  selectionMode: SelectionMode.Partial,
  selectionOnDrag: true,
  panOnDrag: [1, 2],
  panActivationKeyCode: 'Space',
  panOnScroll: true,
  zoomOnDoubleClick: false,
  zoomActivationKeyCode: 'Control',
  multiSelectionKeyCode: 'Shift',
  minZoom: 0.12,
  maxZoom: 1.6,
  // The library's licence allows it; the corner belongs to the zoom buttons.
  proOptions: { hideAttribution: true },
};

/** The same functions for as long as the canvas stands: a new one would make every card and line look again. */
function useCardHandlers(props: CanvasProps) {
  const latest = useRef(props);
  latest.current = props;
  return useMemo(
    () => ({
      onNodeDragStop: (_event: unknown, _node: CardNode, moved: CardNode[]) =>
        latest.current.onMoved?.(moved.map((node) => ({ key: node.id, ...node.position }))),
      onNodeDoubleClick: (_event: unknown, node: CardNode) => latest.current.onOpen?.(node.id),
    }),
    [],
  );
}

/** The edge a palette entry hovers over stands out. */
function useTargeted(edges: readonly LineFlowEdge[], target: string | undefined): LineFlowEdge[] {
  return useMemo(
    () =>
      edges.map((edge) =>
        edge.id === target && edge.data !== undefined
          ? { ...edge, data: { ...edge.data, isTarget: true } }
          : edge,
      ),
    [edges, target],
  );
}

/**
 * Places come from the layout; while a card is dragged it is where the pointer has it. What is chosen is told to the
 * owner and comes back with the nodes, so that there is one truth about it.
 */
function useMovedNodes({ nodes: laid, onSelect }: CanvasProps) {
  const [nodes, setNodes] = useState<CardNode[]>([...laid]);
  const latest = useRef({ laid, onSelect });
  latest.current = { laid, onSelect };
  useEffect(() => setNodes([...laid]), [laid]);
  const onNodesChange = useCallback((changes: NodeChange<CardNode>[]) => {
    const chosen = new Set(
      latest.current.laid.filter((node) => node.selected === true).map((node) => node.id),
    );
    let isChanged = false;
    for (const change of changes) {
      if (change.type !== 'select' || chosen.has(change.id) === change.selected) continue;
      isChanged = true;
      if (change.selected) chosen.add(change.id);
      else chosen.delete(change.id);
    }
    if (isChanged) latest.current.onSelect?.([...chosen]);
    const others = changes.filter((change) => change.type !== 'select');
    if (others.length > 0) setNodes((old) => applyNodeChanges(others, old));
  }, []);
  return { nodes, onNodesChange };
}

function useChosenEdge({ onSelectEdge }: CanvasProps) {
  return useCallback(
    (changes: EdgeChange<LineFlowEdge>[]) => {
      const chosen = changes.filter((change) => change.type === 'select');
      if (chosen.length > 0) onSelectEdge?.(chosen.find((change) => change.selected)?.id);
    },
    [onSelectEdge],
  );
}

/** Fits a document once, and again when the pane changes size as long as nobody has moved the view. */
function useFit(
  key: string,
  count: number,
): { readonly onMoveStart: (event: MouseEvent | TouchEvent | null) => void } {
  const fit = useFitView();
  const isReady = useNodesInitialized();
  const height = useStore((state) => state.height);
  const fitted = useRef('');
  const isMoved = useRef(false);
  useEffect(() => {
    const now = `${key} ${height}`;
    if (count === 0 || !isReady || fitted.current === now) return;
    const isSame = fitted.current.startsWith(`${key} `);
    fitted.current = now;
    if (isSame && isMoved.current) return;
    isMoved.current = false;
    fit(false);
  }, [key, count, isReady, height, fit]);
  const onMoveStart = useCallback((event: MouseEvent | TouchEvent | null) => {
    if (event !== null) isMoved.current = true;
  }, []);
  return { onMoveStart };
}

const SETTLED_MS = 200;

/** What was chosen stays in sight when the pane shrinks or the keys walk on. */
function useKeepInSight(nodes: readonly CardNode[]): void {
  const { getInternalNode, getViewport, setViewport } = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const chosen = nodes.filter((node) => node.selected === true);
  const key = chosen.length === 1 ? chosen[0]?.id : undefined;
  useEffect(() => {
    // A press may become a drag: the card must not run away from the pointer.
    const timer = setTimeout(() => {
      const node = key === undefined ? undefined : getInternalNode(key);
      if (node === undefined || node.dragging === true || width === 0) return;
      const { x, y, zoom } = getViewport();
      const { positionAbsolute: at } = node.internals;
      const dx = offBy(at.x * zoom + x, (node.measured.width ?? 0) * zoom, width);
      const dy = offBy(at.y * zoom + y, (node.measured.height ?? 0) * zoom, height);
      if (dx !== 0 || dy !== 0) void setViewport({ x: x - dx, y: y - dy, zoom }, { duration: 120 });
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [key, width, height, getInternalNode, getViewport, setViewport]);
}

/** How far a box is out of a length, with a margin; what is longer than it shows its beginning. */
function offBy(start: number, size: number, whole: number): number {
  const margin = 24;
  if (start < margin) return start - margin;
  const over = start + size - (whole - margin);
  return over > 0 ? Math.min(over, start - margin) : 0;
}

/** A palette entry dragged over: the edge under the pointer is the one whose box it hits. */
function useDrop({ onDropItem }: CanvasProps, box: React.RefObject<HTMLDivElement | null>) {
  const [target, setTarget] = useState<string>();
  const { screenToFlowPosition } = useReactFlow();
  const edgeAt = (x: number, y: number): string | undefined => {
    for (const element of box.current?.ownerDocument.elementsFromPoint(x, y) ?? []) {
      const edge = element.closest('.react-flow__edge');
      const id = edge?.getAttribute('data-id') ?? element.closest('[data-edge]')?.getAttribute('data-edge');
      if (id !== null && id !== undefined) return id;
    }
    return undefined;
  };
  return {
    target,
    over: (event: React.DragEvent) => {
      if (!event.dataTransfer.types.includes('application/x-bactrian')) return;
      event.preventDefault();
      setTarget(edgeAt(event.clientX, event.clientY));
    },
    leave: () => setTarget(undefined),
    drop: (event: React.DragEvent) => {
      const item = event.dataTransfer.getData('application/x-bactrian');
      setTarget(undefined);
      if (item === '') return;
      event.preventDefault();
      const at = { x: event.clientX, y: event.clientY };
      const { x, y } = screenToFlowPosition(at);
      onDropItem?.(item, at, edgeAt(at.x, at.y), { x: x - CARD.width / 2, y: y - CARD.height / 2 });
    },
  };
}
