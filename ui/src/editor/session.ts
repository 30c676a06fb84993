/** React's view of one open document: reads the session, never keeps a copy of it. */
import { createContext, use, useSyncExternalStore } from 'react';
import type { Transaction } from '@codemirror/state';
import type { Outcome } from '../core/commands/run';
import { type Graph, project } from '../core/graph';
import { type Json, isObject } from '../core/json';
import { type Draft, draftOf } from '../core/place';
import { type Session, origin } from '../core/session';
import { type Tree, nodeAt, readValue } from '../core/tree';
import { ask } from '../worker/ask';

const TYPING_PAUSE_MS = 120;
/** Above this many nodes a parse would be felt while typing. */
const MANY = 80;

/** Bumps at once for commands and after a pause for typing. */
export class Watch {
  private version = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private seen:
    | { readonly version: number; readonly flow: string; readonly projection: Projection }
    | undefined;
  private readonly callbacks = new Set<() => void>();

  constructor(readonly session: Session) {
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
  projection(flow: string): Projection {
    if (this.seen?.version !== this.version || this.seen.flow !== flow)
      this.seen = { version: this.version, flow, projection: projectionOf(this.session, flow) };
    return this.seen.projection;
  }
}

export interface Editing {
  readonly watch: Watch;
  readonly session: Session;
  /** File in the catalog. */
  readonly file: string;
  /** Flow this editor is about. */
  readonly flow: string;
  readonly isReadOnly: boolean;
  readonly run: <A>(command: (text: string, tree: Tree, args: A) => Outcome, args: A) => Outcome;
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
  return { text, tree, draft, document, graph, isStale: stale };
}

export function useProjection(): Projection {
  const { watch, flow } = useEditing();
  return useSyncExternalStore(watch.subscribe, () => watch.projection(flow));
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
