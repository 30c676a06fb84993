/**
 * What is worked out beside the page: places of many nodes, trees of long texts. The page loads this file for its
 * address alone; the worker loads the very same chunks, so that no library is there twice.
 */
import { type Layout, place } from '../canvas/layout';
import type { Graph } from '../core/graph';
import { type Tree, parseTree } from '../core/tree';

export interface Jobs {
  readonly parse: { readonly asked: string; readonly answer: Tree };
  readonly place: {
    readonly asked: {
      readonly graph: Graph;
      readonly folded: ReadonlySet<string>;
      readonly tall: ReadonlySet<string>;
    };
    readonly answer: Layout;
  };
}
export type JobName = keyof Jobs;
export interface Letter<N extends JobName = JobName> {
  readonly id: number;
  readonly name: N;
  readonly asked: Jobs[N]['asked'];
}
export interface Reply {
  readonly id: number;
  readonly answer: Jobs[JobName]['answer'] | undefined;
}

/** Where a worker finds this file. */
export const address = import.meta.url;

export const WORK: { readonly [N in JobName]: (asked: Jobs[N]['asked']) => Jobs[N]['answer'] } = {
  parse: parseTree,
  place: ({ graph, ...options }) => place(graph, options),
};

function answer<N extends JobName>({ id, name, asked }: Letter<N>): Reply {
  try {
    return { id, answer: WORK[name](asked) };
  } catch {
    return { id, answer: undefined };
  }
}

if ('WorkerGlobalScope' in globalThis)
  addEventListener('message', (event: MessageEvent<Letter>) => postMessage(answer(event.data)));
