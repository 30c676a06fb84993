import { type ReactNode, Suspense, lazy, useId, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { Icon } from './Icon';
import './field.css';
import './menu.css';

const SelectPopover = lazy(() => import('./SelectPopover').then((file) => ({ default: file.SelectPopover })));

export interface Option {
  readonly id: string;
  readonly label: string;
  readonly detail?: string;
  readonly mark?: ReactNode;
}

export interface SelectProps {
  readonly label: string;
  readonly hidesLabel?: boolean;
  readonly options: readonly Option[];
  readonly value: string | null;
  readonly onChange: (id: string) => void;
  readonly placeholder?: string;
  readonly isDisabled?: boolean;
  readonly hint?: string | undefined;
  readonly look?: 'field' | 'quiet';
}

/** One of several; the list loads when it is first opened. */
export function Select(props: SelectProps) {
  const {
    label,
    hidesLabel,
    options,
    value,
    onChange,
    placeholder,
    isDisabled = false,
    hint,
    look = 'field',
  } = props;
  const [isOpen, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const id = useId();
  const chosen = options.find((option) => option.id === value);
  return (
    <div className="k-field">
      <span id={`${id}-label`} className={hidesLabel === true ? 'hidden-text' : 'k-label'}>
        {label}
      </span>
      <Button
        ref={trigger}
        className={`k-select k-select-${look}`}
        isDisabled={isDisabled}
        aria-haspopup="listbox"
        aria-expanded={isOpen}
        aria-labelledby={`${id}-label ${id}-value`}
        onPress={() => setOpen(true)}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') setOpen(true);
          else event.continuePropagation();
        }}
      >
        <span id={`${id}-value`} className={chosen === undefined ? 'clip dim' : 'clip'}>
          {chosen?.label ?? placeholder ?? '—'}
        </span>
        <Icon name="chevron-down" size={14} />
      </Button>
      {hint === undefined ? null : <span className="k-hint">{hint}</span>}
      {isOpen ? (
        <Suspense fallback={null}>
          <SelectPopover
            label={label}
            options={options}
            value={value}
            trigger={trigger}
            onChoose={(next) => {
              setOpen(false);
              onChange(next);
            }}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      ) : null}
    </div>
  );
}
