import { queryOptions } from '@tanstack/react-query';
import type { RunAction, RunItem, RunOrder, RunOrderResults, RunOrders, RunPage } from './generated/run';
import type * as Told from './generated/run';
import type { Rerun, Started, Undo } from './generated/runs';
import type { NodeFailure } from './generated/shared';
import { type Part, type Query, get, post } from './http';

export type { RunAction, RunItem, RunPage, RunStatus, RunTrigger } from './generated/run';
export type { NodeStatus } from './generated/shared';

type Failed<T> = Omit<T, 'error'> & { readonly error?: Part<NodeFailure, 'code'> | null };
export type Attempt = Failed<Told.RunAttempt>;
type Tried<T> = Omit<T, 'attempts'> & { readonly attempts: readonly Attempt[] };
/** A node, or what undid one: both are shown alike. */
export type RunNode = Tried<
  Failed<
    Part<Told.RunNode, 'address' | 'id' | 'kind' | 'status'> &
      Partial<Pick<Told.RunCompensation, 'reason' | 'tries'>>
  >
>;
type Own = 'nodes' | 'compensations' | 'error' | 'parent' | 'children' | 'isTraced' | 'key' | 'late';
export type Run = Omit<Told.Run, Own> & {
  readonly nodes: readonly RunNode[];
  readonly compensations: readonly RunNode[];
  readonly error?: Part<Told.RunFailure, 'code'> | null;
} & Partial<Pick<Told.Run, 'parent' | 'children' | 'isTraced' | 'key' | 'late'>>;
export interface RunFilter {
  readonly flow?: string | undefined;
  readonly status?: string | undefined;
  readonly bizId?: string | undefined;
  readonly scenario?: string | undefined;
  readonly trigger?: string | undefined;
  readonly key?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly minMs?: number | undefined;
  readonly q?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export function runsQuery(filter: RunFilter) {
  const query: Query = { ...filter };
  return queryOptions({
    queryKey: ['runs', filter],
    queryFn: ({ signal }) => get<RunPage>('/v1/runs', query, signal),
    staleTime: 2_000,
  });
}

export function runQuery(id: string) {
  return queryOptions({
    queryKey: ['run', id],
    queryFn: ({ signal }) => get<Run>(`/v1/runs/${encodeURIComponent(id)}`, {}, signal),
  });
}

export function undoQuery(id: string) {
  return queryOptions({
    queryKey: ['run', id, 'undo'],
    queryFn: ({ signal }) => get<Undo>(`/v1/runs/${encodeURIComponent(id)}/undo`, {}, signal),
  });
}

export function act(id: string, action: RunAction, body: RunOrder): Promise<RunItem> {
  return post(`/v1/runs/${encodeURIComponent(id)}/${action}`, body);
}

export function rerun(id: string, body: Rerun): Promise<Started> {
  return post(`/v1/runs/${encodeURIComponent(id)}/rerun`, body);
}

export function actMany(body: RunOrders): Promise<RunOrderResults> {
  return post('/v1/runs/actions', body);
}
