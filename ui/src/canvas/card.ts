/** What a card says, taken from the node, the catalog, a run and the problems. Pure, so that it can be tested. */
import { inWords } from '../app/words';
import type { Translate } from '../app/text';
import type { Component } from '../api/components';
import type { Level } from '../api/identity';
import type { GraphNode } from '../core/graph';
import { type Json, isObject } from '../core/json';
import type { Status } from '../kit/Mark';

export interface Overlay {
  readonly status: Status;
  readonly durationMs: number | null;
  readonly attempts: number;
  readonly isDegraded: boolean;
  readonly level: Level | null;
  readonly skip: 'when' | 'dead' | 'filtered' | null;
  readonly servedBy: string | null;
}
/** Who answers at an extension node for the chosen identity. */
export interface Answerer {
  readonly name: string | null;
  readonly level: Level | null;
}
export type Change = 'added' | 'replaced' | 'changed' | 'removed' | null;

export interface CardData extends Record<string, unknown> {
  readonly node: GraphNode;
  readonly title: string;
  readonly type: string;
  readonly chips: readonly string[];
  readonly overlay: Overlay | undefined;
  readonly answerer: Answerer | undefined;
  readonly change: Change;
  readonly errors: number;
  readonly warnings: number;
  readonly isDim: boolean;
  readonly isFoldable: boolean;
  readonly isGroup: boolean;
  readonly fans: { readonly in: boolean; readonly out: boolean };
  readonly onFold: ((key: string) => void) | undefined;
}

/** The title a person wrote, else the id: ids are the words everyone else uses. The body of a round has neither. */
export function titleOf(node: GraphNode, text: Translate): string {
  return inWords(node.title) ?? (node.id === 'do' ? text('kind.do') : node.id);
}

export function typeLine(
  node: GraphNode,
  components: ReadonlyMap<string, Component>,
  locale: string,
  text: Translate,
): string {
  if (node.kind === undefined) return node.type;
  if (node.kind !== 'use') return node.type === '' ? text(`kind.${node.kind}`) : node.type;
  const known = components.get(node.type);
  const config = node.value['with'];
  const detail = isObject(config) ? httpLine(config) : '';
  const named = locale === 'zh-CN' ? known?.title.zh : known?.title.en;
  return detail === '' ? (named ?? node.type) : `${node.type} ${detail}`;
}

function httpLine(config: { readonly [key: string]: Json }): string {
  const { method, path, topic } = config;
  if (typeof path === 'string') return `${typeof method === 'string' ? `${method} ` : ''}${briefly(path)}`;
  return typeof topic === 'string' ? briefly(topic) : '';
}

/** `/${nodes.load.couponId}/return` → `/{couponId}/return`: which value, not how it is found. */
export function briefly(template: string): string {
  return template.replace(/\$\{([^}]*)\}/g, (_, expression: string) => {
    const plain = /^[\w.]*?(\w+)$/.exec(expression.trim());
    return plain === null ? '{…}' : `{${plain[1]}}`;
  });
}

/** Timeout, retry and cache, two at most: the rest is in the inspector. */
export function chipsOf(node: GraphNode): string[] {
  const { timeout, retry, cache, when } = node.value;
  const chips: string[] = [];
  if (typeof when === 'string') chips.push(inWords({ zh: '条件', en: 'when' }));
  if (typeof timeout === 'string') chips.push(timeout);
  else if (isObject(timeout) && typeof timeout['total'] === 'string') chips.push(timeout['total']);
  if (isObject(retry) && typeof retry['attempts'] === 'number') chips.push(`×${retry['attempts']}`);
  if (isObject(cache)) chips.push(inWords({ zh: '缓存', en: 'cache' }));
  return chips.slice(0, 2);
}
