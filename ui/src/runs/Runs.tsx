import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Suspense, lazy, useEffect, useMemo, useState } from 'react';
import { get } from '../api/http';
import type { RunItem, RunPage } from '../api/runs';
import { stated } from '../app/search';
import { useText } from '../app/text';
import { Button } from '../kit/Button';
import { Empty } from '../kit/Panel';
import { Tabs } from '../kit/Tabs';
import { Trouble } from '../kit/Trouble';
import { BulkBar } from './BulkBar';
import { CountStrip } from './CountStrip';
import { RunTable } from './RunTable';
import { type RunsSearch, STATUSES, TABS, isTab, requestOf, tabOf } from './filter';
import './runs.css';

const Filters = lazy(async () => ({ default: (await import('./Filters')).Filters }));

/** Every run, the ones that need a person first to reach. */
export function Runs() {
  const text = useText();
  const search = useSearch({ from: '/runs' });
  const navigate = useNavigate({ from: '/runs' });
  const set = (change: Partial<RunsSearch>) => {
    setSelected(new Set());
    void navigate({ search: (old) => stated({ ...old, ...change }), replace: true });
  };
  const query = useRuns(search);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const counts = query.data?.pages[0]?.counts ?? {};
  const countOf = (list: string | undefined) =>
    STATUSES.filter((status) => list === undefined || list.split(',').includes(status)).reduce(
      (sum, status) => sum + (counts[status] ?? 0),
      0,
    );
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  // The engine looks only so far back at once; what fits may lie further.
  useEffect(() => {
    if (items.length === 0 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [items.length, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const tab = tabOf(search.status);
  return (
    <div className="rn">
      <h1 className="hidden-text">{text('rail.runs')}</h1>
      <Suspense fallback={<div className="rn-filters rn-filters-wait" />}>
        <Filters search={search} onChange={set} />
      </Suspense>
      <CountStrip counts={counts} status={search.status} onChoose={(status) => set({ status })} />
      <Tabs
        label={text('runs.tabs')}
        value={tab ?? 'chosen'}
        onChange={(id) => set({ status: isTab(id) ? TABS[id] : search.status })}
        tabs={[
          { id: 'all', label: text('runs.tabAll'), count: countOf(undefined) },
          {
            id: 'parked',
            label: text('status.parked'),
            count: counts.parked ?? 0,
            ...((counts.parked ?? 0) > 0 ? { tone: 'warn' as const } : {}),
          },
          { id: 'waiting', label: text('status.waiting'), count: counts.waiting ?? 0 },
          { id: 'running', label: text('status.running'), count: counts.running ?? 0 },
          { id: 'failed', label: text('runs.tabFailed'), count: countOf(TABS.failed) },
          ...(tab === undefined
            ? [{ id: 'chosen', label: text('runs.tabChosen'), count: countOf(search.status) }]
            : []),
        ]}
      >
        {query.isError ? (
          <Trouble error={query.error} onRetry={() => void query.refetch()} />
        ) : items.length === 0 && !query.isPending && !query.hasNextPage ? (
          <NoRuns
            isFiltered={isFiltered(search)}
            onClear={() =>
              set({
                flow: undefined,
                status: undefined,
                key: undefined,
                from: undefined,
                to: undefined,
                minMs: undefined,
                q: undefined,
                hide: undefined,
              })
            }
          />
        ) : (
          <RunTable
            items={items}
            selected={selected}
            onSelect={setSelected}
            onEnd={() => {
              if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
            }}
          />
        )}
      </Tabs>
      <BulkBar items={chosenOf(items, selected)} onClear={() => setSelected(new Set())} />
    </div>
  );
}

function useRuns(search: RunsSearch) {
  const [now] = useState(() => Date.now());
  const { flow, status, key, from, to, minMs, q, hide, bizId, scenario } = search;
  const filter = useMemo(
    () => requestOf({ flow, status, key, from, to, minMs, q, hide, bizId, scenario }, now),
    [flow, status, key, from, to, minMs, q, hide, bizId, scenario, now],
  );
  return useInfiniteQuery({
    queryKey: ['runs', 'list', filter],
    queryFn: ({ pageParam, signal }) => get<RunPage>('/v1/runs', { ...filter, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (old) => old,
    refetchInterval: (state) => ((state.state.data?.pages.length ?? 0) > 1 ? false : 5_000),
  });
}

function chosenOf(items: readonly RunItem[], selected: ReadonlySet<string>): RunItem[] {
  return items.filter((item) => selected.has(item.id));
}

function isFiltered({ flow, status, key, from, minMs, q, hide, bizId }: RunsSearch): boolean {
  return [flow, status, key, from, minMs, q, hide, bizId].some((one) => one !== undefined);
}

function NoRuns({
  isFiltered: filtered,
  onClear,
}: {
  readonly isFiltered: boolean;
  readonly onClear: () => void;
}) {
  const text = useText();
  return (
    <Empty icon="activity" title={text(filtered ? 'runs.noneFit' : 'runs.none')}>
      <p>{text(filtered ? 'runs.noneFitHelp' : 'runs.noneHelp')}</p>
      {filtered ? <Button onPress={onClear}>{text('runs.clear')}</Button> : null}
    </Empty>
  );
}
