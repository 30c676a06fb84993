import type { ReactNode } from 'react';
import {
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select as BaseSelect,
  SelectValue,
  Text,
} from 'react-aria-components';
import { Icon } from './Icon';
import './menu.css';

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
  return (
    <BaseSelect
      className="k-field"
      selectedKey={value}
      isDisabled={isDisabled}
      placeholder={placeholder ?? '—'}
      onSelectionChange={(key) => {
        if (key !== null) onChange(String(key));
      }}
    >
      <Label className={hidesLabel === true ? 'hidden-text' : 'k-label'}>{label}</Label>
      <Button className={`k-select k-select-${look}`}>
        <SelectValue className="clip" />
        <Icon name="chevron-down" size={14} />
      </Button>
      {hint === undefined ? null : (
        <Text slot="description" className="k-hint">
          {hint}
        </Text>
      )}
      <Popover className="k-popover" offset={4}>
        <ListBox className="k-list scroll" items={options}>
          {(option) => <OptionItem option={option} />}
        </ListBox>
      </Popover>
    </BaseSelect>
  );
}

export function OptionItem({ option }: { readonly option: Option }) {
  return (
    <ListBoxItem id={option.id} textValue={option.label} className="k-item">
      {option.mark}
      <span className="k-item-text">{option.label}</span>
      {option.detail === undefined ? null : <span className="k-item-detail">{option.detail}</span>}
    </ListBoxItem>
  );
}
