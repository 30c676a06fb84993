import { MergeView } from '@codemirror/merge';
import { yaml } from '@codemirror/lang-yaml';
import { EditorState } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { useText } from '../app/text';
import { wrapped } from './hang';
import './diff.css';

export interface DiffPaneProps {
  readonly before: string;
  readonly after: string;
  /** What the two are called, unless published and draft. */
  readonly names?: readonly [string, string] | undefined;
}

/** Two texts side by side, unchanged stretches folded. */
export function DiffPane({ before, after, names }: DiffPaneProps) {
  const text = useText();
  const [old, now] = names ?? [text('diff.before'), text('diff.after')];
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (box.current === null) return;
    const nonce = document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? '';
    const side = (doc: string, label: string) => ({
      doc,
      extensions: [
        EditorView.cspNonce.of(nonce),
        lineNumbers(),
        wrapped,
        yaml(),
        EditorState.readOnly.of(true),
        EditorState.phrases.of({ '$ unchanged lines': text('diff.unchanged') }),
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
      ],
    });
    const view = new MergeView({
      parent: box.current,
      a: side(before, old),
      b: side(after, now),
      collapseUnchanged: { margin: 3, minSize: 6 },
    });
    return () => view.destroy();
  }, [before, after, old, now, text]);
  return (
    <div className="diff">
      <div className="diff-head">
        <span>{old}</span>
        <span>{now}</span>
      </div>
      <div ref={box} className="diff-body scroll" />
    </div>
  );
}
