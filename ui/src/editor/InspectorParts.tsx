/** What the inspectors of a node and of the flow share. */
import { type ReactNode, useState } from 'react';
import { useText } from '../app/text';
import { language } from '../app/words';
import { setValue, unset } from '../core/commands/value';
import type { Path } from '../core/json';
import type { Title } from '../core/title';
import { IconButton } from '../kit/Button';
import { TextField } from '../kit/Field';
import { Icon } from '../kit/Icon';
import { useReport } from './actions';
import { useEditing } from './session';
import { useView } from './view';

/** Gives the canvas its room back. */
export function Close() {
  const text = useText();
  const set = useView((state) => state.set);
  return (
    <IconButton
      size="small"
      label={text('kit.close')}
      icon={<Icon name="x" size={14} />}
      onPress={() => set({ selection: [] })}
    />
  );
}

/** A title in two languages is edited in the one that is read. */
export function titlePath(path: Path, title: Title | undefined): Path {
  return typeof title === 'object' ? [...path, language()] : path;
}

export function useCommit(): (path: Path, value: string) => void {
  const { watch, run } = useEditing();
  const report = useReport();
  return (path, value) => {
    const { document } = watch.projection();
    report(value === '' ? run(unset, { document, path }) : run(setValue, { document, path, value }));
  };
}

interface CommittedProps {
  readonly label: string;
  readonly value: string;
  readonly isReadOnly: boolean;
  readonly isCode?: boolean;
  readonly hidesLabel?: boolean;
  readonly placeholder?: string;
  readonly hint?: string;
  readonly lines?: number;
  readonly onCommit: (value: string) => void;
}

/** A text that is kept when the focus leaves or Enter is pressed. */
export function Committed({
  label,
  value,
  isReadOnly,
  isCode = false,
  hidesLabel = false,
  placeholder,
  hint,
  lines,
  onCommit,
}: CommittedProps) {
  const [typed, setTyped] = useState<string>();
  const keep = () => {
    if (typed !== undefined && typed !== value) onCommit(typed);
    setTyped(undefined);
  };
  return (
    <TextField
      label={label}
      value={typed ?? value}
      hint={hint}
      isReadOnly={isReadOnly}
      isCode={isCode}
      hidesLabel={hidesLabel}
      placeholder={placeholder}
      {...(lines === undefined ? {} : { lines })}
      onChange={setTyped}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && lines === undefined) keep();
        else event.continuePropagation();
      }}
    />
  );
}

export function Fold({
  title,
  isOpen,
  children,
}: {
  readonly title: string;
  readonly isOpen: boolean;
  readonly children: ReactNode;
}) {
  return (
    <details className="inspector-fold" open={isOpen}>
      <summary>{title}</summary>
      <div className="inspector-part">{children}</div>
    </details>
  );
}
