import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import type { TabSpec } from './Tabs';
import './tabs.css';

export interface ChoiceProps {
  readonly label: string;
  readonly options: readonly TabSpec[];
  readonly value: string;
  readonly onChange: (id: string) => void;
}

/** One of a few, side by side. */
export function Choice({ label, options, value, onChange }: ChoiceProps) {
  return (
    <ToggleButtonGroup
      aria-label={label}
      className="k-choice"
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        for (const key of keys) onChange(String(key));
      }}
    >
      {options.map((option) => (
        <ToggleButton key={option.id} id={option.id} className="k-choice-item" aria-label={option.label}>
          {option.icon ?? option.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
