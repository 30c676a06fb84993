import type { RefObject } from 'react';
import { Menu as BaseMenu, MenuItem, Popover, Separator, Text } from 'react-aria-components';
import type { MenuProps } from './Menu';

export interface MenuPopoverProps extends Omit<MenuProps, 'children'> {
  readonly trigger: RefObject<HTMLButtonElement | null>;
  readonly onClose: () => void;
}

export function MenuPopover({ trigger, onClose, placement = 'bottom end', ...list }: MenuPopoverProps) {
  return (
    <Popover
      className="k-popover"
      offset={4}
      placement={placement}
      triggerRef={trigger}
      isOpen
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <MenuList {...list} onClose={onClose} />
    </Popover>
  );
}

export interface MenuListProps extends Pick<MenuProps, 'label' | 'actions' | 'onAction'> {
  readonly onClose?: () => void;
}

export function MenuList({ label, actions, onAction, onClose }: MenuListProps) {
  return (
    <BaseMenu
      aria-label={label}
      className="k-list scroll"
      autoFocus="first"
      onAction={(key) => onAction(String(key))}
      {...(onClose === undefined ? {} : { onClose })}
    >
      {actions.flatMap((action) => [
        action.starts === true ? <Separator key={`${action.id} line`} className="k-line" /> : null,
        <MenuItem
          key={action.id}
          id={action.id}
          textValue={action.label}
          isDisabled={action.isDisabled === true}
          className={`k-item${action.isDanger === true ? ' k-danger' : ''}`}
        >
          {action.icon}
          <span className="k-item-text">
            {action.label}
            {action.detail === undefined ? null : <Text className="k-item-sub">{action.detail}</Text>}
          </span>
          {action.isOn === true ? <span className="k-item-on">●</span> : null}
          {action.hint === undefined ? null : <kbd className="k-kbd">{action.hint}</kbd>}
        </MenuItem>,
      ])}
    </BaseMenu>
  );
}
