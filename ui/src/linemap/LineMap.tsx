import { type ReactNode, useMemo } from 'react';
import { type Size, type Stop, layOut } from './layout';
import './linemap.css';

export interface StationProps extends Stop {
  readonly title: string;
  readonly detail?: ReactNode;
  readonly mark?: ReactNode;
  /** The tone of the spine and of the line that leads here. */
  readonly tone: 'plain' | 'running' | 'done' | 'failed' | 'warn' | 'undone' | 'faint' | 'added' | 'removed';
  /** Was the way to here taken? */
  readonly isTaken?: boolean;
  readonly isUndone?: boolean;
}

const SIZE: Size = { width: 146, height: 54, gapX: 10, gapY: 22 };

/** A flow as a line from top to bottom, for reading. */
export function LineMap({
  stations,
  label,
  selected,
  onSelect,
}: {
  readonly stations: readonly StationProps[];
  readonly label: string;
  readonly selected?: string | undefined;
  readonly onSelect?: (id: string) => void;
}) {
  const shape = stations.map((one) => `${one.id}<${one.needs.join()}`).join(' ');
  const layout = useMemo(() => layOut(stations, SIZE), [shape]);
  const byId = new Map(stations.map((one) => [one.id, one]));
  const placed = [...layout.stops].sort((a, b) => a.y - b.y || a.x - b.x);
  return (
    // biome-ignore lint/a11y/useSemanticElements: the stations are one group of buttons
    <div
      className="lm"
      role="group"
      aria-label={label}
      style={{ width: layout.width, height: layout.height }}
    >
      <svg width={layout.width} height={layout.height} aria-hidden="true">
        {layout.tracks.map((track) => {
          const [from, to] = [byId.get(track.from), byId.get(track.to)];
          const isTaken = from?.isTaken === true && to?.isTaken === true;
          const isUndone = from?.isUndone === true && isTaken;
          return (
            <g key={`${track.from} ${track.to}`}>
              <path
                d={track.path}
                className="lm-track"
                data-taken={isTaken ? true : undefined}
                data-tone={to?.tone}
              />
              {isUndone ? <path d={track.path} className="lm-back" transform="translate(5 0)" /> : null}
            </g>
          );
        })}
      </svg>
      {placed.map(({ id, x, y }) => {
        const one = byId.get(id);
        if (one === undefined) return null;
        return (
          <button
            key={id}
            type="button"
            className="lm-stop"
            data-tone={one.tone}
            aria-pressed={selected === id}
            style={{ left: x, top: y }}
            onClick={() => onSelect?.(id)}
          >
            <span className="lm-title">
              <span className="lm-words">{one.title}</span>
              {one.mark}
            </span>
            <span className="lm-detail clip">{one.detail}</span>
          </button>
        );
      })}
    </div>
  );
}
