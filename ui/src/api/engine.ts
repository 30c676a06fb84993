/** The engine itself: who I am to it, how it is, live traffic, pinned positions. */
import { queryOptions } from '@tanstack/react-query';
import type { Diagnostic } from './diagnostics';
import { get, send } from './http';

export interface Me {
  readonly name: string;
  readonly rights: readonly string[];
  readonly locale?: string | null;
}
export interface EngineStatus {
  readonly version: string;
  readonly ui?: string;
  readonly revision: number;
  readonly rejected?: { readonly at: string; readonly diagnostics: readonly Diagnostic[] } | null;
  readonly breakers?: readonly { readonly key: string; readonly state: string }[];
  readonly store?: unknown;
}
export interface Traffic {
  readonly rate: number;
  readonly p95Ms: number | null;
  readonly errors: number;
  readonly inflight: number;
}
export interface LiveTick {
  readonly at: string;
  readonly flow: Traffic;
  readonly edges: readonly (Traffic & { readonly from: string; readonly to: string })[];
}
export interface Layout {
  readonly pins: Readonly<Record<string, { readonly x: number; readonly y: number }>>;
}

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => get<Me>('/v1/me', {}, signal),
  staleTime: 60_000,
  retry: false,
});
export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: ({ signal }) => get<EngineStatus>('/v1/status', {}, signal),
  refetchInterval: 15_000,
  retry: false,
});

export function layoutQuery(flow: string) {
  return queryOptions({
    queryKey: ['layout', flow],
    queryFn: ({ signal }) => get<Layout>(`/v1/layout/${encodeURIComponent(flow)}`, {}, signal),
    retry: false,
  });
}

export async function pin(flow: string, layout: Layout): Promise<void> {
  await send(`/v1/layout/${encodeURIComponent(flow)}`, { method: 'PUT', body: layout });
}
