/** The engine's components and the language's schema as the reader reads them. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type Component, componentsQuery } from '../api/components';
import { type Locale, useSettings } from '../app/settings';
import type { JsonObject } from '../core/json';
import { type Table, describe, sentenceIn } from './describe';

/** English needs no table. */
const tableQuery = (locale: Locale) =>
  queryOptions({
    queryKey: ['described', locale],
    queryFn: async (): Promise<Table | null> => {
      if (locale !== 'zh-CN') return null;
      const [texts, fields] = await Promise.all([import('./texts.zh.json'), import('./fields.zh.json')]);
      return { texts: texts.default, fields: fields.default };
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

function useTable() {
  const locale = useSettings((state) => state.locale);
  return useQuery(tableQuery(locale));
}

export function useComponents() {
  const found = useQuery(componentsQuery);
  const table = useTable();
  const items = useMemo(
    () =>
      found.data === undefined || table.isPending
        ? undefined
        : found.data.items.map((one) => inLanguage(one, table.data ?? undefined)),
    [found.data, table.data, table.isPending],
  );
  return { items, error: found.error, refetch: found.refetch };
}

function inLanguage(one: Component, table: Table | undefined): Component {
  return {
    ...one,
    schema: describe(one.schema, one.name, table),
    ...(one.description == null ? {} : { description: sentenceIn(table, one.description) }),
  };
}

/** A schema of the language itself: only its sentences change, keys are what is written. */
export function useLanguage(schema: JsonObject): JsonObject {
  const { data } = useTable();
  return useMemo(
    () => (data == null ? schema : describe(schema, '', { ...data, fields: {} })),
    [schema, data],
  );
}
