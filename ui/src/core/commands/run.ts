/** What a command is, and the frame every command runs in: refusals, final newline, several steps as one. */
import { ChangeSet, Text } from '@codemirror/state';
import type { Path } from '../json';
import { type Change, applyChanges, sortChanges } from '../lines';
import { Refusal } from '../edit';
import { type Draft, draftOf } from '../place';
import { type Tree, parseTree } from '../tree';

export interface CommandName {
  readonly zh: string;
  readonly en: string;
}
export interface Work {
  readonly changes: readonly Change[];
  readonly name: CommandName;
  /** Paths to select afterwards, in the new text. */
  readonly selection: readonly Path[];
  /** Why the change was written in another place than expected. */
  readonly note?: string;
}
export interface Done extends Work {
  readonly ok: true;
}
export interface Refused {
  readonly ok: false;
  readonly code: string;
  readonly params: Readonly<Record<string, string>>;
}
export type Outcome = Done | Refused;

/** Where a command works: a document of the text and a scope in it (empty path: the flow itself). */
export interface Scope {
  readonly document: number;
  readonly path: Path;
}

export function refuse(code: string, params: Readonly<Record<string, string>> = {}): never {
  throw new Refusal(code, params);
}

/** Runs a command on one document. A text without final newline gets one for the time of the command. */
export function run(text: string, tree: Tree, document: number, work: (draft: Draft) => Work): Outcome {
  const padded = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  try {
    const draft = draftOf(padded, tree, document) ?? refuse('no-document');
    const done = work(draft);
    return { ok: true, ...done, changes: unpad(text, padded, done.changes) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, code: error.code, params: error.params };
    throw error;
  }
}

function unpad(text: string, padded: string, changes: readonly Change[]): Change[] {
  const set = changeSet(changes, padded.length);
  if (padded === text) return listOf(set);
  const result = applyChanges(padded, changes);
  const before = changeSet([{ from: text.length, to: text.length, insert: '\n' }], text.length);
  const cut = result.endsWith('\n') ? [{ from: result.length - 1, to: result.length, insert: '' }] : [];
  return listOf(before.compose(set).compose(changeSet(cut, result.length)));
}

export function changeSet(changes: readonly Change[], length: number): ChangeSet {
  return ChangeSet.of(
    sortChanges(changes).map(({ from, to, insert }) => ({ from, to, insert: Text.of(insert.split('\n')) })),
    length,
  );
}

export function listOf(set: ChangeSet): Change[] {
  const found: Change[] = [];
  set.iterChanges((from, to, _a, _b, inserted) => {
    found.push({ from, to, insert: inserted.toString() });
  }, true);
  return found;
}

/** Several steps, each on the text the one before left; their changes are one. */
export function steps(draft: Draft, works: readonly ((draft: Draft) => readonly Change[])[]): Change[] {
  let current = draft;
  let whole = ChangeSet.empty(draft.text.length);
  for (const work of works) {
    const changes = work(current);
    const text = applyChanges(current.text, changes);
    whole = whole.compose(changeSet(changes, current.text.length));
    current = draftOf(text, parseTree(text), draft.document.index) ?? refuse('no-document');
  }
  return listOf(whole);
}
