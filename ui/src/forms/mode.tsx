import { createContext, use } from 'react';
import { useText } from '../app/text';

export interface Mode {
  readonly isExpression: boolean;
  readonly toggle: (() => void) | undefined;
}

export const ModeContext = createContext<Mode>({ isExpression: false, toggle: undefined });

/** Says whether a field holds a value or an expression and switches between the two. */
export function ModeChip() {
  const text = useText();
  const { isExpression, toggle } = use(ModeContext);
  if (toggle === undefined) return null;
  const label = isExpression ? text('form.useValue') : text('form.useExpression');
  return (
    <button
      type="button"
      className={isExpression ? 'mode-chip mode-on' : 'mode-chip'}
      aria-pressed={isExpression}
      aria-label={label}
      title={label}
      onClick={toggle}
    >
      {isExpression ? 'ƒ' : text('form.value')}
    </button>
  );
}
