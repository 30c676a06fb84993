import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { Run } from '../api/runs';
import { runQuery } from '../api/runs';
import { inWords } from '../app/words';
import { effectiveQuery } from '../api/flows';
import { stated } from '../app/search';
import { useText } from '../app/text';
import { Splitter } from '../kit/Splitter';
import { Trouble } from '../kit/Trouble';
import { NodeDrawer } from './NodeDrawer';
import { RunGraph } from './RunGraph';
import { Waterfall } from './Waterfall';
import { TraceHead } from './TraceHead';
import { useFollow, useNow } from './follow';
import { fallOf } from './waterfall';
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

/** What people call the nodes of the flow itself. */
function useNodeTitle(run: Run): (address: string) => string | undefined {
  const plan = useQuery(effectiveQuery(run.flow, { bizId: run.bizId, scenario: run.scenario })).data;
  return (address) => inWords(plan?.nodes.find((node) => node.id === address)?.title);
}

function Shown({ run }: { readonly run: Run }) {
  const text = useText();
  const search = useSearch({ from: '/runs/$id' });
  const navigate = useNavigate({ from: '/runs/$id' });
  const isOpen = run.status === 'running' || run.status === 'waiting' || run.status === 'parked';
  useFollow(run.id, run.status === 'running' || run.status === 'waiting');
  const now = useNow(isOpen);
  const titleOf = useNodeTitle(run);
  const fall = fallOf(run, Math.max(0, now - Date.parse(run.startedAt)));
  const chosen =
    fall.rows.find((row) => row.key === search.node) ??
    fall.rows.find((row) => row.node.status === 'failed' || row.node.status === 'waiting') ??
    fall.rows[0];
  const set = (change: Partial<typeof search>) =>
    void navigate({ search: (old) => stated({ ...old, ...change }), replace: true });
  return (
    <div className="tr">
      <TraceHead run={run} now={now} onNode={(node) => set({ node })} />
      <Splitter
        label={text('trace.split')}
        axis="column"
        initial={36}
        first={
          <Splitter
            label={text('trace.splitSide')}
            initial={60}
            first={<RunGraph run={run} selected={chosen?.node.address} onSelect={(node) => set({ node })} />}
            second={
              <Waterfall
                fall={fall}
                titleOf={titleOf}
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
              title={titleOf(chosen.node.address) ?? chosen.node.address}
              tab={search.tab ?? 'output'}
              onTab={(tab) => set({ tab })}
            />
          )
        }
      />
    </div>
  );
}
