/** The cases of a flow: as its text states them, and as the engine serves those of the file beside it. */
import type { Case, ServedCase } from '../api/flows';
import type { CommandName } from '../core/commands/run';
import { type Json, type JsonObject, isList, isObject } from '../core/json';
import { nodeAt, parseTree, readValue } from '../core/tree';
import { documentOfFlow } from './session';

export function casesOf(tests: Json): Case[] {
  return isList(tests) ? tests.flatMap((one) => (isObject(one) ? [{ ...one }] : [])) : [];
}

/** As a person would write it: what is default is not stated. */
export function asWritten(one: ServedCase): Case {
  const identity = Object.fromEntries(
    Object.entries(one.identity ?? {}).filter(([, value]) => value !== null && value !== undefined),
  );
  const { input, mocks, expect } = one;
  const { title } = one;
  // A text for both languages is written once.
  const isBoth = typeof title === 'object' && title !== null && title.zh !== title.en;
  const name = isBoth ? { zh: title.zh, en: title.en } : one.name;
  return {
    ...(name == null ? {} : { name }),
    ...(input === undefined ? {} : { input }),
    ...(Object.keys(identity).length === 0 ? {} : { identity }),
    ...(mocks === undefined ? {} : { mocks }),
    ...(expect == null ? {} : { expect }),
  };
}

/** A case by the name the engine knows it by: its English text where it has two. */
export function nameOf({ name }: Case): string | undefined {
  return typeof name === 'object' ? name.en : name;
}

/** A case with another part; what is empty is not stated. */
export function withPart(item: Case, part: { readonly [K in keyof Case]?: Case[K] | undefined }): Case {
  const kept = Object.entries({ ...item, ...part }).filter(
    ([key, value]) => value !== undefined && value !== '' && !(key === 'identity' && isBare(value)),
  );
  return Object.fromEntries(kept);
}

function isBare(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** For whom; a scenario without business line is never tried, so it goes with it. */
export function withIdentity(
  item: Case,
  part: { readonly bizId?: string; readonly scenario?: string },
): Case {
  const stated: JsonObject = JSON.parse(JSON.stringify({ ...item.identity, ...part }));
  const kept = Object.entries(stated).filter(([, value]) => value !== '' && value !== null);
  const identity = Object.fromEntries(
    kept.filter(([key]) => key !== 'scenario' || kept.some(([one]) => one === 'bizId')),
  );
  return withPart(item, { identity });
}

/** Names of the cases that a text of a flow states; null stands for those without one. */
export function statedIn(text: string, flow: string): ReadonlySet<string | null> {
  const tree = parseTree(text);
  const root = tree.documents[documentOfFlow(tree, flow)]?.root;
  const tests = root === undefined ? null : (readValue(nodeAt(root, ['tests'])) ?? null);
  return new Set(casesOf(tests).map((one) => nameOf(one) ?? null));
}

/** What the step is called that changes a case where it stands. */
export function updateOf(name: string): CommandName {
  return { zh: `更新用例 ${name}`, en: `Update case ${name}` };
}
