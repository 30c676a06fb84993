/** A run → what each card shows of it. Items of a `foreach` add up on the inner node. */
import type { Run, RunNode } from '../api/runs';
import type { Status } from '../kit/Mark';
import type { Overlay } from './card';

export function overlayOf(run: Pick<Run, 'nodes' | 'compensations'>): ReadonlyMap<string, Overlay> {
  const found = new Map<string, Overlay>();
  for (const node of run.nodes) {
    const address = node.address.replace(/\[[0-9]+\]/g, '');
    const next = single(node);
    const before = found.get(address);
    found.set(address, before === undefined ? next : worse(before, next));
  }
  for (const node of run.compensations ?? []) {
    const address = node.address.replace(/\[[0-9]+\]/g, '').replace(/\.compensate$/, '');
    const before = found.get(address);
    if (before !== undefined && node.status === 'succeeded')
      found.set(address, { ...before, status: 'compensated' });
  }
  return found;
}

function single(node: RunNode): Overlay {
  return {
    status: node.status,
    durationMs: node.durationMs ?? null,
    attempts: node.attempts?.length ?? 0,
    isDegraded:
      node.skip == null &&
      (node.servedBy === 'fallback' || node.servedBy === 'otherwise' || node.servedBy === 'stale'),
    level: node.extension?.level ?? null,
    skip: node.skip?.kind ?? null,
    servedBy: node.skip == null ? (node.servedBy ?? null) : null,
  };
}

const WEIGHT: readonly Status[] = [
  'failed',
  'running',
  'waiting',
  'compensated',
  'succeeded',
  'cancelled',
  'skipped',
  'pending',
];

function worse(a: Overlay, b: Overlay): Overlay {
  const [first, second] = WEIGHT.indexOf(a.status) <= WEIGHT.indexOf(b.status) ? [a, b] : [b, a];
  const durationMs = Math.max(a.durationMs ?? 0, b.durationMs ?? 0);
  return {
    ...first,
    durationMs,
    attempts: Math.max(a.attempts, b.attempts),
    isDegraded: first.isDegraded || second.isDegraded,
  };
}
