import { triesOf } from './lookup';
import { SIZE } from './size';
import { type Column, type PointRow, type Table, isSame, placeAt, showAt } from './table';
import type { Axis } from './window';

function middleOf({ starts }: Axis, at: number): number {
  const start = starts[at] ?? 0;
  return (start + (starts[at + 1] ?? start)) / 2;
}

/** The way of a look-up under a row: a hollow stop for every key missed, a full one for the hit. */
export function Way({
  table,
  row,
  along,
  column,
}: {
  readonly table: Table;
  readonly row: PointRow;
  readonly along: Axis;
  readonly column: Column;
}) {
  const shown = showAt(table, row, column);
  const stops = triesOf(placeAt(row, column))
    .slice(0, shown.found.tried.length)
    .map(([[, bizId, scenario], level]) => {
      const at = table.columns.findIndex((one) => isSame(one, { bizId, scenario }));
      const x = at < 0 ? -SIZE.pin / 2 : middleOf(along, at);
      return { x: x + SIZE.left + SIZE.pin, isHit: level === shown.level, isPinned: at < 0, level };
    });
  const first = stops[0];
  const last = stops.at(-1);
  if (first === undefined || last === undefined || stops.length < 2) return null;
  const tone = shown.level === null ? 'var(--failed)' : 'var(--petrol)';
  const left = Math.min(last.x, first.x) - 6;
  const width = Math.abs(first.x - last.x) + 12;
  return (
    <svg
      className="mx-fallback"
      style={{ left }}
      width={width}
      height={10}
      viewBox={`${left} 0 ${width} 10`}
      aria-hidden="true"
    >
      <path d={`M${first.x} 5H${last.x}`} stroke={tone} strokeWidth="1.5" />
      {stops.map((stop) => (
        <circle
          key={stop.level}
          cx={stop.x}
          cy="5"
          r="3"
          fill={stop.isHit ? tone : 'var(--surface)'}
          stroke={tone}
          strokeWidth="1.5"
        />
      ))}
    </svg>
  );
}
