import type { FieldProps } from '@rjsf/utils';
import { useEffect, useState } from 'react';
import { parse, stringify } from 'yaml';
import type { Json } from '../core/json';

/** A value of any shape, written as YAML: for what a schema leaves open or a form cannot show. */
export function AnyField({ formData, onChange, fieldPathId, name, readonly }: FieldProps) {
  const shown = formData === undefined ? '' : stringify(formData, { lineWidth: 0 }).trimEnd();
  const [typed, setTyped] = useState(shown);
  const [problem, setProblem] = useState<string>();
  useEffect(() => setTyped(shown), [shown]);
  const keep = () => {
    if (typed === shown) return;
    try {
      const value: Json = parse(typed);
      setProblem(undefined);
      onChange(typed.trim() === '' ? undefined : value, fieldPathId.path);
    } catch (error) {
      setProblem(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    }
  };
  return (
    <>
      <textarea
        className="k-input k-code"
        aria-label={name}
        rows={Math.min(10, Math.max(1, typed.split('\n').length))}
        value={typed}
        readOnly={readonly === true}
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={keep}
      />
      {problem === undefined ? null : <span className="k-error">{problem}</span>}
    </>
  );
}
