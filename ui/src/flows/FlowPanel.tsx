import { inWords } from '../app/words';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { FlowItem } from '../api/flows';
import { addressOf } from './drafts';
import { runsQuery } from '../api/runs';
import { useDuration, useMoments, useText } from '../app/text';
import { IconButton } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { LevelMark, StatusMark } from '../kit/Mark';
import { IdentityMark } from '../kit/Panel';

/** What a flow is for, how it is called, whom it serves, how it last went. */
export function FlowPanel({ flow, onClose }: { readonly flow: FlowItem; readonly onClose: () => void }) {
  const text = useText();
  return (
    <aside className="fl-panel scroll" aria-label={inWords(flow.title) ?? flow.name}>
      <header>
        <h2>{inWords(flow.title) ?? flow.name}</h2>
        <IconButton size="small" label={text('kit.close')} icon={<Icon name="x" />} onPress={onClose} />
      </header>
      <p className="mono dim">{flow.file}</p>
      {flow.description == null ? null : <p>{inWords(flow.description)}</p>}
      <div className="fl-go">
        <Link
          to="/flows/$name"
          params={{ name: flow.name }}
          search={addressOf(flow)}
          className="k-button k-button-main k-button-normal"
        >
          {text('flows.open')}
        </Link>
        <Link
          to="/flows/$name"
          params={{ name: flow.name }}
          search={{ ...addressOf(flow), drawer: 'test' }}
          className="k-button k-button-plain k-button-normal"
        >
          <Icon name="play" size={14} />
          {text('flows.run')}
        </Link>
      </div>
      <h3>{text('flows.triggers')}</h3>
      <Triggers flow={flow} />
      <h3>{text('flows.serves')}</h3>
      <ul className="fl-serves">
        <li>
          <LevelMark level={3} />
          <Link to="/flows/$name" params={{ name: flow.name }} search={addressOf(flow)}>
            {text('level.useCase')}
          </Link>
        </li>
        {flow.variants.map((variant) => (
          <li key={variant.name}>
            <LevelMark level={variant.level} />
            <IdentityMark
              bizId={variant.bizId}
              scenario={variant.scenario}
              fallback={text('identity.default')}
            />
            <Link
              to="/flows/$name"
              params={{ name: flow.name }}
              search={{
                useCase: flow.useCase,
                bizId: variant.bizId ?? undefined,
                scenario: variant.scenario ?? undefined,
              }}
              className="mono clip"
            >
              {variant.name}
            </Link>
          </li>
        ))}
      </ul>
      <h3>{text('flows.lastRuns')}</h3>
      <LastRuns flow={flow.name} />
    </aside>
  );
}

function Triggers({ flow }: { readonly flow: FlowItem }) {
  const text = useText();
  const { http, cron, consume } = flow.triggers;
  const word = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return (
    <ul className="fl-triggers mono">
      {http == null ? null : (
        <li>
          <strong>{http.method}</strong> {http.path}
        </li>
      )}
      {cron == null ? null : (
        <li>
          <strong>cron</strong> {word(cron)}
        </li>
      )}
      {consume == null ? null : (
        <li>
          <strong>consume</strong> {word(consume)}
        </li>
      )}
      <li className="dim" title={text('flows.byName')}>
        POST /v1/flows/{flow.name}
      </li>
    </ul>
  );
}

function LastRuns({ flow }: { readonly flow: string }) {
  const text = useText();
  const moments = useMoments();
  const duration = useDuration();
  const runs = useQuery(runsQuery({ flow, limit: 5 }));
  if (runs.data === undefined) return null;
  if (runs.data.items.length === 0) return <p className="dim">{text('runs.none')}</p>;
  return (
    <ul className="fl-runs">
      {runs.data.items.map((run) => (
        <li key={run.id}>
          <Link to="/runs/$id" params={{ id: run.id }}>
            <StatusMark status={run.status} isDegraded={run.isDegraded} />
          </Link>
          <span className="num dim">{moments.time(run.startedAt)}</span>
          <span className="num">{duration(run.durationMs)}</span>
        </li>
      ))}
      <li>
        <Link to="/runs" search={{ flow }}>
          {text('flows.allRuns')}
        </Link>
      </li>
    </ul>
  );
}
