/** A run → rows of the waterfall, in the order things began: nodes, what ran inside them, and what was undone. */
import type { NodeStatus, Run, RunNode } from '../api/runs';
import { type Interval, type Scale, scaleOf } from './time';

export interface Bar extends Interval {
  readonly kind: 'attempt' | 'failed' | 'pause' | 'wait' | 'whole';
  readonly number?: number;
}
export interface FallRow {
  readonly key: string;
  readonly node: RunNode;
  readonly depth: number;
  readonly isUndo: boolean;
  readonly bars: readonly Bar[];
  readonly from: number;
  readonly to: number;
}
export interface Fall {
  readonly rows: readonly FallRow[];
  readonly scale: Scale;
}

const UNSTARTED: ReadonlySet<NodeStatus> = new Set(['pending', 'skipped']);

export function fallOf(run: Run, elapsedMs: number): Fall {
  const total = run.durationMs ?? elapsedMs;
  // The body of an extension that is one call has no id of its own; its node says the same. A branch that waits does not.
  const nodes = run.nodes.filter((node) => node.id !== '' || node.status === 'waiting');
  const began = nodes.filter((node) => !UNSTARTED.has(node.status) || node.skip?.kind === 'when');
  // An optional step that was left out was decided on at a moment; what never began comes last.
  const rest = nodes.filter((node) => UNSTARTED.has(node.status) && node.skip?.kind !== 'when');
  const rows = [
    ...nested(began).map((node) => rowOf(node, false, total)),
    ...rest.map((node) => rowOf(node, false, total)),
    ...run.compensations.map((node) => rowOf(node, true, total)),
  ];
  const busy = rows.flatMap((row) =>
    row.bars
      .filter((bar) => bar.kind !== 'wait' && bar.kind !== 'pause')
      .map(({ from, to }) => ({ from, to })),
  );
  const last = rows.reduce((found, row) => Math.max(found, row.to), 0);
  return { rows, scale: scaleOf(busy, Math.max(last, run.status === 'waiting' ? 0 : total)) };
}

/** Everything that ran inside a node follows it at once; otherwise by start, then by address. */
function nested(nodes: readonly RunNode[]): RunNode[] {
  // The journal counts whole milliseconds, an attempt finer ones.
  const start = (node: RunNode) => node.attempts[0]?.offsetMs ?? node.offsetMs ?? 0;
  const byStart = [...nodes].sort((a, b) => start(a) - start(b) || (a.address < b.address ? -1 : 1));
  const ids = new Set(nodes.map((node) => node.address));
  const inside = (node: RunNode): string | undefined =>
    parentsOf(node.address).find((address) => ids.has(address));
  const children = new Map<string | undefined, RunNode[]>();
  for (const node of byStart) children.set(inside(node), [...(children.get(inside(node)) ?? []), node]);
  const walk = (at: string | undefined): RunNode[] =>
    (children.get(at) ?? []).flatMap((node) => [node, ...walk(node.address)]);
  return walk(undefined);
}

/** `close[3].lock` lies in `close[3]`, that in `close`; nearest first. */
export function parentsOf(address: string): string[] {
  const found: string[] = [];
  let at = address;
  for (;;) {
    const cut = Math.max(at.lastIndexOf('.'), at.endsWith(']') ? at.lastIndexOf('[') : -1);
    if (cut <= 0) return found;
    at = at.slice(0, cut);
    found.push(at);
  }
}

function rowOf(node: RunNode, isUndo: boolean, total: number): FallRow {
  const from = node.offsetMs ?? 0;
  const isOpen = node.status === 'running' || node.status === 'waiting';
  const to = UNSTARTED.has(node.status) ? 0 : isOpen ? Math.max(total, from) : from + (node.durationMs ?? 0);
  return {
    key: `${isUndo ? 'undo ' : ''}${node.address}`,
    node,
    depth: parentsOf(node.address).length,
    isUndo,
    bars: UNSTARTED.has(node.status) ? [] : barsOf(node, from, to),
    from,
    to,
  };
}

/** Until a first attempt begins this much is the engine's own, and no pause. */
const START = 20;

function barsOf(node: RunNode, from: number, to: number): Bar[] {
  if (node.status === 'waiting' || node.kind === 'wait') return [{ kind: 'wait', from, to }];
  if (node.attempts.length === 0) return [{ kind: 'whole', from, to }];
  const bars: Bar[] = [];
  let at = from;
  for (const attempt of node.attempts) {
    if (attempt.offsetMs > at + (bars.length === 0 ? START : 0.5))
      bars.push({ kind: 'pause', from: at, to: attempt.offsetMs });
    at = attempt.offsetMs + attempt.durationMs;
    bars.push({
      kind: attempt.error == null ? 'attempt' : 'failed',
      from: attempt.offsetMs,
      to: at,
      number: attempt.number,
    });
  }
  if (node.status === 'running' && to > at) bars.push({ kind: 'attempt', from: at, to });
  return bars;
}
