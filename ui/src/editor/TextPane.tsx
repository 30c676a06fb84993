import { autocompletion, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import {
  HighlightStyle,
  bracketMatching,
  foldGutter,
  foldKeymap,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import { forceLinting, linter, lintKeymap } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import type { Extension } from '@codemirror/state';
import { EditorState, Transaction } from '@codemirror/state';
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import { useText } from '../app/text';
import type { Session } from '../core/session';
import { useSaid } from '../described/Said';
import { useLanguage } from '../described/useDescribed';
import { type Tree, nodeAt, pathAt, readValue } from '../core/tree';
import { type CompletionSource, completeText, expressions } from './completion';
import { wrapped } from './hang';
import { type HoverSource, hover } from './hover';
import type { Place } from './hints';
import stated from './language.json';
import { offsetOf, useProblems } from './problems';
import { useEditing } from './session';
import { useFacts } from './useHints';
import { useView } from './view';

type Told = CompletionSource & HoverSource;

/** The file as text: a view of the session's own state, with its history and its cursor tied to the canvas. */
export function TextPane() {
  const text = useText();
  const editing = useEditing();
  const { session, watch, isReadOnly } = editing;
  const known = useFacts();
  const language = useLanguage(stated);
  const facts = useRef({ ...known, language });
  facts.current = { ...known, language };
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  useEffect(() => {
    if (box.current === null) return;
    const told: Told = {
      facts: () => facts.current,
      draft: () => watch.projection().draft,
      placeAt: (offset) => placeIn(session.tree, offset),
    };
    const looks = [hover(told, text), autocompletion({ override: [completeText(told)] })];
    const made = openView(box.current, session, isReadOnly, text('text.label'), looks);
    view.current = made;
    const stop = session.listen((transaction) => {
      if (made.state === transaction.startState) made.update([transaction]);
    });
    const unlink = linkCursor(made, editing);
    return () => {
      stop();
      unlink();
      made.destroy();
    };
  }, [session, watch, isReadOnly, text, editing]);
  useDiagnosticMarks(view);
  useRevealSelection(view);
  return <div ref={box} className="text-pane" />;
}

function placeIn(tree: Tree, offset: number): Place {
  const document = tree.documents.find((one) => one.start <= offset && offset <= one.end);
  if (document === undefined) return { path: [], kind: '' };
  const kind = readValue(nodeAt(document.root, ['kind']));
  return { path: pathAt(document.root, offset), kind: typeof kind === 'string' ? kind : '' };
}

/** The session's state already holds history; the view adds looks and keys by configuration of the same state. */
function openView(
  parent: HTMLElement,
  session: Session,
  isReadOnly: boolean,
  label: string,
  looks: Extension,
): EditorView {
  const nonce = document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? '';
  const extensions: Extension = [
    EditorView.cspNonce.of(nonce),
    lineNumbers(),
    foldGutter(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    drawSelection(),
    bracketMatching(),
    search({ top: true }),
    highlightSelectionMatches(),
    indentUnit.of('  '),
    yaml(),
    wrapped,
    expressions,
    syntaxHighlighting(COLOURS),
    looks,
    EditorState.readOnly.of(isReadOnly),
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
    keymap.of([
      ...completionKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...foldKeymap,
      ...lintKeymap,
      indentWithTab,
    ]),
  ];
  session.dress(extensions);
  return new EditorView({
    parent,
    state: session.editor,
    dispatchTransactions: (transactions) => {
      for (const transaction of transactions) session.accept(transaction);
    },
  });
}

/** A cursor in a node's text chooses the node. */
function linkCursor(view: EditorView, editing: ReturnType<typeof useEditing>): () => void {
  const { session, watch } = editing;
  return session.listen((transaction) => {
    if (transaction.selection === undefined || !view.hasFocus || transaction.docChanged) return;
    const key = watch.projection().keyAt(transaction.newSelection.main.head);
    const { selection, set } = useView.getState();
    if (key !== undefined && selection.join() !== key)
      set({ selection: [key], edge: undefined, isQuiet: true });
  });
}

/** A node chosen elsewhere is brought into sight. */
function useRevealSelection(view: React.RefObject<EditorView | undefined>): void {
  const { watch } = useEditing();
  const key = useView((state) => state.selection.at(-1));
  useEffect(() => {
    const editor = view.current;
    if (key === undefined || editor === undefined || editor.hasFocus) return;
    const start = watch.projection().startOf(key);
    if (start === undefined) return;
    const line = editor.state.doc.lineAt(Math.min(start, editor.state.doc.length));
    editor.dispatch({
      selection: { anchor: line.from },
      effects: EditorView.scrollIntoView(line.from, { y: 'center' }),
      annotations: Transaction.addToHistory.of(false),
    });
  }, [key, view, watch]);
}

function useDiagnosticMarks(view: React.RefObject<EditorView | undefined>): void {
  const problems = useProblems();
  const latest = useRef(problems);
  latest.current = problems;
  const said = useSaid();
  const told = useRef(said);
  told.current = said;
  const { session } = useEditing();
  useEffect(() => {
    session.dressMore(
      linter(
        (editor) =>
          latest.current.flatMap((one) => {
            if (one.range === null || one.range === undefined) return [];
            const text = editor.state.doc.toString();
            const from = offsetOf(text, one.range.start);
            const to = Math.max(from + 1, offsetOf(text, one.range.end));
            return [
              {
                from,
                to: Math.min(to, text.length),
                severity: one.severity,
                message: [one.message, ...(one.help == null ? [] : [one.help])].map(told.current).join('\n'),
              },
            ];
          }),
        { delay: 100 },
      ),
    );
  }, [session]);
  useEffect(() => {
    if (view.current !== undefined && problems.length >= 0) forceLinting(view.current);
  }, [problems, view, said]);
}

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--petrol)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--ink)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--hue-5)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--ink-3)' },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: 'var(--ink-3)' },
  { tag: [tags.keyword, tags.meta], color: 'var(--hue-7)' },
]);
