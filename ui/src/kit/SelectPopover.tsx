import type { RefObject } from 'react';
import { ListBox, ListBoxItem, Popover } from 'react-aria-components';
import type { Option, SelectProps } from './Select';

export interface SelectPopoverProps extends Pick<SelectProps, 'label' | 'options' | 'value'> {
  readonly trigger: RefObject<HTMLButtonElement | null>;
  readonly onChoose: (id: string) => void;
  readonly onClose: () => void;
}

export function SelectPopover({ label, options, value, trigger, onChoose, onClose }: SelectPopoverProps) {
  return (
    <Popover
      className="k-popover"
      offset={4}
      triggerRef={trigger}
      isOpen
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <ListBox
        aria-label={label}
        className="k-list scroll"
        autoFocus
        items={options}
        selectionMode="single"
        selectedKeys={value === null ? [] : [value]}
        onSelectionChange={(keys) => {
          // What was chosen already is taken out of the choice: nothing changes.
          const [key] = [...keys];
          if (key === undefined) onClose();
          else onChoose(String(key));
        }}
      >
        {(option) => <OptionItem option={option} />}
      </ListBox>
    </Popover>
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
