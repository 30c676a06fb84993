/** What a person looks at in the editor: selection, folds, menus. View state only, never the document. */
import { create } from 'zustand';
import type { TestResult } from '../api/flows';
import type { Path } from '../core/json';

export interface QuickAdd {
  readonly x: number;
  readonly y: number;
  /** What the new node shall follow, or the edge it goes onto. */
  readonly anchor?: string;
  readonly edge?: { readonly from: string; readonly to: string };
  readonly scope: Path;
  /** Where its card shall stand; else where the layout puts it. */
  readonly spot?: { readonly x: number; readonly y: number };
}
export interface CaseMenu {
  readonly x: number;
  readonly y: number;
  readonly from: string;
  readonly to: string;
  readonly scope: Path;
}
export interface EditorView {
  /** Keys of chosen nodes: their path joined by slashes. */
  readonly selection: readonly string[];
  /** The cursor in the text chose it, nobody pointed at it. */
  readonly isQuiet: boolean;
  /** The flow's own settings are open. */
  readonly isFlowOpen: boolean;
  readonly edge: string | undefined;
  readonly folded: ReadonlySet<string>;
  readonly search: string;
  /** Edit the flow as written, or as the identity in the bar; undefined until a person says so. */
  readonly isBase: boolean | undefined;
  readonly quickAdd: QuickAdd | undefined;
  readonly caseMenu: CaseMenu | undefined;
  readonly rename: string | undefined;
  readonly extract: readonly string[] | undefined;
  /** Somebody asked for the chosen case to run; the test panel does it as soon as it knows the case. */
  readonly isRunAsked: boolean;
  /** Result of the last test, drawn over the graph. */
  readonly result: TestResult | undefined;
  readonly set: (change: Partial<Omit<EditorView, 'set'>>) => void;
}

export const useView = create<EditorView>((set) => ({
  selection: [],
  isQuiet: false,
  isFlowOpen: false,
  edge: undefined,
  folded: new Set(),
  search: '',
  isBase: undefined,
  quickAdd: undefined,
  caseMenu: undefined,
  rename: undefined,
  extract: undefined,
  isRunAsked: false,
  result: undefined,
  set: (change) =>
    set(change.selection === undefined ? change : { isQuiet: false, isFlowOpen: false, ...change }),
}));

export function keyPath(key: string): Path {
  return key.split('/').map((step) => (/^[0-9]+$/.test(step) ? Number(step) : step));
}

/** Scope and id a node's key names: `nodes/a` is `a` in the flow itself. */
export function nodeOfKey(key: string): {
  readonly scope: Path;
  readonly id: string;
  readonly isNode: boolean;
} {
  const path = keyPath(key);
  const id = String(path.at(-1) ?? '');
  return { scope: path.slice(0, -2), id, isNode: path.at(-2) === 'nodes' };
}
