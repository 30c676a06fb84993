/** The filters of the runs list: from the URL to the request, and what counts mean. */
import type { RunFilter, RunStatus, RunTrigger } from '../api/runs';

export interface RunsSearch {
  readonly flow?: string | undefined;
  readonly status?: string | undefined;
  readonly key?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly minMs?: string | undefined;
  readonly q?: string | undefined;
  /** Runs that a schedule started are left out. */
  readonly hide?: 'cron' | undefined;
  readonly bizId?: string | undefined;
  readonly scenario?: string | undefined;
}

/** As they are read: what needs a person first. */
export const STATUSES = [
  'parked',
  'failed',
  'timed_out',
  'compensated',
  'waiting',
  'running',
  'cancelled',
  'succeeded',
] as const satisfies readonly RunStatus[];

/** Every one, or the list would hide more than it says. */
const EVERY: Readonly<Record<RunTrigger, true>> = { call: true, cron: true, flow: true, rerun: true };
const TRIGGERS = Object.keys(EVERY);

export const TABS = {
  all: undefined,
  parked: 'parked',
  waiting: 'waiting',
  running: 'running',
  failed: 'failed,timed_out,compensated',
} as const;
export type Tab = keyof typeof TABS;

export function tabOf(status: string | undefined): Tab | undefined {
  const found = Object.entries(TABS).find(([, value]) => value === status);
  return found === undefined ? undefined : isTab(found[0]) ? found[0] : undefined;
}

export function isTab(id: string): id is Tab {
  return Object.hasOwn(TABS, id);
}

const HOUR = 3_600_000;
export const SPANS = { '1h': HOUR, '24h': 24 * HOUR, '7d': 168 * HOUR } as const;

/** `from` is a moment or a span back from now, such as `24h`; a span is cut to the minute so that a request can be kept. */
export function requestOf(search: RunsSearch, now: number): RunFilter {
  const { from, minMs, hide, ...rest } = search;
  const least = minMs === undefined ? undefined : Number(minMs);
  return {
    ...rest,
    trigger: hide === undefined ? undefined : TRIGGERS.filter((one) => one !== hide).join(','),
    from: momentOf(from, now),
    minMs: least === undefined || Number.isNaN(least) || least <= 0 ? undefined : least,
    limit: 100,
  };
}

export function momentOf(from: string | undefined, now: number): string | undefined {
  const span = Object.entries(SPANS).find(([name]) => name === from)?.[1];
  if (span === undefined) return from;
  return new Date(Math.floor((now - span) / 60_000) * 60_000).toISOString();
}

export interface Share {
  readonly status: RunStatus;
  readonly count: number;
  readonly share: number;
}

/** Shares of the strip; a rare status keeps at least two percent, so that one parked run among thousands is seen. */
export function sharesOf(counts: Readonly<Partial<Record<RunStatus, number>>>): Share[] {
  const known = STATUSES.flatMap((status) => {
    const count = counts[status] ?? 0;
    return count > 0 ? [{ status, count }] : [];
  });
  const total = known.reduce((sum, one) => sum + one.count, 0);
  const wide = known.map((one) => ({ ...one, share: Math.max(0.02, one.count / total) }));
  const sum = wide.reduce((all, one) => all + one.share, 0);
  return wide.map((one) => ({ ...one, share: one.share / sum }));
}

/** Which runs a bulk action will touch, and why others stay. */
export interface Preview {
  readonly ready: readonly string[];
  readonly refused: readonly { readonly id: string; readonly code: string }[];
}

export function previewOf(
  results: readonly { readonly id: string; readonly ok: boolean; readonly code?: string }[],
): Preview {
  return {
    ready: results.filter((one) => one.ok).map((one) => one.id),
    refused: results.filter((one) => !one.ok).map((one) => ({ id: one.id, code: one.code ?? '' })),
  };
}
