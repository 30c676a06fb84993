import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { Run } from '../api/runs';
import { runQuery } from '../api/runs';
import { stated } from '../app/search';
import { useText } from '../app/text';
import { Splitter } from '../kit/Splitter';
import { Trouble } from '../kit/Trouble';
import { NodeDrawer } from './NodeDrawer';
import { useNodeName } from './nodeName';
import { RunGraph } from './RunGraph';
import { Waterfall } from './Waterfall';
import { TraceHead } from './TraceHead';
import { useFollow, useNow } from './follow';
import { type FallRow, fallOf } from './waterfall';
import './trace.css';

/** One run: the way it took, when, and what each node saw. */
export function Trace() {
  const text = useText();
  const { id } = useParams({ from: '/runs/$id' });
  const query = useQuery(runQuery(id));
  if (query.isPending) return <p className="tr-wait dim">{text('frame.loading')}</p>;
  if (query.isError) return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  return <Shown run={query.data} />;
}

/** What an operator looks for first: what could not be undone, what failed, what waits. */
function firstOf(rows: readonly FallRow[]): FallRow | undefined {
  return (
    rows.find((row) => row.isUndo && row.node.status === 'failed') ??
    rows.find((row) => row.node.status === 'failed') ??
    rows.find((row) => row.node.status === 'waiting' && row.depth === 0) ??
    rows[0]
  );
}

function Shown({ run }: { readonly run: Run }) {
  const text = useText();
  const search = useSearch({ from: '/runs/$id' });
  const navigate = useNavigate({ from: '/runs/$id' });
  const isOpen = run.status === 'running' || run.status === 'waiting' || run.status === 'parked';
  useFollow(run.id, run.status === 'running' || run.status === 'waiting');
  const now = useNow(isOpen);
  const nameOf = useNodeName(run);
  const fall = fallOf(run, Math.max(0, now - Date.parse(run.startedAt)));
  const chosen = fall.rows.find((row) => row.key === search.node) ?? firstOf(fall.rows);
  const set = (change: Partial<typeof search>) =>
    void navigate({ search: (old) => stated({ ...old, ...change }), replace: true });
  return (
    <div className="tr">
      <TraceHead run={run} now={now} nameOf={nameOf} onNode={(node) => set({ node })} />
      <Splitter
        label={text('trace.split')}
        axis="column"
        initial={40}
        first={
          <Splitter
            label={text('trace.splitSide')}
            initial={60}
            first={<RunGraph run={run} selected={chosen?.node.address} onSelect={(node) => set({ node })} />}
            second={
              <Waterfall
                fall={fall}
                nameOf={nameOf}
                selected={chosen?.key}
                onSelect={(node) => set({ node })}
              />
            }
          />
        }
        second={
          chosen === undefined ? null : (
            <NodeDrawer
              run={run}
              row={chosen}
              now={now}
              nameOf={nameOf}
              tab={search.tab}
              onTab={(tab) => set({ tab })}
            />
          )
        }
      />
    </div>
  );
}
