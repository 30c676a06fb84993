import { autocompletion, completionKeymap, completionStatus } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { useNames } from './names';

export interface ExpressionInputProps {
  readonly label: string;
  /** The expression without its `${ }`. */
  readonly value: string;
  readonly onCommit: (value: string) => void;
  readonly isReadOnly?: boolean;
  readonly hint?: string;
}

/** One line of CEL with the names in scope; it is kept when the focus leaves or Enter is pressed. */
export function ExpressionInput({ label, value, onCommit, isReadOnly = false, hint }: ExpressionInputProps) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const commit = useRef(onCommit);
  commit.current = onCommit;
  const names = useNames();
  const start = useRef(value);
  useEffect(() => {
    if (box.current === null) return;
    const keep = (editor: EditorView) => {
      const text = editor.state.doc.toString();
      if (text !== start.current) commit.current(text);
      start.current = text;
      return true;
    };
    const nonce = document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? '';
    const made = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: start.current,
        extensions: [
          EditorView.cspNonce.of(nonce),
          history(),
          keymap.of([
            ...completionKeymap,
            { key: 'Enter', run: (editor) => completionStatus(editor.state) === null && keep(editor) },
            ...defaultKeymap,
            ...historyKeymap,
          ]),
          autocompletion({ override: [names] }),
          EditorState.transactionFilter.of((change) => (change.newDoc.lines > 1 ? [] : change)),
          EditorState.readOnly.of(isReadOnly),
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorView.domEventHandlers({ blur: (_event, editor) => !keep(editor) }),
          ...(hint === undefined ? [] : [placeholder(hint)]),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [label, isReadOnly, hint, names]);
  useEffect(() => {
    const editor = view.current;
    if (editor === undefined || editor.state.doc.toString() === value) return;
    start.current = value;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);
  return <div ref={box} className="expression" />;
}
