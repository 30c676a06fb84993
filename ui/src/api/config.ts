import { queryOptions } from '@tanstack/react-query';
import type { Settings } from './generated/settings';
import { get } from './http';
import type { Identity } from './identity';

export function configQuery(identity: Identity) {
  return queryOptions({
    queryKey: ['config', identity],
    queryFn: ({ signal }) => get<Settings>('/v1/config', { ...identity }, signal),
  });
}
