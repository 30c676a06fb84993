import { inWords } from '../app/words';
import { useQuery } from '@tanstack/react-query';
import { type EffectiveNode, effectiveQuery } from '../api/flows';
import type { NodeStatus, Run, RunNode } from '../api/runs';
import { useText } from '../app/text';
import { kindKey } from '../app/kindWord';
import { LevelMark, StatusSign } from '../kit/Mark';
import { topOf } from './nodeName';
import { LineMap, type StationProps } from '../linemap/LineMap';

/** The plan with the way this run took; what never began is dashed. */
export function RunGraph({
  run,
  selected,
  onSelect,
}: {
  readonly run: Run;
  readonly selected: string | undefined;
  readonly onSelect: (address: string) => void;
}) {
  const text = useText();
  const plan = useQuery(effectiveQuery(run.flow, { bizId: run.bizId, scenario: run.scenario }));
  if (plan.isPending) return <div className="tr-graph scroll" />;
  const isMoved = plan.data !== undefined && plan.data.planHash !== run.planHash;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keys
    <section className="tr-graph scroll" tabIndex={0} aria-label={text('trace.graph')}>
      {run.isTraced === false ? <p className="tr-note dim">{text('trace.untraced')}</p> : null}
      {isMoved ? <p className="tr-note dim">{text('trace.planMoved')}</p> : null}
      <LineMap
        label={text('trace.graph')}
        stations={stationsOf(run, plan.data?.nodes ?? [], (kind) => {
          const key = kindKey(kind);
          return key === undefined ? kind : text(key);
        })}
        selected={selected === undefined ? undefined : topOf(selected)}
        onSelect={onSelect}
      />
    </section>
  );
}

const TONE: Readonly<Record<NodeStatus, StationProps['tone']>> = {
  pending: 'faint',
  skipped: 'faint',
  running: 'running',
  waiting: 'warn',
  succeeded: 'done',
  failed: 'failed',
  cancelled: 'faint',
  compensated: 'undone',
};
/** Answers that stand in for the call. */
const SPARE: ReadonlySet<string> = new Set(['otherwise', 'stale', 'fallback']);
const TAKEN: ReadonlySet<NodeStatus> = new Set(['succeeded', 'failed', 'running', 'waiting', 'compensated']);

function stationsOf(
  run: Run,
  plan: readonly EffectiveNode[],
  kindWord: (kind: string) => string,
): StationProps[] {
  const nodes = run.nodes.filter((node) => node.id !== '');
  const seen = new Map(nodes.map((node) => [node.address, node]));
  const ids = new Set(plan.map((node) => node.id));
  const extra = nodes.filter((node) => topOf(node.address) === node.address && !ids.has(node.address));
  // A plan that cannot be read any more still shows what ran, in the order it began.
  const chain = extra.map((node, i) => ({
    id: node.address,
    title: node.id,
    needs: [...(extra[i - 1] === undefined ? [] : [extra[i - 1]?.address ?? ''])],
    use: node.use,
  }));
  const stops = [
    ...plan.map((node) => ({
      id: node.id,
      title: inWords(node.title) ?? node.id,
      needs: node.needs.map((need) => need.from),
      use: node.use ?? (node.kind === 'use' ? null : kindWord(node.kind)),
    })),
    ...chain,
  ];
  const undone = new Set(run.compensations.map((node) => node.address));
  return stops.map((stop) => stationOf(stop, seen.get(stop.id), undone.has(stop.id)));
}

function stationOf(
  stop: {
    readonly id: string;
    readonly title: string;
    readonly needs: readonly string[];
    readonly use?: string | null | undefined;
  },
  node: RunNode | undefined,
  isUndone: boolean,
): StationProps {
  const status = node?.status ?? 'pending';
  const extension = node?.extension;
  return {
    id: stop.id,
    needs: stop.needs,
    title: stop.title,
    tone: TONE[status],
    isTaken: TAKEN.has(status) || node?.skip?.kind === 'when',
    isUndone: isUndone || status === 'compensated',
    mark: (
      <StatusSign status={status} isDegraded={status === 'succeeded' && SPARE.has(node?.servedBy ?? '')} />
    ),
    detail:
      extension == null ? (
        (stop.use ?? node?.kind ?? '')
      ) : (
        <>
          <LevelMark level={extension.level} />
          {extension.name}
        </>
      ),
  };
}
