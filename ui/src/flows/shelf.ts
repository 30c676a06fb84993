/** Flows → what the list shows: saved views, labels, owners, and the rows that fit. */
import { bothOf } from '../core/title';
import { inWords } from '../app/words';
import type { FlowItem } from '../api/flows';
import type { Row } from './drafts';
import { unique } from '../core/json';
import { matches } from '../kit/match';

export const VIEWS = ['all', 'drafts', 'durable', 'variants', 'failing'] as const;
export type View = (typeof VIEWS)[number];

export interface FlowsSearch {
  readonly q?: string | undefined;
  readonly view?: View | undefined;
  readonly label?: string | undefined;
  readonly owner?: string | undefined;
  readonly flow?: string | undefined;
  readonly new?: string | undefined;
  readonly useCase?: string | undefined;
  readonly bizId?: string | undefined;
}

const VIEW: Readonly<Record<View, (flow: Row) => boolean>> = {
  all: () => true,
  drafts: (flow) => flow.state === 'draft' || flow.hasDraft === true,
  durable: (flow) => flow.isDurable,
  variants: (flow) => flow.variants.length > 0,
  failing: (flow) => (flow.stats?.errors ?? 0) > 0,
};

export function inView(flows: readonly Row[], view: View): Row[] {
  return flows.filter(VIEW[view]);
}

export function labelsOf(flow: FlowItem): string[] {
  return Object.entries(flow.labels ?? {})
    .filter(([key]) => key !== 'description')
    .map(([key, value]) => `${key}=${inWords(value)}`);
}

export function fitting(flows: readonly Row[], search: FlowsSearch): Row[] {
  return inView(flows, search.view ?? 'all').filter(
    (flow) =>
      (search.label === undefined || labelsOf(flow).includes(search.label)) &&
      (search.owner === undefined || flow.owner === search.owner) &&
      (search.useCase === undefined || flow.useCase === search.useCase) &&
      matches(search.q ?? '', [
        flow.name,
        ...bothOf(flow.title),
        flow.pinyin,
        flow.initials,
        ...bothOf(flow.description),
        flow.owner,
        flow.useCase,
      ]),
  );
}

export interface Shelf {
  readonly value: string;
  readonly count: number;
}

export function counted(values: readonly string[]): Shelf[] {
  return unique(values)
    .sort((a, b) => a.localeCompare(b, 'zh-CN'))
    .map((value) => ({ value, count: values.filter((one) => one === value).length }));
}

export function errorShare(flow: FlowItem): number | undefined {
  const stats = flow.stats;
  return stats == null || stats.calls === 0 ? undefined : stats.errors / stats.calls;
}

/** Calls per minute over the last minutes that were counted. */
export function rateOf(flow: FlowItem): number | undefined {
  const minutes = flow.stats?.perMinute ?? [];
  return minutes.length === 0 ? undefined : minutes.reduce((sum, one) => sum + one, 0) / minutes.length;
}
