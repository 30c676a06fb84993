import { Link } from '@tanstack/react-router';
import { useIntl } from 'react-intl';
import type { Run } from '../api/runs';
import { useFlowTitle } from '../app/flowTitle';
import { useDuration, useText } from '../app/text';
import { Said } from '../described/Said';
import { Button, IconButton } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { useNotes } from '../kit/Live';
import { LevelMark, StatusMark } from '../kit/Mark';
import { Banner, IdentityMark } from '../kit/Panel';
import { Operate } from './Operate';

/** Status, total, identity, version and id: what is asked first. */
export function TraceHead({
  run,
  now,
  onNode,
}: {
  readonly run: Run;
  readonly now: number;
  readonly onNode: (address: string) => void;
}) {
  const text = useText();
  const intl = useIntl();
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
          <span className="num">
            {intl.formatDate(run.startedAt, { dateStyle: 'medium', timeStyle: 'medium' })}
          </span>
        </Fact>
        {run.key == null ? null : (
          <Fact name={text('runs.key')}>
            <span className="mono">{run.key}</span>
          </Fact>
        )}
        <Fact name={text('trace.id')}>
          <span className="mono clip">{run.id}</span>
          <Copy value={run.id} />
        </Fact>
        <Family run={run} />
      </dl>
      <Failure run={run} onNode={onNode} />
      {run.waits.length === 0 ? null : (
        <Banner>
          {run.waits.map((wait) => (
            <span key={wait.address} className="tr-until">
              <strong className="mono">{wait.address}</strong>{' '}
              {text(wait.channel == null ? 'trace.waitsUntil' : 'trace.waitsFor', {
                channel: wait.channel,
                key: wait.key,
                until:
                  wait.until == null
                    ? '–'
                    : intl.formatDate(wait.until, { dateStyle: 'short', timeStyle: 'medium' }),
              })}
            </span>
          ))}
        </Banner>
      )}
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
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
  const others = [...(run.parent == null ? [] : [run.parent]), ...(run.children ?? [])];
  if (others.length === 0) return null;
  return (
    <Fact name={text('trace.family')}>
      {others.map((id) => (
        <Link key={id} to="/runs/$id" params={{ id }} className="mono">
          {id.slice(0, 13)}
        </Link>
      ))}
    </Fact>
  );
}

function Failure({ run, onNode }: { readonly run: Run; readonly onNode: (address: string) => void }) {
  const text = useText();
  const { error } = run;
  const code = error?.code;
  if (code === undefined) return null;
  const node = error?.node;
  return (
    <Banner
      tone={run.status === 'parked' ? 'warn' : 'failed'}
      action={
        node == null ? null : (
          <Button size="small" onPress={() => onNode(node)}>
            {text('trace.showNode', { node })}
          </Button>
        )
      }
    >
      <a href={`/errors/${code}`} target="_blank" rel="noreferrer" className="mono tr-code">
        {code}
      </a>{' '}
      <Said code={code} message={error?.detail ?? error?.message ?? ''} />
    </Banner>
  );
}
