import { Panel, useReactFlow, useStoreApi } from '@xyflow/react';
import { type ReactNode, useCallback } from 'react';
import { useText } from '../app/text';
import { IconButton } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { useHotkeys } from '../kit/hotkeys';

export const FIT = { padding: 0.08, maxZoom: 1, minZoom: 0.25 };
/** Below this a card cannot be read: a long line then starts at the left, large enough to read with ease. */
const READABLE = 0.74;
const START = 0.88;
/** What the small picture of the whole takes at the foot. */
const OVERVIEW = 88;

/** Shows the whole flow where it stays readable, else its beginning. */
export function useFitView(): (isWhole: boolean) => void {
  const { fitView, getNodes, getNodesBounds, setViewport } = useReactFlow();
  const box = useStoreApi();
  return useCallback(
    (isWhole) => {
      const { width, height } = box.getState();
      const bounds = getNodesBounds(getNodes());
      const zoom = Math.min((width - 64) / bounds.width, (height - 64) / bounds.height);
      if (isWhole || zoom >= READABLE || !Number.isFinite(zoom)) {
        void fitView({ ...FIT, duration: isWhole ? 180 : 0 });
        return;
      }
      const scale = START;
      const free = height - OVERVIEW;
      const top = bounds.height * scale < free ? (free - bounds.height * scale) / 2 : 32;
      void setViewport({ x: 32 - bounds.x * scale, y: top - bounds.y * scale, zoom: scale });
    },
    [fitView, getNodes, getNodesBounds, setViewport, box],
  );
}

export function CanvasTools({ children }: { readonly children?: ReactNode }) {
  const text = useText();
  const { zoomIn, zoomOut } = useReactFlow();
  const fitAll = useFitView();
  const fit = () => fitAll(true);
  useHotkeys([
    { keys: 'F', name: 'keys.fit', run: fit, within: () => document.querySelector('[data-canvas]') },
  ]);
  return (
    <Panel position="bottom-left">
      <div className="canvas-tools">
        <IconButton
          size="small"
          label={text('canvas.zoomOut')}
          icon={<Icon name="zoom-out" />}
          onPress={() => void zoomOut({ duration: 120 })}
        />
        <IconButton
          size="small"
          label={text('canvas.zoomIn')}
          icon={<Icon name="zoom-in" />}
          onPress={() => void zoomIn({ duration: 120 })}
        />
        <IconButton
          size="small"
          label={text('canvas.fit')}
          hint="F"
          icon={<Icon name="maximize" />}
          onPress={fit}
        />
        {children}
      </div>
    </Panel>
  );
}
