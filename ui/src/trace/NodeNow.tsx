import type { Run, RunAction, RunNode } from '../api/runs';
import { type Key, type Translate, useDuration, useMoments, useText } from '../app/text';
import { Said } from '../described/Said';
import { IconButton } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { useNotes } from '../kit/Live';
import { ACTION, ACTION_ICON, HELP } from './actions';
import { Value } from './Value';
import type { FallRow } from './waterfall';

type Wait = Run['waits'][number];

/** What a node waits for, or why it stopped, and what a person can do about it. */
export function NodeNow({
  run,
  row,
  now,
}: {
  readonly run: Run;
  readonly row: FallRow;
  readonly now: number;
}) {
  const text = useText();
  const waits = waitsAt(run, row.node.address);
  return (
    <div className="tr-now">
      {row.node.error == null ? (
        <Waits at={row.node.address} waits={waits} now={now} />
      ) : (
        <Fault error={row.node.error} />
      )}
      {waits.length + run.actions.length === 0 && row.node.input !== undefined ? (
        <section>
          <h2>{text('trace.sent')}</h2>
          <Value value={row.node.input} none="" />
        </section>
      ) : null}
      {waits.length + run.actions.length === 0 ? null : (
        <section>
          <h2>{text('trace.can')}</h2>
          <ul className="tr-can">
            {[...waits].sort(byTime).map((wait) => (
              <Answer key={wait.address} at={row.node.address} wait={wait} />
            ))}
            {run.actions.map((action) => (
              <Means key={action} action={action} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

/** Its own waits and those of its branches. */
export function waitsAt(run: Run, address: string): readonly Wait[] {
  return run.waits.filter(
    (wait) =>
      wait.address === address ||
      wait.address.startsWith(`${address}.`) ||
      wait.address.startsWith(`${address}[`),
  );
}

function Waits({
  at,
  waits,
  now,
}: {
  readonly at: string;
  readonly waits: readonly Wait[];
  readonly now: number;
}) {
  const text = useText();
  const moments = useMoments();
  const duration = useDuration();
  if (waits.length === 0) return null;
  return (
    <table className="tr-table">
      <thead>
        <tr>
          <th scope="col">{text('trace.who')}</th>
          <th scope="col">{text('trace.what')}</th>
          <th scope="col">{text('trace.since')}</th>
          <th scope="col">{text('trace.until')}</th>
        </tr>
      </thead>
      <tbody>
        {waits.map((wait) => (
          <tr key={wait.address}>
            <td>
              {wait.address === at ? (
                text('trace.itself')
              ) : (
                <span className="mono">{wait.address.slice(at.length + 1)}</span>
              )}
            </td>
            <td>
              {wait.channel === null ? (
                text('trace.byTime')
              ) : (
                <>
                  {text('trace.byMessage', { channel: wait.channel })}{' '}
                  <span className="mono tr-code-plain">{wait.key}</span>
                </>
              )}
            </td>
            <td className="num">{moments.time(wait.since)}</td>
            <td className="num">
              {wait.until === null ? (
                <span className="dim">{text('trace.noEnd')}</span>
              ) : (
                <>
                  {moments.time(wait.until)}{' '}
                  <span className="dim">{leftOf(Date.parse(wait.until) - now, duration, text)}</span>
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function leftOf(ms: number, duration: (ms: number) => string, text: Translate): string {
  return ms <= 0 ? text('trace.due') : text('trace.left', { time: duration(ms) });
}

const CLASS: Readonly<Record<NonNullable<NonNullable<RunNode['error']>['class']>, Key>> = {
  validation: 'class.validation',
  business: 'class.business',
  not_found: 'class.notFound',
  conflict: 'class.conflict',
  timeout: 'class.timeout',
  unavailable: 'class.unavailable',
  rate_limited: 'class.rateLimited',
  cancelled: 'class.cancelled',
  internal: 'class.internal',
};

function Fault({ error }: { readonly error: NonNullable<RunNode['error']> }) {
  const text = useText();
  const { code, message, class: kind } = error;
  return (
    <section className="tr-error">
      <p>
        <a href={`/errors/${code}`} target="_blank" rel="noreferrer" className="mono tr-code">
          {code}
        </a>{' '}
        <Said code={code} message={message ?? ''} />
      </p>
      {kind === undefined ? null : <p className="dim">{text(CLASS[kind])}</p>}
    </section>
  );
}

/** What comes first stands first; a message may come at any moment. */
function byTime(a: Wait, b: Wait): number {
  return (a.until ?? '') < (b.until ?? '') ? -1 : 1;
}

/** A message from outside, or the clock: what goes on without an operator. */
function Answer({ at, wait }: { readonly at: string; readonly wait: Wait }) {
  const text = useText();
  const moments = useMoments();
  const say = useNotes((state) => state.say);
  if (wait.channel === null)
    return wait.until === null ? null : (
      <li>
        <Icon name="clock" size={14} />
        <span>
          {text('trace.goesOnAt', { time: moments.time(wait.until) })}{' '}
          <span className="mono dim">{wait.address.slice(at.length + 1)}</span>
        </span>
      </li>
    );
  const address = `/v1/callbacks/${wait.channel}?key=${encodeURIComponent(wait.key ?? '')}`;
  return (
    <li>
      <Icon name="forward" size={14} />
      <span>
        {text('trace.goesOnBy')} <code>POST {address}</code>
      </span>
      <IconButton
        size="small"
        label={text('trace.copy')}
        icon={<Icon name="copy" size={14} />}
        onPress={() => void navigator.clipboard.writeText(address).then(() => say(text('trace.copied')))}
      />
    </li>
  );
}

function Means({ action }: { readonly action: RunAction }) {
  const text = useText();
  return (
    <li>
      <Icon name={ACTION_ICON[action]} size={14} />
      <span>
        <strong>{text(ACTION[action])}</strong> {text(HELP[action])}
      </span>
    </li>
  );
}
