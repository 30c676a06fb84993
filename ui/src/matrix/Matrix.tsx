import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Suspense, lazy, useMemo } from 'react';
import { type Matrix as Answer, matrixQuery } from '../api/extensions';
import { stated } from '../app/search';
import { useText } from '../app/text';
import { Empty } from '../kit/Panel';
import { Trouble } from '../kit/Trouble';
import { Explain } from './Explain';
import { Grid } from './Grid';
import { Legend, Tools } from './Tools';
import { readPlace } from './place';
import { useReach } from './useReach';
import { columnOf, tableOf } from './table';
import './matrix.css';

const PointPanel = lazy(async () => ({ default: (await import('./PointPanel')).PointPanel }));
const Compare = lazy(async () => ({ default: (await import('./Compare')).Compare }));

/** Who answers which extension point for whom, and why. */
export function Matrix() {
  const text = useText();
  const query = useQuery(matrixQuery());
  if (query.isPending) return <p className="mx-wait dim">{text('frame.loading')}</p>;
  if (query.isError) return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data.points.length === 0)
    return (
      <Empty icon="grid" title={text('matrix.none')}>
        <p>{text('matrix.noneHelp')}</p>
      </Empty>
    );
  return <Shown matrix={query.data} />;
}

function Shown({ matrix }: { readonly matrix: Answer }) {
  const text = useText();
  const search = useSearch({ from: '/extensions' });
  const navigate = useNavigate({ from: '/extensions' });
  const { useCase, bizId, scenario, q, only } = search;
  const against = useMemo(() => columnOf(search.against), [search.against]);
  const other = text('matrix.other');
  const unasked = useReach(matrix);
  const table = useMemo(
    () => tableOf(matrix, { useCase, bizId, scenario, q, only, against }, other, unasked),
    [matrix, useCase, bizId, scenario, q, only, against, other, unasked],
  );
  const chosen = readPlace(search.at);
  const set = (change: Partial<typeof search>) =>
    void navigate({ search: (old) => stated({ ...old, ...change }), replace: true });
  const point = matrix.points.find((one) => one.name === search.panel);
  const isComparing = search.compare !== undefined;
  return (
    <div className="mx">
      <h1 className="hidden-text">{text('rail.extensions')}</h1>
      <Explain
        matrix={matrix}
        table={table}
        point={search.point ?? point?.name}
        place={chosen}
        onChange={set}
      />
      <Tools table={table} search={search} onChange={set} />
      <div className="mx-main">
        <Grid
          table={table}
          search={search}
          point={search.point}
          place={chosen}
          against={against}
          onChange={set}
        />
        <Suspense fallback={<aside className="mx-side" />}>
          {isComparing ? (
            <Compare table={table} word={search.compare ?? ''} onChange={(compare) => set({ compare })} />
          ) : point === undefined ? null : (
            <PointPanel point={point} onClose={() => set({ panel: undefined })} />
          )}
        </Suspense>
      </div>
      <Legend />
    </div>
  );
}
