import { type Key, useText } from '../app/text';
import './mark.css';

export type Status =
  | 'pending'
  | 'running'
  | 'waiting'
  | 'succeeded'
  | 'failed'
  | 'timed_out'
  | 'compensated'
  | 'cancelled'
  | 'parked'
  | 'skipped';

const TEXT: Readonly<Record<Status, Key>> = {
  pending: 'status.pending',
  running: 'status.running',
  waiting: 'status.waiting',
  succeeded: 'status.succeeded',
  failed: 'status.failed',
  timed_out: 'status.timedOut',
  compensated: 'status.compensated',
  cancelled: 'status.cancelled',
  parked: 'status.parked',
  skipped: 'status.skipped',
};

export interface StatusMarkProps {
  readonly status: Status;
  readonly isDegraded?: boolean;
  /** The word beside the sign; without it the word is the sign's name. */
  readonly hasText?: boolean;
  readonly size?: number;
}

/** Sign, word and colour: never colour alone. */
export function StatusMark({ status, isDegraded = false, hasText = true, size = 14 }: StatusMarkProps) {
  const text = useText();
  const word = isDegraded ? text('status.degraded') : text(TEXT[status]);
  return (
    <span className={`k-status k-status-${status}`} {...(hasText ? {} : { title: word })}>
      <StatusSign status={status} isDegraded={isDegraded} size={size} />
      <span className={hasText ? '' : 'hidden-text'}>{word}</span>
    </span>
  );
}

export function StatusSign({ status, isDegraded = false, size = 14 }: StatusMarkProps) {
  return (
    <svg
      className={`k-sign k-status-${status}`}
      width={size}
      height={size}
      viewBox="0 0 14 14"
      aria-hidden="true"
    >
      {signOf(status)}
      {isDegraded ? <path d="M8 0h6v6z" className="k-corner" /> : null}
    </svg>
  );
}

function signOf(status: Status) {
  const ring = <circle cx="7" cy="7" r="5.25" fill="none" stroke="currentColor" strokeWidth="1.5" />;
  const disc = <circle cx="7" cy="7" r="6" fill="currentColor" />;
  const line = { fill: 'none', stroke: 'var(--surface)', strokeWidth: 1.6, strokeLinecap: 'square' as const };
  switch (status) {
    case 'running':
      return (
        <>
          {ring}
          <circle cx="7" cy="7" r="2.5" fill="currentColor" />
        </>
      );
    case 'waiting':
      return (
        <>
          {ring}
          <path d="M7 1.75a5.25 5.25 0 0 1 0 10.5z" fill="currentColor" />
        </>
      );
    case 'succeeded':
      return (
        <>
          {disc}
          <path d="M4 7.2 6.2 9.4 10 5" {...line} />
        </>
      );
    case 'failed':
      return (
        <>
          {disc}
          <path d="M4.7 4.7l4.6 4.6M9.3 4.7 4.7 9.3" {...line} />
        </>
      );
    case 'timed_out':
      return (
        <>
          {disc}
          <path d="M7 3.6V7.3l2.4 1.5" {...line} />
        </>
      );
    case 'compensated':
      return (
        <>
          {disc}
          <path d="M9.8 9.2H5.6a2 2 0 0 1 0-4h3.6M4.2 9.2l2-1.7M4.2 9.2l2 1.7" {...line} strokeWidth={1.3} />
        </>
      );
    case 'cancelled':
      return (
        <>
          {ring}
          <path d="M4 7h6" stroke="currentColor" strokeWidth="1.8" />
        </>
      );
    case 'parked':
      return <path d="M3 13V1.5h8L8.6 5 11 8.5H4.4V13z" fill="currentColor" />;
    case 'skipped':
      return (
        <circle
          cx="7"
          cy="7"
          r="5.25"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeDasharray="2.4 2"
        />
      );
    default:
      return ring;
  }
}

export type Level = 1 | 2 | 3 | 'default' | null;

const LEVEL: Readonly<Record<string, { readonly full: number; readonly key: Key }>> = {
  '1': { full: 3, key: 'level.exact' },
  '2': { full: 2, key: 'level.biz' },
  '3': { full: 1, key: 'level.useCase' },
  default: { full: 0, key: 'level.point' },
};
const dot = (at: number, r: number) =>
  `M${at * 10 + 5 - r} 5a${r} ${r} 0 1 1 ${2 * r} 0a${r} ${r} 0 1 1 ${-2 * r} 0z`;
/** ●●●, ●●○, ●○○, ○○○ by how many are full. */
const DOTS = [0, 1, 2, 3].map((full) => ({
  full: [0, 1, 2]
    .filter((at) => at < full)
    .map((at) => dot(at, 4))
    .join(''),
  rest: [0, 1, 2]
    .filter((at) => at >= full)
    .map((at) => dot(at, 3.4))
    .join(''),
}));

/** Which of the three tries answered. */
export function LevelMark({ level, hasText = false }: { readonly level: Level; readonly hasText?: boolean }) {
  const text = useText();
  const known = LEVEL[String(level)];
  const word = text(known?.key ?? 'level.none');
  const dots = known === undefined ? undefined : DOTS[known.full];
  return (
    <span className={`k-level${level === null ? ' k-level-none' : ''}`} title={word}>
      {dots === undefined ? (
        <span aria-hidden="true">–</span>
      ) : (
        <svg width="27" height="9" viewBox="0 0 30 10" aria-hidden="true">
          <path d={dots.full} fill="currentColor" />
          <path d={dots.rest} fill="none" stroke="currentColor" strokeWidth="1.2" />
        </svg>
      )}
      <span className={hasText ? 'k-level-text' : 'hidden-text'}>{word}</span>
    </span>
  );
}
