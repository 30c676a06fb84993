import { queryOptions } from '@tanstack/react-query';
import type { Resolution } from './generated/extensions';
import type * as Told from './generated/extensions';
import { type Part, get } from './http';
import type { Identity } from './identity';

export type { Resolution } from './generated/extensions';
export type Point = Part<Told.Point, 'name' | 'hasDefault' | 'flows'>;
export type Cell = Part<
  Told.Cell,
  'point' | 'identity' | 'level' | 'implementation' | 'candidates' | 'isOwn'
>;
export interface Matrix {
  readonly points: readonly Point[];
  readonly identities: readonly Identity[];
  readonly cells: readonly Cell[];
}

export function matrixQuery() {
  return queryOptions({
    queryKey: ['extensions'],
    queryFn: ({ signal }) => get<Matrix>('/v1/extensions', {}, signal),
    staleTime: 30_000,
  });
}

/** Points and identities without who answers: small where the matrix is not. */
export const pointsQuery = queryOptions({
  queryKey: ['extensions', 'points'],
  queryFn: ({ signal }) => get<Matrix>('/v1/extensions', { cells: 'false' }, signal),
  staleTime: 30_000,
});

/** One row of the matrix. */
export function rowQuery(point: string) {
  return queryOptions({
    queryKey: ['extensions', 'row', point],
    queryFn: ({ signal }) => get<Matrix>('/v1/extensions', { point }, signal),
    staleTime: 30_000,
  });
}

export function resolveQuery(point: string, identity: Identity) {
  return queryOptions({
    queryKey: ['extensions', point, identity],
    queryFn: ({ signal }) =>
      get<Resolution>(`/v1/extensions/${encodeURIComponent(point)}/resolve`, { ...identity }, signal),
    retry: false,
  });
}
