import { Panel, useReactFlow } from '@xyflow/react';
import type { ReactNode } from 'react';
import { useText } from '../app/text';
import { IconButton } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { useHotkeys } from '../kit/hotkeys';

export const FIT = { padding: 0.12, maxZoom: 1, minZoom: 0.25 };

export function CanvasTools({ children }: { readonly children?: ReactNode }) {
  const text = useText();
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  const fit = () => void fitView({ ...FIT, duration: 180 });
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
