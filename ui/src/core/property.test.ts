import { describe, expect, it } from 'vitest';
import { Text } from '@codemirror/state';
import { changeSet, type Outcome } from './commands/run';
import type { Json } from './json';
import { type Change, applyChanges } from './lines';
import { open, save } from './source';
import { corpus, modelsOf } from './testing/corpus';
import { type Trial, randomTrial } from './testing/moves';
import { Random } from './testing/random';
import { No } from './testing/twin';
import { parseTree } from './tree';

/** `BACTRIAN_SEQUENCES=10000` runs the long proof; the default keeps the suite short. */
const SEQUENCES = Number(process.env['BACTRIAN_SEQUENCES'] ?? 10_000);
const SEED = Number(process.env['BACTRIAN_SEED'] ?? 7);
/** `BACTRIAN_ONLY=7010009` runs one sequence again. */
const ONLY = process.env['BACTRIAN_ONLY'];
const samples = corpus();

function expectedOf(trial: Trial): Json[] | string {
  try {
    return trial.expected();
  } catch (error) {
    if (error instanceof No) return error.message;
    throw error;
  }
}

/** Comments of a text, counted by words after the mark; marks inside strings never start a comment here. */
function comments(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /(?:^|\s)(# (?:note \d+|at the end|written by hand))\s*$/.exec(line);
    if (match?.[1] !== undefined) found.set(match[1], (found.get(match[1]) ?? 0) + 1);
  }
  return found;
}

function checkOutside(text: string, changes: readonly Change[], result: string): void {
  const set = changeSet(changes, text.length);
  expect(set.apply(changeSet([{ from: 0, to: 0, insert: text }], 0).apply(emptyText())).toString()).toBe(
    result,
  );
  const back = set.invert(textOf(text));
  expect(back.apply(textOf(result)).toString()).toBe(text);
}

function emptyText(): ReturnType<typeof textOf> {
  return textOf('');
}

function textOf(text: string): Parameters<ReturnType<typeof changeSet>['apply']>[0] {
  return Text.of(text.split('\n'));
}

function checkComments(before: string, after: string, trial: Trial): void {
  if (trial.drops) return;
  const left = comments(after);
  for (const [text, count] of comments(before))
    if ((left.get(text) ?? 0) < count) throw new Error(`comment lost: ${text}`);
}

function step(
  text: string,
  models: readonly Json[],
  trial: Trial,
): { text: string; models: Json[] } | undefined {
  const expected = expectedOf(trial);
  const outcome: Outcome = trial.run(text, parseTree(text));
  if (typeof expected === 'string' || !outcome.ok) {
    expect(outcome.ok ? 'done' : outcome.code).toBe(typeof expected === 'string' ? expected : 'done');
    return { text, models: [...models] };
  }
  const result = applyChanges(text, outcome.changes);
  expect(modelsOf(result)).toStrictEqual(expected);
  expect(JSON.stringify(modelsOf(result))).toBe(JSON.stringify(expected));
  expect(result.endsWith('\n')).toBe(text.endsWith('\n'));
  checkOutside(text, outcome.changes, result);
  checkComments(text, result, trial);
  return { text: result, models: expected };
}

function sequence(seed: number): void {
  const random = new Random(seed);
  const sample = random.pick(samples);
  if (sample === undefined) return;
  const source = open(sample.file);
  expect(save(source, source.text)).toBe(sample.file);
  let state = { text: source.text, models: modelsOf(source.text) };
  const length = 1 + random.below(3);
  for (let i = 0; i < length; i += 1) {
    const trial = randomTrial(state.models, random);
    if (trial === undefined) continue;
    try {
      state = step(state.text, state.models, trial) ?? state;
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new Error(`seed ${seed}, ${sample.name}, ${trial.label}\n${cause}\n${state.text}`, {
        cause: error,
      });
    }
  }
}

describe('random commands', () => {
  it('covers at least a hundred files', () => {
    expect(samples.length).toBeGreaterThanOrEqual(100);
  });

  it('change only what they state, give the expected model and can be undone byte for byte', () => {
    if (ONLY !== undefined) return sequence(Number(ONLY));
    const failures: string[] = [];
    for (let i = 0; i < SEQUENCES && failures.length < 8; i += 1) {
      try {
        sequence(SEED * 1_000_003 + i);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
    expect(failures.join('\n\n')).toBe('');
  }, 600_000);
});
