/** The engine's components and the language's schema as the reader reads them. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type Component, componentsQuery } from '../api/components';
import { type Locale, useSettings } from '../app/settings';
import type { JsonObject } from '../core/json';
import { type Table, describe, sentenceIn } from './describe';
import { unpacked } from './template';

/** English needs no table. */
const tableQuery = (locale: Locale) =>
  queryOptions({
    queryKey: ['described', locale],
    queryFn: async (): Promise<Table | null> => {
      if (locale !== 'zh-CN') return null;
      const [texts, fields] = await Promise.all([import('./texts.zh.json'), import('./fields.zh.json')]);
      return { texts: unpacked(texts.default), fields: fields.default };
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

function useTable() {
  const locale = useSettings((state) => state.locale);
  return useQuery(tableQuery(locale));
}

/** Made once for all who ask: the canvas, the palette and every form do. */
const made = new WeakMap<readonly Component[], { table: Table | undefined; items: readonly Component[] }>();

function allInLanguage(items: readonly Component[], table: Table | undefined): readonly Component[] {
  const known = made.get(items);
  if (known !== undefined && known.table === table) return known.items;
  const now = { table, items: items.map((one) => inLanguage(one, table)) };
  made.set(items, now);
  return now.items;
}

export function useComponents() {
  const found = useQuery(componentsQuery);
  const table = useTable();
  const isKnown = found.data !== undefined && !table.isPending;
  const items = isKnown ? allInLanguage(found.data.items, table.data ?? undefined) : undefined;
  return { items, error: found.error, refetch: found.refetch };
}

/** Its settings are only put into words when a form asks for them. */
function inLanguage(one: Component, table: Table | undefined): Component {
  let schema: Component['schema'] | undefined;
  return {
    ...one,
    ...(one.description == null ? {} : { description: sentenceIn(table, one.description) }),
    get schema() {
      schema ??= describe(one.schema, one.name, table);
      return schema;
    },
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
