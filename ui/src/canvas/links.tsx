/** Connecting by hand: refused while dragging with the reason at the pointer; a drop in the open asks what to add. */
import {
  type Connection,
  type Edge,
  type InternalNode,
  type OnConnectEnd,
  useReactFlow,
} from '@xyflow/react';
import { useMemo, useRef, useState } from 'react';
import { useText } from '../app/text';
import type { CanvasProps } from './FlowCanvas';
import { CARD } from './layout';
import type { LineFlowEdge } from './LineEdge';

interface Reason {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** A refusal is forgotten once the pointer is this far from where it was given. */
const FAR = 48;

export function Why({ reason }: { readonly reason: Reason | undefined }) {
  const text = useText();
  if (reason === undefined) return null;
  return (
    <div className="canvas-why" style={{ left: reason.x, top: reason.y }} role="alert">
      {text('canvas.cannotConnect', { reason: reason.text })}
    </div>
  );
}

/** The handlers stay the same functions, so that nothing on the canvas draws anew for them. */
export function useLinks(props: CanvasProps) {
  const [why, setWhy] = useState<Reason>();
  const latest = useRef({ props, why });
  latest.current = { props, why };
  const pointer = useRef({ x: 0, y: 0 });
  const refused = useRef(false);
  const { screenToFlowPosition } = useReactFlow();
  const handlers = useMemo(() => {
    /** Beside the line's end, in the group of the card it comes from. */
    const spotOf = (from: InternalNode, at: { x: number; y: number }) => {
      const { x, y } = screenToFlowPosition(at);
      const { positionAbsolute: absolute } = from.internals;
      const corner = { x: absolute.x - from.position.x, y: absolute.y - from.position.y };
      return { x: x - corner.x, y: y - corner.y - CARD.height / 2 };
    };
    const onConnectEnd: OnConnectEnd = (event, state) => {
      setWhy(undefined);
      const at = 'clientX' in event ? { x: event.clientX, y: event.clientY } : pointer.current;
      const isOpenGround =
        event.target instanceof Element && event.target.classList.contains('react-flow__pane');
      const wasRefused = refused.current;
      refused.current = false;
      if (isOpenGround && !wasRefused && state.fromNode !== null && state.fromHandle?.type === 'source')
        latest.current.props.onDropAway?.(state.fromNode.id, at, spotOf(state.fromNode, at));
    };
    return {
      onConnectEnd,
      onConnect: (link: Connection) =>
        latest.current.props.onConnect?.(link.source, link.target, pointer.current),
      onReconnect: (edge: LineFlowEdge, next: Connection) => latest.current.props.onReconnect?.(edge, next),
      isValidConnection: (link: Connection | Edge) => {
        const isLoop = link.source === link.target;
        const reason = isLoop ? undefined : latest.current.props.whyNot?.(link.source, link.target);
        refused.current = reason !== undefined;
        setWhy(reason === undefined ? undefined : { ...pointer.current, text: reason });
        return reason === undefined && !isLoop;
      },
      onPointerMove: ({ clientX: x, clientY: y }: React.PointerEvent) => {
        pointer.current = { x, y };
        const given = latest.current.why;
        if (given === undefined || Math.hypot(given.x - x, given.y - y) < FAR) return;
        refused.current = false;
        setWhy(undefined);
      },
    };
  }, [screenToFlowPosition]);
  return { why, handlers };
}
