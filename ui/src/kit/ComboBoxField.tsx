import { Button, ComboBox as BaseCombo, Input, Label, ListBox, Popover, Text } from 'react-aria-components';
import { Icon } from './Icon';
import type { Option, SelectProps } from './Select';
import { OptionItem } from './SelectPopover';
import './menu.css';

export interface ComboProps extends Omit<SelectProps, 'value' | 'look'> {
  readonly value: string;
  /** Any text is a value, the options are suggestions. */
  readonly isFree?: boolean;
}

export function ComboBoxField({
  label,
  hidesLabel,
  options,
  value,
  onChange,
  placeholder,
  isDisabled = false,
  isFree,
  hint,
}: ComboProps) {
  return (
    <BaseCombo
      className="k-field"
      inputValue={value}
      isDisabled={isDisabled}
      allowsCustomValue={isFree ?? true}
      menuTrigger="focus"
      onInputChange={onChange}
      defaultItems={options}
    >
      <Label className={hidesLabel === true ? 'hidden-text' : 'k-label'}>{label}</Label>
      <div className="k-combo">
        <Input className="k-input" {...(placeholder === undefined ? {} : { placeholder })} />
        <Button className="k-combo-button">
          <Icon name="chevron-down" size={14} />
        </Button>
      </div>
      {hint === undefined ? null : (
        <Text slot="description" className="k-hint">
          {hint}
        </Text>
      )}
      <Popover className="k-popover" offset={4}>
        <ListBox<Option> className="k-list scroll">{(option) => <OptionItem option={option} />}</ListBox>
      </Popover>
    </BaseCombo>
  );
}
