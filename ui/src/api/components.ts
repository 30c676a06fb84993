import { queryOptions } from '@tanstack/react-query';
import type { JsonObject } from '../core/json';
import type { Words } from '../core/title';
import { type Page, get } from './http';

export interface Component {
  readonly name: string;
  readonly effect: 'pure' | 'read' | 'write';
  readonly title: Words;
  readonly description?: string;
  readonly category?: string;
  readonly icon?: string | null;
  readonly keywords?: readonly string[];
  /** Pinyin and initials of the Chinese title, for search. */
  readonly pinyin?: string;
  readonly initials?: string;
  readonly schema: JsonObject;
  readonly example?: string | null;
  readonly cases?: number;
  readonly uses?: number;
}

export const componentsQuery = queryOptions({
  queryKey: ['components'],
  queryFn: ({ signal }) => get<Page<Component>>('/v1/components', {}, signal),
  staleTime: 300_000,
});
