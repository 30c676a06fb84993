import { Link } from '@tanstack/react-router';
import type { Run } from '../api/runs';
import { useFlowTitle } from '../app/flowTitle';
import { useDuration, useMoments, useText } from '../app/text';
import { Said } from '../described/Said';
import { Button, IconButton } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { useNotes } from '../kit/Live';
import { LevelMark, StatusMark } from '../kit/Mark';
import { Banner, IdentityMark } from '../kit/Panel';
import { TRIGGER } from '../runs/trigger';
import { Fact } from './Fact';
import { waitsAt } from './NodeNow';
import { Operate } from './Operate';
import { topOf } from './nodeName';

/** Status, total, identity, version and id: what is asked first. */
export function TraceHead({
  run,
  now,
  nameOf,
  onNode,
}: {
  readonly run: Run;
  readonly now: number;
  readonly nameOf: (address: string) => string;
  readonly onNode: (key: string) => void;
}) {
  const text = useText();
  const moments = useMoments();
  const duration = useDuration();
  const titleOf = useFlowTitle();
  const total = run.durationMs ?? now - Date.parse(run.startedAt);
  return (
    <>
      <header className="tr-head">
        <Link to="/runs" className="tr-back" aria-label={text('trace.back')}>
          <Icon name="back" />
        </Link>
        <StatusMark status={run.status} isDegraded={run.isDegraded} size={18} />
        <h1>
          <Link to="/flows/$name" params={{ name: run.flow }} search={{ run: run.id }}>
            {titleOf(run.flow)}
          </Link>
        </h1>
        <span className="tr-total num">{duration(total)}</span>
        <span className="bar-gap" />
        <Link
          to="/flows/$name"
          params={{ name: run.flow }}
          search={{
            run: run.id,
            drawer: 'test',
            bizId: run.bizId ?? undefined,
            scenario: run.scenario ?? undefined,
          }}
        >
          {text('trace.saveAsCase')}
        </Link>
        <Operate run={run} />
      </header>
      <dl className="tr-facts">
        <Fact name={text('identity.label')}>
          <IdentityMark bizId={run.bizId} scenario={run.scenario} fallback={text('identity.default')} />
          <LevelMark level={run.level} hasText />
        </Fact>
        <Fact name={text('trace.version')}>
          <span className="mono">
            {run.flow} v{run.version} · {run.planHash.slice(0, 8)}
          </span>
        </Fact>
        <Fact name={text('trace.started')}>
          <span className="num">{moments.full(run.startedAt)}</span>
          <span className="dim">{text(TRIGGER[run.trigger])}</span>
        </Fact>
        {run.key == null ? null : (
          <Fact name={text('runs.key')}>
            <span className="mono">{run.key}</span>
          </Fact>
        )}
        <Fact name={text('trace.id')}>
          <span className="mono" title={run.id}>
            {shortOf(run.id)}
          </span>
          <Copy value={run.id} />
        </Fact>
        <Family run={run} />
      </dl>
      <Failure run={run} nameOf={nameOf} onNode={onNode} />
      <Waiting run={run} nameOf={nameOf} />
    </>
  );
}

/** Begins with the time, so that the end tells one run from the next. */
function shortOf(id: string): string {
  return `${id.slice(0, 8)}…${id.slice(-4)}`;
}

function Copy({ value }: { readonly value: string }) {
  const text = useText();
  const say = useNotes((state) => state.say);
  return (
    <IconButton
      size="small"
      label={text('trace.copy')}
      icon={<Icon name="copy" size={14} />}
      onPress={() => void navigator.clipboard.writeText(value).then(() => say(text('trace.copied')))}
    />
  );
}

function Family({ run }: { readonly run: Run }) {
  const text = useText();
  const children = run.children ?? [];
  const groups = [
    { name: 'trace.rerunOf', ids: run.trigger === 'rerun' ? [run.parent] : [] },
    { name: 'trace.rerunAs', ids: children.filter((one) => one.node === null).map((one) => one.id) },
    {
      name: 'trace.family',
      ids: [
        run.trigger === 'rerun' ? null : run.parent,
        ...children.filter((one) => one.node !== null).map((one) => one.id),
      ],
    },
  ] as const;
  return groups.map(({ name, ids }) => {
    const known = ids.flatMap((id) => (id == null ? [] : [id]));
    return known.length === 0 ? null : (
      <Fact key={name} name={text(name)}>
        {known.map((id) => (
          <Link key={id} to="/runs/$id" params={{ id }} className="mono" title={id}>
            {shortOf(id)}
          </Link>
        ))}
      </Fact>
    );
  });
}

/** What the run as a whole waits for, in a line; the drawer has it in full. */
function Waiting({ run, nameOf }: { readonly run: Run; readonly nameOf: (address: string) => string }) {
  const text = useText();
  const moments = useMoments();
  const tops = [...new Set(run.waits.map((wait) => topOf(wait.address)))];
  if (tops.length === 0) return null;
  return (
    <Banner>
      {tops.map((top) => {
        const waits = waitsAt(run, top);
        const [message] = waits.filter((wait) => wait.channel !== null);
        const until =
          waits.find((wait) => wait.address === top)?.until ?? waits.find((one) => one.until)?.until;
        return (
          <span key={top} className="tr-until">
            <strong>{nameOf(top)}</strong>{' '}
            {message === undefined
              ? null
              : text('trace.waitsFor', { channel: message.channel, key: message.key })}
            {until == null ? null : text('trace.waitsUntil', { until: moments.time(until) })}
          </span>
        );
      })}
    </Banner>
  );
}

function Failure({
  run,
  nameOf,
  onNode,
}: {
  readonly run: Run;
  readonly nameOf: (address: string) => string;
  readonly onNode: (key: string) => void;
}) {
  const text = useText();
  const stuck =
    run.status === 'parked' ? run.compensations.find((one) => one.status === 'failed') : undefined;
  const { error } = run;
  const code = error?.code;
  if (code === undefined) return null;
  const node = stuck?.address ?? error?.node;
  return (
    <Banner
      tone={run.status === 'parked' ? 'warn' : 'failed'}
      action={
        node == null ? null : (
          <Button size="small" onPress={() => onNode(stuck === undefined ? node : `undo ${node}`)}>
            {text('trace.showNode')}
          </Button>
        )
      }
    >
      {node == null ? null : (
        <strong className="tr-where">
          {stuck === undefined
            ? nameOf(node)
            : text('trace.stuckUndo', { node: nameOf(node), count: stuck.attempts.length })}
        </strong>
      )}
      {stuck === undefined ? null : <span>{text('trace.cause')} </span>}
      <a href={`/errors/${code}`} target="_blank" rel="noreferrer" className="mono tr-code">
        {code}
      </a>{' '}
      <Said code={code} message={error?.message ?? error?.detail ?? ''} />
    </Banner>
  );
}
