/** The engine itself: who I am to it, how it is, live traffic, pinned positions. */
import { queryOptions } from '@tanstack/react-query';
import type { EngineStatus, Me } from './generated/service';
import type { Layout } from './generated/settings';
import { get, send } from './http';

export type { LiveTick, Traffic } from './generated/flows';
export type { EngineStatus } from './generated/service';
export type { Layout } from './generated/settings';

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
