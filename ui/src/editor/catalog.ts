/** What can be put on the canvas: components, extension points, flows and the language's own kinds. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Component } from '../api/components';
import { pointsQuery } from '../api/extensions';
import { flowsQuery } from '../api/flows';
import { useSettings } from '../app/settings';
import { type Key, useText } from '../app/text';
import { inWords } from '../app/words';
import type { Json, JsonObject } from '../core/json';
import { isList, isObject } from '../core/json';
import type { Kind } from '../core/language';
import { bothOf } from '../core/title';
import { useComponents } from '../described/useDescribed';

export interface Item {
  /** `use:http`, `extension:points-return`, `flow:refund`, `kind:switch`. */
  readonly id: string;
  readonly kind: Kind;
  readonly title: string;
  readonly name: string;
  readonly group: string;
  readonly detail: string;
  /** Everything it may be found by. */
  readonly names: readonly string[];
  readonly effect?: Component['effect'];
}

const KIND_ITEMS: readonly { readonly kind: Kind; readonly key: Key; readonly words: readonly string[] }[] = [
  { kind: 'switch', key: 'kind.switch', words: ['fenzhi', 'fz', 'if', 'case'] },
  { kind: 'foreach', key: 'kind.foreach', words: ['zhutiao', 'xunhuan', 'zt', 'each', 'map'] },
  { kind: 'loop', key: 'kind.loop', words: ['chongfu', 'cf', 'lunxun', 'poll', 'until'] },
  { kind: 'race', key: 'kind.race', words: ['jingsu', 'js', 'first'] },
  { kind: 'wait', key: 'kind.wait', words: ['dengdai', 'dd', 'timer', 'callback'] },
  { kind: 'respond', key: 'kind.respond', words: ['yingda', 'yd', 'reply'] },
  { kind: 'fail', key: 'kind.fail', words: ['shibai', 'sb', 'raise', 'error'] },
];

export function useItems(): readonly Item[] {
  const text = useText();
  const locale = useSettings((state) => state.locale);
  const components = useComponents().items;
  const points = useQuery(pointsQuery).data?.points;
  const flows = useQuery(flowsQuery).data?.items;
  return useMemo(() => {
    const found: Item[] = [];
    for (const one of components ?? []) found.push(componentItem(one, locale, text('palette.components')));
    for (const one of KIND_ITEMS)
      found.push({
        id: `kind:${one.kind}`,
        kind: one.kind,
        title: text(one.key),
        name: one.kind,
        group: text('palette.control'),
        detail: '',
        names: [one.kind, text(one.key), ...one.words],
      });
    for (const one of points ?? [])
      found.push({
        id: `extension:${one.name}`,
        kind: 'extension',
        title: inWords(one.title) ?? one.name,
        name: one.name,
        group: text('palette.points'),
        detail: inWords(one.description) ?? '',
        names: [one.name, ...bothOf(one.title), one.owner ?? ''],
      });
    for (const one of flows ?? [])
      found.push({
        id: `flow:${one.name}`,
        kind: 'flow',
        title: inWords(one.title) ?? one.name,
        name: one.name,
        group: text('palette.flows'),
        detail: '',
        names: [one.name, ...bothOf(one.title), one.pinyin ?? '', one.initials ?? ''],
      });
    return found;
  }, [components, points, flows, locale, text]);
}

function componentItem(one: Component, locale: string, group: string): Item {
  const title = locale === 'zh-CN' ? one.title.zh : one.title.en;
  const names = [
    one.name,
    one.title.zh,
    one.title.en,
    ...(one.keywords ?? []),
    one.pinyin ?? '',
    one.initials ?? '',
  ];
  return {
    id: `use:${one.name}`,
    kind: 'use',
    title,
    name: one.name,
    group,
    detail: one.description ?? '',
    names,
    effect: one.effect,
  };
}

/** The node a palette entry becomes: only what must be there, nothing defaulted. */
export function bodyFor(
  item: string,
  components: ReadonlyMap<string, Component>,
): { base: string; body: JsonObject } {
  const at = item.indexOf(':');
  const [type, name] = [item.slice(0, at), item.slice(at + 1)];
  if (type === 'use') {
    const required = requiredOf(components.get(name)?.schema);
    return {
      base: name,
      body: Object.keys(required).length === 0 ? { use: name } : { use: name, with: required },
    };
  }
  if (type === 'extension') return { base: name, body: { extension: name } };
  if (type === 'flow') return { base: name, body: { flow: { name, mode: 'child' } } };
  return { base: KIND_NAMES[name] ?? name, body: KIND_BODIES[name] ?? { use: 'map' } };
}

const KIND_NAMES: Readonly<Record<string, string>> = {
  switch: 'route',
  foreach: 'each',
  loop: 'poll',
  respond: 'reply',
  fail: 'stop',
};

const KIND_BODIES: Readonly<Record<string, JsonObject>> = {
  switch: { switch: [{ default: true, to: [] }] },
  foreach: { foreach: { in: 'input.items', as: 'item', do: { use: 'map', with: '${item}' } } },
  loop: { loop: { every: '5s', max: 10, until: 'last != null', do: { use: 'map', with: {} } } },
  race: { race: { first: { wait: { for: '5m' } } } },
  wait: { wait: { for: '5m' } },
  respond: { respond: { status: 202, body: {} } },
  fail: { fail: { code: 'REFUSED', status: 409, message: '' } },
};

/** Required fields with the first value their schema allows. */
function requiredOf(schema: JsonObject | undefined): JsonObject {
  const required = schema?.['required'];
  const properties = schema?.['properties'];
  if (!isList(required) || !isObject(properties)) return {};
  return Object.fromEntries(required.map(String).map((key) => [key, firstValue(properties[key] ?? null)]));
}

function firstValue(schema: Json): Json {
  if (!isObject(schema)) return '';
  const { const: fixed, enum: allowed, type } = schema;
  if (fixed !== undefined) return fixed;
  if (isList(allowed)) return allowed[0] ?? '';
  if (type === 'object') return {};
  if (type === 'array') return [];
  if (type === 'integer' || type === 'number') return 0;
  return type === 'boolean' ? false : '';
}
