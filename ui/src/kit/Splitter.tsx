import { type ReactNode, useRef, useState } from 'react';
import './splitter.css';

export interface SplitterProps {
  readonly label: string;
  readonly first: ReactNode;
  readonly second: ReactNode;
  readonly axis?: 'row' | 'column';
  /** Share of the second pane in percent. */
  readonly initial?: number;
}

/** Pixels either pane keeps. */
const LEAST = 240;

/** Two panes with a bar between them that drags and answers to the arrow keys. */
export function Splitter({ label, first, second, axis = 'row', initial = 38 }: SplitterProps) {
  const [share, setShare] = useState(initial);
  const box = useRef<HTMLDivElement>(null);
  const clamp = (value: number) => {
    const area = box.current?.getBoundingClientRect();
    const whole = (axis === 'row' ? area?.width : area?.height) ?? 0;
    const least = whole === 0 ? 15 : Math.min(40, (LEAST / whole) * 100);
    return Math.min(100 - least, Math.max(least, value));
  };
  const drag = (event: React.PointerEvent) => {
    const area = box.current?.getBoundingClientRect();
    if (event.buttons !== 1 || area === undefined) return;
    const part =
      axis === 'row'
        ? (area.right - event.clientX) / area.width
        : (area.bottom - event.clientY) / area.height;
    setShare(clamp(part * 100));
  };
  return (
    <div ref={box} className={`k-split k-split-${axis}`}>
      <div className="k-split-pane" style={{ flexBasis: `${100 - share}%` }}>
        {first}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a bar that can be dragged has no element of its own */}
      <div
        className="k-split-bar"
        role="separator"
        tabIndex={0}
        aria-label={label}
        aria-orientation={axis === 'row' ? 'vertical' : 'horizontal'}
        aria-valuenow={Math.round(share)}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
        onKeyDown={(event) => {
          const grow = axis === 'row' ? 'ArrowLeft' : 'ArrowUp';
          const shrink = axis === 'row' ? 'ArrowRight' : 'ArrowDown';
          if (event.key === grow) setShare(clamp(share + 4));
          if (event.key === shrink) setShare(clamp(share - 4));
        }}
      />
      <div className="k-split-pane" style={{ flexBasis: `${share}%` }}>
        {second}
      </div>
    </div>
  );
}
