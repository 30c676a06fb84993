import type { Title } from '../core/title';
import { queryOptions } from '@tanstack/react-query';
import type { JsonObject } from '../core/json';
import { get } from './http';
import type { Identity, Level, Tried } from './identity';

export interface Point {
  readonly name: string;
  readonly title?: Title | null;
  readonly description?: Title | null;
  readonly version?: number;
  readonly owner?: string | null;
  readonly group?: Title | null;
  readonly input?: JsonObject | null;
  readonly output?: JsonObject | null;
  readonly hasDefault: boolean;
  readonly flows: readonly string[];
}
export interface Cell {
  readonly point: string;
  /** Index into `identities`. */
  readonly identity: number;
  readonly level: Level | null;
  readonly implementation: string | null;
  readonly kind?: 'flow' | 'component' | 'rust' | null;
  readonly candidates: number;
  /** Stated at this identity itself, not inherited. */
  readonly isOwn: boolean;
  readonly file?: string | null;
  readonly line?: number | null;
}
export interface Matrix {
  readonly points: readonly Point[];
  readonly identities: readonly Identity[];
  readonly cells: readonly Cell[];
}
export interface Resolution {
  readonly point: string;
  readonly identity: Identity;
  readonly tried: readonly Tried[];
  readonly level: Level;
  readonly implementation: string;
  readonly candidates: readonly {
    readonly name: string;
    readonly priority?: number;
    readonly when?: string | null;
    readonly chosen?: boolean;
  }[];
  readonly nearMisses?: readonly string[];
}

/** A point that no flow asks may come without its list. */
function withLists(matrix: Matrix): Matrix {
  return { ...matrix, points: matrix.points.map((point) => ({ ...point, flows: point.flows ?? [] })) };
}

export function matrixQuery() {
  return queryOptions({
    queryKey: ['extensions'],
    queryFn: async ({ signal }) => withLists(await get<Matrix>('/v1/extensions', {}, signal)),
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
