import { useEffect, useState } from 'react';
import { parse } from 'yaml';
import { useText } from '../app/text';
import { setValue } from '../core/commands/value';
import type { Json, Path } from '../core/json';
import { dedent } from '../core/place';
import { column } from '../core/lines';
import { nodeAt } from '../core/tree';
import { Button } from '../kit/Button';
import { useReport } from './actions';
import { useEditing, useProjection } from './session';

/** A part of the text that no form can show, edited as what it is. */
export function YamlField({ path, label }: { readonly path: Path; readonly label: string }) {
  const text = useText();
  const { isReadOnly, run } = useEditing();
  const projection = useProjection();
  const report = useReport();
  const stated = textAt(projection, path);
  const [typed, setTyped] = useState(stated);
  useEffect(() => setTyped(stated), [stated]);
  const problem = problemOf(typed);
  const keep = () => {
    const value: Json = parse(typed);
    report(run(setValue, { document: projection.document, path, value }));
  };
  return (
    <div className="form-field">
      <textarea
        className="k-input k-code"
        aria-label={label}
        rows={Math.min(12, Math.max(2, typed.split('\n').length))}
        value={typed}
        readOnly={isReadOnly}
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
      />
      {problem === undefined ? null : <span className="k-error">{problem}</span>}
      {typed === stated || problem !== undefined ? null : (
        <Button size="small" onPress={keep}>
          {text('form.keep')}
        </Button>
      )}
    </div>
  );
}

function textAt({ text, tree, document }: ReturnType<typeof useProjection>, path: Path): string {
  const root = tree.documents[document]?.root;
  const node = root === undefined ? undefined : nodeAt(root, path);
  if (node === undefined) return '';
  const col = column(text, node.start);
  return text
    .slice(node.start, node.end)
    .split('\n')
    .map((line, i) => (i === 0 ? line : dedent(line, col)))
    .join('\n');
}

function problemOf(text: string): string | undefined {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }
}
