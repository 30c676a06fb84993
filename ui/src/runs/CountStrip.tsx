import { useIntl } from 'react-intl';
import type { RunStatus } from '../api/runs';
import { type Key, useText } from '../app/text';
import { StatusSign } from '../kit/Mark';
import { sharesOf } from './filter';

export const STATUS_KEY: Readonly<Record<RunStatus, Key>> = {
  running: 'status.running',
  waiting: 'status.waiting',
  succeeded: 'status.succeeded',
  failed: 'status.failed',
  compensated: 'status.compensated',
  cancelled: 'status.cancelled',
  timed_out: 'status.timedOut',
  parked: 'status.parked',
};

/** How the runs that fit are spread over the statuses; press one to see it alone. */
export function CountStrip({
  counts,
  status,
  onChoose,
}: {
  readonly counts: Readonly<Partial<Record<RunStatus, number>>>;
  readonly status: string | undefined;
  readonly onChoose: (status: string | undefined) => void;
}) {
  const text = useText();
  const intl = useIntl();
  const shares = sharesOf(counts);
  if (shares.length === 0) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: the parts are toggles of one filter
    <div className="rn-strip" role="group" aria-label={text('runs.strip')}>
      {shares.map((one) => (
        <button
          key={one.status}
          type="button"
          className={`rn-part k-status-${one.status}`}
          style={{ flexGrow: one.share }}
          aria-pressed={status === one.status}
          onClick={() => onChoose(status === one.status ? undefined : one.status)}
        >
          <span className="rn-part-bar" aria-hidden="true" />
          <span className="rn-part-text">
            <StatusSign status={one.status} size={12} />
            <span className="clip">{text(STATUS_KEY[one.status])}</span>
            <span className="num">{intl.formatNumber(one.count)}</span>
          </span>
        </button>
      ))}
    </div>
  );
}
