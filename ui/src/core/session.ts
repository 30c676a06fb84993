/**
 * One open file: one headless CodeMirror state that canvas, forms and text pane share. Every command is one named step
 * of one history; the projection is recomputed from the text and never kept beside it.
 */
import { history, isolateHistory, redo, redoDepth, undo, undoDepth } from '@codemirror/commands';
import {
  Annotation,
  ChangeSet,
  Compartment,
  EditorState,
  type Extension,
  Text,
  type Transaction,
  type TransactionSpec,
} from '@codemirror/state';
import type { CommandName, Outcome, Work } from './commands/run';
import { changeSet } from './commands/run';
import { type Source, open, save } from './source';
import { type Tree, parseTree } from './tree';

/** Which view a change came from; views skip their own. */
export const origin = Annotation.define<string>();
/** Name of a step, in both languages; typing has none. */
export const stepName = Annotation.define<CommandName>();

interface Names {
  readonly done: readonly CommandName[];
  readonly undone: readonly CommandName[];
}
const TYPING: CommandName = { zh: '输入', en: 'Typing' };

export type Listener = (transaction: Transaction) => void;

export class Session {
  private state: EditorState;
  private parsed: { readonly text: Text; readonly tree: Tree } | undefined;
  private lastGood: { readonly text: string; readonly tree: Tree } | undefined;
  private named: Names = { done: [], undone: [] };
  private readonly looks = new Compartment();
  private readonly marks = new Compartment();
  private readonly listeners = new Set<Listener>();

  private constructor(
    private readonly source: Source,
    extensions: Extension,
  ) {
    this.state = EditorState.create({
      doc: Text.of(source.text.split('\n')),
      extensions: [
        EditorState.lineSeparator.of('\n'),
        history({ newGroupDelay: 400 }),
        this.looks.of([]),
        this.marks.of([]),
        extensions,
      ],
    });
  }

  static open(file: string, extensions: Extension = []): Session {
    return new Session(open(file), extensions);
  }

  get editor(): EditorState {
    return this.state;
  }

  get text(): string {
    return this.state.doc.toString();
  }

  /** The file as it is written to disk: line ends and byte-order mark as they were. */
  get file(): string {
    return save(this.source, this.text);
  }

  get tree(): Tree {
    if (this.parsed?.text !== this.state.doc) {
      const text = this.text;
      const tree = parseTree(text);
      this.parsed = { text: this.state.doc, tree };
      if (tree.faults.length === 0) this.lastGood = { text, tree };
    }
    return this.parsed?.tree ?? parseTree(this.text);
  }

  /** Takes a tree that was parsed elsewhere, unless the text has moved on. */
  adopt(text: Text, tree: Tree): void {
    if (this.state.doc !== text) return;
    this.parsed = { text, tree };
    if (tree.faults.length === 0) this.lastGood = { text: text.toString(), tree };
  }

  /** The last text that parsed, for drawing while the present one does not. */
  get drawable(): { readonly text: string; readonly tree: Tree; readonly stale: boolean } {
    const tree = this.tree;
    if (tree.faults.length === 0 || this.lastGood === undefined)
      return { text: this.text, tree, stale: false };
    return { ...this.lastGood, stale: true };
  }

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What a text pane adds to the state: looks, keys, language. */
  dress(extensions: Extension): void {
    this.dispatch({ effects: this.looks.reconfigure(extensions) });
  }

  /** Marks of problems, apart from the looks so that either can change alone. */
  dressMore(extensions: Extension): void {
    this.dispatch({ effects: this.marks.reconfigure(extensions) });
  }

  /** A text pane hands its own transactions in, so that there is one history. */
  dispatch(...specs: readonly TransactionSpec[]): void {
    this.accept(this.state.update(...specs));
  }

  accept(transaction: Transaction): void {
    this.state = transaction.state;
    if (transaction.docChanged) this.named = renamed(this.named, transaction);
    for (const listener of this.listeners) listener(transaction);
  }

  /** Runs a command as one step; a refusal changes nothing. */
  run<A>(command: (text: string, tree: Tree, args: A) => Outcome, args: A, from = 'command'): Outcome {
    const outcome = command(this.text, this.tree, args);
    if (outcome.ok && outcome.changes.length > 0) this.apply(outcome, from);
    return outcome;
  }

  /** Several commands as one step, each on the text the one before left. The first refusal undoes all. */
  runAll(
    name: CommandName,
    works: readonly ((text: string, tree: Tree) => Outcome)[],
    from = 'command',
  ): Outcome {
    let text = this.text;
    let tree = this.tree;
    let whole = ChangeSet.empty(text.length);
    let selection: Work['selection'] = [];
    for (const work of works) {
      const outcome = work(text, tree);
      if (!outcome.ok) return outcome;
      const set = changeSet(outcome.changes, text.length);
      whole = whole.compose(set);
      text = set.apply(Text.of(text.split('\n'))).toString();
      tree = parseTree(text);
      selection = outcome.selection;
    }
    const done: Outcome = { ok: true, changes: [], name, selection };
    if (!whole.empty) this.apply({ ...done, set: whole }, from);
    return done;
  }

  private apply(work: Work & { readonly set?: ChangeSet }, from: string): void {
    this.dispatch({
      changes: work.set ?? changeSet(work.changes, this.state.doc.length),
      annotations: [stepName.of(work.name), origin.of(from), isolateHistory.of('full')],
    });
  }

  undo(): CommandName | undefined {
    const name = this.named.done.at(-1);
    const did = undo({ state: this.state, dispatch: (transaction) => this.accept(transaction) });
    return did ? name : undefined;
  }

  redo(): CommandName | undefined {
    const name = this.named.undone.at(-1);
    const did = redo({ state: this.state, dispatch: (transaction) => this.accept(transaction) });
    return did ? name : undefined;
  }

  get steps(): Names {
    return this.named;
  }

  get depths(): { readonly undo: number; readonly redo: number } {
    return { undo: undoDepth(this.state), redo: redoDepth(this.state) };
  }
}

/** Names of the history's steps, kept in step with its depth. */
function renamed(value: Names, transaction: Transaction): Names {
  if (transaction.isUserEvent('undo'))
    return { done: value.done.slice(0, -1), undone: [...value.undone, value.done.at(-1) ?? TYPING] };
  if (transaction.isUserEvent('redo'))
    return { done: [...value.done, value.undone.at(-1) ?? TYPING], undone: value.undone.slice(0, -1) };
  const depth = undoDepth(transaction.state);
  const name = transaction.annotation(stepName) ?? TYPING;
  const kept = value.done.slice(0, Math.max(depth - 1, 0));
  return { done: depth === 0 ? [] : [...kept, name], undone: [] };
}
