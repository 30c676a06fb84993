/** Asks the worker; where none can be started the page does the work itself. */
import type { JobName, Jobs, Letter, Reply } from './work';

type Done = (answer: Reply['answer']) => void;

const open = new Map<number, Done>();
let hired: Promise<Worker | undefined> | undefined;
let count = 0;

/** Starts the worker before there is anything to ask: its code takes a while to arrive. */
export function hire(): Promise<Worker | undefined> {
  hired ??= import('./work').then(({ address }) => {
    if (typeof Worker === 'undefined') return undefined;
    const worker = new Worker(address, { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => settle(data.id, data.answer));
    worker.addEventListener('error', () => {
      hired = Promise.resolve(undefined);
      for (const id of [...open.keys()]) settle(id, undefined);
    });
    return worker;
  });
  return hired;
}

function settle(id: number, answer: Reply['answer']): void {
  const done = open.get(id);
  open.delete(id);
  done?.(answer);
}

export async function ask<N extends JobName>(name: N, asked: Jobs[N]['asked']): Promise<Jobs[N]['answer']> {
  const worker = await hire();
  count += 1;
  const letter: Letter<N> = { id: count, name, asked };
  const answer =
    worker === undefined
      ? undefined
      : await new Promise<Reply['answer']>((done) => {
          open.set(letter.id, done);
          worker.postMessage(letter);
        });
  if (isAnswer(name, answer)) return answer;
  return (await import('./work')).WORK[name](asked);
}

function isAnswer<N extends JobName>(_name: N, answer: Reply['answer']): answer is Jobs[N]['answer'] {
  return answer !== undefined;
}
