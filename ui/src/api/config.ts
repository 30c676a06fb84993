import { queryOptions } from '@tanstack/react-query';
import type { Json } from '../core/json';
import { get } from './http';
import type { Identity, Level } from './identity';

export interface Setting {
  readonly key: string;
  readonly effective: Json;
  readonly level: Level | null;
  readonly values: readonly {
    readonly bizId: string | null;
    readonly scenario: string | null;
    readonly level: Level;
    readonly value: Json;
    readonly file: string;
  }[];
}

export function configQuery(identity: Identity) {
  return queryOptions({
    queryKey: ['config', identity],
    queryFn: ({ signal }) =>
      get<{ readonly settings: readonly Setting[] }>('/v1/config', { ...identity }, signal),
  });
}
