import { type Key, useDuration, useText } from '../app/text';
import { StatusSign } from '../kit/Mark';
import { placeIn, ticksOf } from './time';
import type { Bar, Fall, FallRow } from './waterfall';

const TICKS = 6;
const BAR: Readonly<Record<Bar['kind'], Key>> = {
  attempt: 'trace.attempt',
  failed: 'trace.attemptFailed',
  pause: 'trace.pause',
  wait: 'trace.waiting',
  whole: 'trace.whole',
};

/** When each node ran: attempts, the pauses between them, waits, and what was undone. */
export function Waterfall({
  fall,
  nameOf,
  selected,
  onSelect,
}: {
  readonly fall: Fall;
  /** What people call the node at an address. */
  readonly nameOf: (address: string) => string;
  readonly selected: string | undefined;
  readonly onSelect: (key: string) => void;
}) {
  const text = useText();
  const duration = useDuration();
  const { scale, rows } = fall;
  const undo = rows.findIndex((row) => row.isUndo);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keys
    <section className="tr-fall scroll" aria-label={text('trace.waterfall')} tabIndex={0}>
      <div className="tr-ruler" aria-hidden="true">
        {ticksOf(scale, TICKS).map((tick) => (
          <span key={tick} style={{ left: `${placeIn(scale, tick) * 100}%` }}>
            {duration(tick)}
          </span>
        ))}
      </div>
      <ul>
        {rows.map((row, i) => (
          <li
            key={row.key}
            data-starts={i === undo ? text('trace.undone') : undefined}
            className={i === undo ? 'tr-undo-starts' : ''}
          >
            <FallLine
              row={row}
              title={nameOf(row.node.address)}
              fall={fall}
              isSelected={row.key === selected}
              onSelect={onSelect}
            />
          </li>
        ))}
      </ul>
      {scale.pieces
        .filter((piece) => piece.isShortened)
        .map((piece) => (
          <span
            key={piece.from}
            className="tr-break"
            style={{ ['--from' as string]: piece.start, ['--to' as string]: piece.end }}
            title={text('trace.quiet', { time: duration(piece.to - piece.from) })}
          />
        ))}
    </section>
  );
}

function Name({ row, title }: { readonly row: FallRow; readonly title: string }) {
  const { node, depth } = row;
  if (depth > 0 || title === node.address)
    return <span className="mono clip">{depth > 0 ? node.address.split('.').at(-1) : node.address}</span>;
  return (
    <span className="clip" title={node.address}>
      {title}
    </span>
  );
}

function FallLine({
  row,
  title,
  fall,
  isSelected,
  onSelect,
}: {
  readonly row: FallRow;
  readonly title: string;
  readonly fall: Fall;
  readonly isSelected: boolean;
  readonly onSelect: (key: string) => void;
}) {
  const text = useText();
  const duration = useDuration();
  const { node, bars, isUndo, depth } = row;
  const at = (ms: number) => placeIn(fall.scale, ms) * 100;
  const began = bars.length > 0;
  const time = began
    ? duration(row.to - row.from)
    : text(node.status === 'skipped' ? 'status.skipped' : 'status.pending');
  // Whole milliseconds of the journal and finer ones of an attempt do not quite agree.
  const end = at(Math.max(row.to, ...bars.map((bar) => bar.to)));
  return (
    <button
      type="button"
      className="tr-line"
      data-undo={isUndo ? true : undefined}
      aria-pressed={isSelected}
      onClick={() => onSelect(row.key)}
    >
      <span className="tr-name clip" style={{ paddingLeft: 10 + depth * 14 }}>
        <StatusSign status={isUndo && node.status === 'succeeded' ? 'compensated' : node.status} size={12} />
        <Name row={row} title={title} />
      </span>
      <span className="tr-lane">
        {bars.map((bar) => (
          <span
            key={`${bar.kind} ${bar.from}`}
            className="tr-bar"
            data-kind={bar.kind}
            data-status={node.status}
            title={`${text(BAR[bar.kind], { number: bar.number ?? 1 })} ${duration(bar.to - bar.from)}`}
            style={{ left: `${at(bar.from)}%`, width: `max(2px, ${at(bar.to) - at(bar.from)}%)` }}
          />
        ))}
        <span
          className="tr-time num"
          data-dim={began ? undefined : true}
          style={{ left: `calc(${end}% + 6px)` }}
        >
          {time}
          {node.attempts.length > 1 ? ` ×${node.attempts.length}` : ''}
        </span>
      </span>
    </button>
  );
}
