import { queryOptions } from '@tanstack/react-query';
import type { Json } from '../core/json';
import { type Query, get, post } from './http';
import type { Level, Tried } from './identity';

export type RunStatus =
  | 'running'
  | 'waiting'
  | 'succeeded'
  | 'failed'
  | 'compensated'
  | 'cancelled'
  | 'timed_out'
  | 'parked';
export type NodeStatus =
  | 'pending'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'skipped'
  | 'waiting'
  | 'cancelled'
  | 'compensated';

export interface RunItem {
  readonly id: string;
  readonly flow: string;
  readonly version: number;
  readonly useCase: string;
  readonly bizId: string | null;
  readonly scenario: string | null;
  readonly level: Level;
  readonly planHash: string;
  readonly status: RunStatus;
  readonly isDurable: boolean;
  readonly isDegraded: boolean;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly durationMs: number | null;
  readonly key?: string | null;
  /** One run shows it whole, a list its code, class and node. */
  readonly error?: {
    readonly code: string;
    readonly class?: string;
    readonly node?: string | null;
    readonly detail?: string | null;
    readonly message?: string;
  } | null;
}
export interface Attempt {
  readonly number: number;
  readonly offsetMs: number;
  readonly durationMs: number;
  readonly error?: { readonly code: string; readonly class?: string; readonly message?: string } | null;
}
export interface RunNode {
  readonly address: string;
  readonly id: string;
  readonly kind: string;
  readonly use?: string | null;
  readonly status: NodeStatus;
  readonly skip?: { readonly kind: 'when' | 'dead' | 'filtered'; readonly reason: string } | null;
  readonly startedAt?: string | null;
  readonly durationMs?: number | null;
  readonly offsetMs?: number | null;
  readonly attempts: readonly Attempt[];
  readonly extension?: {
    readonly point: string;
    readonly name: string;
    readonly level: Level;
    readonly tried: readonly Tried[];
  } | null;
  readonly input?: Json;
  readonly output?: Json;
  readonly isTruncated?: boolean;
  readonly error?: { readonly code: string; readonly class?: string; readonly message?: string } | null;
  readonly servedBy?: 'call' | 'cache' | 'stale' | 'fallback' | 'otherwise' | 'mock' | null;
  readonly items?: { readonly total: number; readonly failed: number } | null;
}
export type RunAction = 'cancel' | 'retry' | 'resume' | 'skip';
export interface Run extends RunItem {
  /** False when what its nodes did was not kept. */
  readonly isTraced?: boolean;
  readonly input: Json;
  readonly output: Json;
  readonly nodes: readonly RunNode[];
  readonly compensations: readonly RunNode[];
  readonly waits: readonly {
    readonly address: string;
    readonly kind: string;
    readonly until?: string | null;
    readonly channel?: string | null;
    readonly key?: string | null;
  }[];
  readonly parent?: string | null;
  readonly children?: readonly string[];
  readonly actions: readonly RunAction[];
}
export interface RunPage {
  readonly items: readonly RunItem[];
  readonly next?: string | null;
  readonly counts: Readonly<Partial<Record<RunStatus, number>>>;
}
export interface RunFilter {
  readonly flow?: string | undefined;
  readonly status?: string | undefined;
  readonly bizId?: string | undefined;
  readonly scenario?: string | undefined;
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

export interface Undo {
  readonly steps: readonly {
    readonly address: string;
    readonly use: string;
    readonly reason: 'succeeded' | 'unknown';
  }[];
}

export function undoQuery(id: string) {
  return queryOptions({
    queryKey: ['run', id, 'undo'],
    queryFn: ({ signal }) => get<Undo>(`/v1/runs/${encodeURIComponent(id)}/undo`, {}, signal),
  });
}

export function act(
  id: string,
  action: RunAction,
  body: { readonly node?: string; readonly reason?: string },
): Promise<RunItem> {
  return post(`/v1/runs/${encodeURIComponent(id)}/${action}`, body);
}

export interface BulkResult {
  readonly results: readonly { readonly id: string; readonly ok: boolean; readonly code?: string }[];
}

export function actMany(body: {
  readonly action: RunAction;
  readonly ids: readonly string[];
  readonly reason: string;
  readonly dryRun: boolean;
}): Promise<BulkResult> {
  return post('/v1/runs/actions', body);
}
