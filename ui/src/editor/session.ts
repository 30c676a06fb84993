/** React's view of one open document: reads the session, never keeps a copy of it. */
import { createContext, use, useSyncExternalStore } from 'react';
import type { Transaction } from '@codemirror/state';
import type { CommandName, Outcome } from '../core/commands/run';
import { type Graph, project } from '../core/graph';
import { type Json, type JsonObject, type Path, isObject } from '../core/json';
import { type Draft, draftOf } from '../core/place';
import { type Session, origin } from '../core/session';
import { type DocumentTree, type Tree, nodeAt, pathAt, readValue } from '../core/tree';
import type { Effective, VariantPatch } from '../core/variant/effective';
import { ask } from '../worker/ask';
import { keyPath } from './view';

const TYPING_PAUSE_MS = 120;
/** Above this many nodes a parse would be felt while typing. */
const MANY = 80;

/** What the parts of the screen look at: a version that bumps, and the document as it is then. */
export interface Watching {
  readonly subscribe: (callback: () => void) => () => void;
  readonly read: () => number;
  readonly projection: () => Projection;
}

/** Bumps at once for commands and after a pause for typing. */
export class Watch implements Watching {
  private version = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private seen: { readonly version: number; readonly projection: Projection } | undefined;
  private readonly callbacks = new Set<() => void>();

  constructor(
    readonly session: Session,
    private readonly flow: string,
  ) {
    session.listen((transaction) => this.hear(transaction));
  }

  private hear(transaction: Transaction): void {
    if (!transaction.docChanged) return;
    clearTimeout(this.timer);
    if (transaction.annotation(origin) !== undefined || transaction.isUserEvent('undo')) this.bump();
    else this.timer = setTimeout(() => void this.settle(), TYPING_PAUSE_MS);
  }

  /** The tree of a long text comes from the worker; what was typed meanwhile asks again. */
  private async settle(): Promise<void> {
    if ((this.seen?.projection.graph.nodes.length ?? 0) > MANY) {
      const { doc } = this.session.editor;
      const tree = await ask('parse', doc.toString());
      if (this.session.editor.doc !== doc) return;
      this.session.adopt(doc, tree);
    }
    this.bump();
  }

  private bump(): void {
    this.version += 1;
    for (const callback of this.callbacks) callback();
  }

  readonly subscribe = (callback: () => void): (() => void) => {
    this.callbacks.add(callback);
    return () => this.callbacks.delete(callback);
  };

  readonly read = (): number => this.version;

  /** Computed once a version, however many parts of the screen look at it. */
  readonly projection = (): Projection => {
    if (this.seen?.version !== this.version)
      this.seen = { version: this.version, projection: projectionOf(this.session, this.flow) };
    return this.seen.projection;
  };
}

type Command<A> = (text: string, tree: Tree, args: A) => Outcome;
export type Work = (text: string, tree: Tree, document: number) => Outcome;

export interface Editing {
  readonly watch: Watching;
  /** The file that is edited: the flow's, or its variant's. */
  readonly session: Session;
  /** File in the catalog. */
  readonly file: string;
  /** Flow this editor is about. */
  readonly flow: string;
  readonly isReadOnly: boolean;
  /** Runs a command on what is shown. */
  readonly run: <A extends { readonly document: number }>(command: Command<A>, args: A) => Outcome;
  readonly runAll: (name: CommandName, works: readonly Work[], from: string) => Outcome;
  /** The flow as written, when what is edited is a variant of it. */
  readonly base?: Editing;
  readonly variant?: VariantPlace;
}

/** Which variant is edited, and where it stands in its file. */
export interface VariantPlace {
  readonly name: string;
  readonly document: () => number;
  /** Beneath it: the flow with the patches of broader variants. */
  readonly below: () => JsonObject;
}

export function editingOf(session: Session, at: Pick<Editing, 'file' | 'flow' | 'isReadOnly'>): Editing {
  return {
    ...at,
    session,
    watch: new Watch(session, at.flow),
    run: (command, args) => session.run(command, args),
    runAll: (name, works, from) => {
      const document = documentOfFlow(session.tree, at.flow);
      return session.runAll(
        name,
        works.map((work) => (text, tree) => work(text, tree, document)),
        from,
      );
    },
  };
}

export const EditingContext = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const editing = use(EditingContext);
  if (editing === null) throw new Error('no document is open here');
  return editing;
}

export interface Projection {
  readonly text: string;
  readonly tree: Tree;
  readonly draft: Draft | undefined;
  readonly document: number;
  readonly graph: Graph;
  /** The text does not parse; this is the last one that did. */
  readonly isStale: boolean;
  /** The file's own text: places of problems count in it. */
  readonly source: string;
  /** Key of the node whose text holds a place of the file. */
  readonly keyAt: (offset: number) => string | undefined;
  /** Where the file states a node. */
  readonly startOf: (key: string) => number | undefined;
  /** What variants did, when one is edited. */
  readonly effective?: Effective;
  readonly patches?: readonly VariantPatch[];
  /** The flow as written, when a variant of it is shown. */
  readonly written?: Graph;
}

const NOTHING: Graph = { path: [], nodes: [], edges: [], order: null };

/** Index of the document that states a flow, or of the first with nodes. */
export function documentOfFlow(tree: Tree, flow: string): number {
  const rows = tree.documents.map((document) => {
    const meta = readValue(nodeAt(document.root, ['metadata']));
    const kind = readValue(nodeAt(document.root, ['kind']));
    return { index: document.index, kind, name: isObject(meta) ? meta['name'] : null };
  });
  const found =
    rows.find((row) => row.name === flow && row.kind === 'Flow') ?? rows.find((row) => row.name === flow);
  return found?.index ?? rows.find((row) => row.kind === 'Flow')?.index ?? 0;
}

function projectionOf(session: Session, flow: string): Projection {
  const { text, tree, stale } = session.drawable;
  const document = documentOfFlow(tree, flow);
  const draft = draftOf(text, tree, document);
  const graph = draft === undefined ? NOTHING : project(draft, []);
  const root = tree.documents[document];
  return {
    ...{ text, tree, draft, document, graph },
    isStale: stale,
    source: text,
    keyAt: (offset) => (root === undefined ? undefined : keyOfPath(pathIn(root, offset))),
    startOf: (key) => (root === undefined ? undefined : nodeAt(root.root, keyPath(key))?.start),
  };
}

/** Path of what stands at an offset; empty outside the document. */
export function pathIn(document: DocumentTree, offset: number): Path {
  return offset < document.start || offset > document.end ? [] : pathAt(document.root, offset);
}

/** Key of the innermost node on a path. */
export function keyOfPath(path: Path): string | undefined {
  const last = path.findLastIndex((step, i) => (step === 'nodes' || step === 'race') && i + 1 < path.length);
  return last < 0 ? undefined : path.slice(0, last + 2).join('/');
}

export function useProjection(): Projection {
  const { watch } = useEditing();
  return useSyncExternalStore(watch.subscribe, watch.projection);
}

/** A value of the open flow's document. */
export function useValue(path: readonly (string | number)[]): Json {
  const { tree, document } = useProjection();
  const root = tree.documents[document]?.root;
  return root === undefined ? null : readValue(nodeAt(root, path));
}

/** Runs a callback with the version as its only dependency. */
export function useVersion(): number {
  const { watch } = useEditing();
  return useSyncExternalStore(watch.subscribe, watch.read);
}
