import { useEffect, useRef, useState } from 'react';
import { parse, stringify } from 'yaml';
import type { Case } from '../api/flows';
import { useText } from '../app/text';
import { inWords, language } from '../app/words';
import { TextField } from '../kit/Field';
import { withIdentity, withPart } from './cases';
import './flowForms.css';

interface CaseFormProps {
  /** Undefined: its input cannot be read just now. */
  readonly item: Case | undefined;
  readonly onChange: (item: Case) => void;
  readonly onBroken: (input: string) => void;
}

/** What a case is called, for whom it is, and what goes in; the rest it states is told in a line. */
export function CaseForm({ item, onChange, onBroken }: CaseFormProps) {
  const text = useText();
  const readable = useRef<Case>(item ?? {});
  if (item !== undefined) readable.current = item;
  const last = readable.current;
  const { name, identity } = last;
  const isBoth = typeof name === 'object';
  return (
    <div className="case-form">
      <div className="fields-line">
        <TextField
          label={text('case.name')}
          value={inWords(name) ?? ''}
          onChange={(word) =>
            onChange(withPart(last, { name: isBoth ? { ...name, [language()]: word } : word }))
          }
        />
        <TextField
          label={text('identity.bizId')}
          isCode
          value={identity?.bizId ?? ''}
          onChange={(bizId) => onChange(withIdentity(last, { bizId }))}
        />
        <TextField
          label={text('identity.scenario')}
          isCode
          isDisabled={identity?.bizId == null}
          value={identity?.scenario ?? ''}
          onChange={(scenario) => onChange(withIdentity(last, { scenario }))}
        />
      </div>
      <Input item={last} onChange={onChange} onBroken={onBroken} />
      <Rest item={last} />
    </div>
  );
}

/** The input as it is typed; a text that cannot be read is kept and said. */
function Input({ item, onChange, onBroken }: CaseFormProps & { readonly item: Case }) {
  const text = useText();
  const stated = item.input === undefined ? '' : stringify(item.input, { lineWidth: 100 });
  const [typed, setTyped] = useState(stated);
  const [fault, setFault] = useState<string>();
  const own = useRef(stated);
  useEffect(() => {
    // Its own edits come back printed; they must not move the cursor.
    if (own.current === stated) return;
    own.current = stated;
    setTyped(stated);
    setFault(undefined);
  }, [stated]);
  const change = (next: string) => {
    setTyped(next);
    try {
      const input = next.trim() === '' ? undefined : parse(next);
      own.current = input === undefined ? '' : stringify(input, { lineWidth: 100 });
      setFault(undefined);
      onChange(withPart(item, { input }));
    } catch (error) {
      setFault(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
      onBroken(next);
    }
  };
  return (
    <TextField
      label={text('inspector.input')}
      isCode
      lines={3}
      value={typed}
      error={fault}
      onChange={change}
    />
  );
}

function Rest({ item: { mocks, expect } }: { readonly item: Case }) {
  const text = useText();
  const names = Object.keys(mocks ?? {}).join(', ');
  const expected = Object.keys(expect ?? {}).join(', ');
  if (names === '' && expected === '') return null;
  return (
    <p className="k-hint">
      {names === '' ? null : <span>{text('case.mocks', { names })} </span>}
      {expected === '' ? null : <span>{text('case.expects', { names: expected })}</span>}
    </p>
  );
}
