/**
 * A run that happened → a case that plays it again: what was called answers as it did. Values are taken as the engine
 * shows them, so what it masked stays masked.
 */
import type { Case } from '../api/flows';
import type { Run, RunNode } from '../api/runs';
import type { Json, JsonObject } from '../core/json';

/** Components that only compute; they run in a case as they are. */
export type IsPure = (use: string) => boolean;

export function caseOfRun(run: Run, isPure: IsPure): Case {
  return { name: `run ${run.id.slice(0, 13)}`, ...given(run, isPure), expect: expected(run) };
}

/** Everything but one node answers as it did; that one runs again on the input it is given now. */
export function replayOf(run: Run, id: string, isPure: IsPure): Case {
  const { mocks, ...rest } = given(run, isPure);
  const again = run.nodes.find((node) => node.address === id);
  const isComputed = again?.kind === 'use' && isPure(again.use ?? '');
  const others = Object.entries(mocks ?? {}).filter(([key]) => !isComputed || key !== id);
  return { ...rest, mocks: Object.fromEntries(others) };
}

function given(run: Run, isPure: IsPure): Pick<Case, 'input' | 'identity' | 'mocks'> {
  const { bizId, scenario } = run;
  const identity = { ...(bizId === null ? {} : { bizId }), ...(scenario === null ? {} : { scenario }) };
  return {
    input: run.input,
    ...(bizId === null ? {} : { identity }),
    mocks: mocksOf(run.nodes, isPure),
  };
}

const CALLS: ReadonlySet<string> = new Set(['use', 'extension', 'flow', 'wait']);

function mocksOf(nodes: readonly RunNode[], isPure: IsPure): JsonObject {
  const whole = nodes.filter((node) => node.kind === 'extension' || node.kind === 'flow');
  const isInner = (address: string) => whole.some((node) => address.startsWith(`${node.address}.`));
  const found: Record<string, Json> = {};
  for (const node of nodes) {
    if (!CALLS.has(node.kind) || isInner(node.address)) continue;
    if (node.kind === 'use' && isPure(node.use ?? '')) continue;
    const answer = answerOf(node);
    if (answer === undefined) continue;
    const key = node.address.replace(/\[[0-9]+\]/g, '').replace(/\.do$/, '');
    const isItem = /\[[0-9]+\](\.do)?$/.test(node.address);
    const before = found[key];
    if (isItem) found[key] = Array.isArray(before) ? [...before, answer] : [answer];
    else if (before === undefined) found[key] = answer;
  }
  return found;
}

/** What stood in for a call is the flow's own doing and happens again by itself. */
function answerOf(node: RunNode): Json | undefined {
  if (node.error != null && node.status === 'failed') return { fail: node.error.code };
  if (node.servedBy === 'otherwise' || node.servedBy === 'fallback') {
    const last = node.attempts.at(-1)?.error;
    return last == null ? undefined : { fail: last.code };
  }
  const isDone = node.status === 'succeeded' || node.status === 'compensated';
  return isDone ? (node.output ?? null) : undefined;
}

const RAN: ReadonlySet<string> = new Set(['succeeded', 'failed', 'compensated']);

function expected(run: Run): JsonObject {
  const top = run.nodes.filter((node) => !/[.[]/.test(node.address) && node.id !== '');
  const ran = top.filter((node) => RAN.has(node.status)).map((node) => node.address);
  const code = run.error?.code;
  const undone = run.compensations.filter((node) => node.status === 'succeeded').map((node) => node.address);
  return {
    ...(run.status === 'succeeded' ? { output: run.output } : { status: run.status }),
    ...(code === undefined ? {} : { error: code }),
    ran,
    ...(undone.length === 0 ? {} : { compensated: undone }),
  };
}
