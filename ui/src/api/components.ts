import { queryOptions } from '@tanstack/react-query';
import type { Words } from '../core/title';
import type * as Told from './generated/components';
import { type Page, type Part, get } from './http';

export type Component = Omit<Part<Told.Component, 'name' | 'effect' | 'schema'>, 'title'> & {
  readonly title: Words;
};

export const componentsQuery = queryOptions({
  queryKey: ['components'],
  queryFn: ({ signal }) => get<Page<Component>>('/v1/components', {}, signal),
  staleTime: 300_000,
});
