import { Panel, useReactFlow, useStore } from '@xyflow/react';
import { useMemo, useRef } from 'react';
import { useText } from '../app/text';
import type { CardNode } from './NodeCard';

const WIDE = { width: 176, height: 72 };
/** Where the drawer leaves little height. */
const SMALL = { width: 136, height: 52 };
const LITTLE = 480;
const MARGIN = 6;

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The whole flow in small with what is in sight, while not all of it is; a press goes there. */
export function Overview({ nodes }: { readonly nodes: readonly CardNode[] }) {
  const text = useText();
  const { setViewport, getViewport } = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const [x, y, zoom] = useStore((state) => state.transform);
  const box = height < LITTLE ? SMALL : WIDE;
  const isHeld = useRef(false);
  const { area, path } = useMemo(() => shapeOf(nodes), [nodes]);
  if (area === undefined || width === 0) return null;
  const sight = { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
  if (holds(sight, area)) return null;
  const scale = Math.min(
    (box.width - 2 * MARGIN) / area.width,
    (box.height - 2 * MARGIN) / Math.max(area.height, 1),
  );
  const inset = {
    x: (box.width - area.width * scale) / 2 - area.x * scale,
    y: (box.height - area.height * scale) / 2 - area.y * scale,
  };
  const go = (event: React.PointerEvent<SVGSVGElement>) => {
    const place = event.currentTarget.getBoundingClientRect();
    const to = {
      x: (event.clientX - place.left - inset.x) / scale,
      y: (event.clientY - place.top - inset.y) / scale,
    };
    const now = getViewport().zoom;
    void setViewport({ x: width / 2 - to.x * now, y: height / 2 - to.y * now, zoom: now });
  };
  return (
    <Panel position="bottom-right" className="overview">
      <svg
        width={box.width}
        height={box.height}
        role="img"
        aria-label={text('canvas.overview')}
        onPointerDown={(event) => {
          isHeld.current = true;
          event.currentTarget.setPointerCapture(event.pointerId);
          go(event);
        }}
        onPointerMove={(event) => {
          if (isHeld.current) go(event);
        }}
        onPointerUp={() => {
          isHeld.current = false;
        }}
      >
        <path d={path} transform={`translate(${inset.x} ${inset.y}) scale(${scale})`} />
        <rect {...cut(sight, inset, scale, box)} />
      </svg>
    </Panel>
  );
}

/** Every card that stands on the ground itself, as one path: hundreds cost no more than one. */
function shapeOf(nodes: readonly CardNode[]): { readonly area: Area | undefined; readonly path: string } {
  const cards = nodes.filter((node) => node.parentId === undefined);
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  let path = '';
  for (const { position, width = 0, height = 0 } of cards) {
    left = Math.min(left, position.x);
    top = Math.min(top, position.y);
    right = Math.max(right, position.x + width);
    bottom = Math.max(bottom, position.y + height);
    path += `M${Math.round(position.x)} ${Math.round(position.y)}h${width}v${height}h${-width}z`;
  }
  const area =
    cards.length === 0 ? undefined : { x: left, y: top, width: right - left, height: bottom - top };
  return { area, path };
}

function holds(sight: Area, area: Area): boolean {
  return (
    sight.x <= area.x &&
    sight.y <= area.y &&
    sight.x + sight.width >= area.x + area.width &&
    sight.y + sight.height >= area.y + area.height
  );
}

/** What is in sight, no further than the edge of the picture. */
function cut(
  sight: Area,
  inset: { readonly x: number; readonly y: number },
  scale: number,
  box: { readonly width: number; readonly height: number },
): Area {
  const left = Math.max(1, sight.x * scale + inset.x);
  const top = Math.max(1, sight.y * scale + inset.y);
  const right = Math.min(box.width - 1, (sight.x + sight.width) * scale + inset.x);
  const bottom = Math.min(box.height - 1, (sight.y + sight.height) * scale + inset.y);
  return { x: left, y: top, width: Math.max(4, right - left), height: Math.max(4, bottom - top) };
}
