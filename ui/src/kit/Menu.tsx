import type { ReactNode } from 'react';
import {
  Menu as BaseMenu,
  MenuItem,
  MenuTrigger,
  Popover,
  type PopoverProps,
  Separator,
  Text,
} from 'react-aria-components';
import './menu.css';

export interface Action {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly detail?: string;
  readonly icon?: ReactNode;
  readonly isDisabled?: boolean;
  readonly isDanger?: boolean;
  readonly isOn?: boolean;
  /** A line above this entry. */
  readonly starts?: boolean;
}

export interface MenuProps {
  readonly label: string;
  readonly actions: readonly Action[];
  readonly onAction: (id: string) => void;
  readonly children: ReactNode;
  readonly placement?: PopoverProps['placement'];
}

/** `children` is the button that opens it. */
export function Menu({ label, actions, onAction, children, placement = 'bottom end' }: MenuProps) {
  return (
    <MenuTrigger>
      {children}
      <Popover className="k-popover" offset={4} placement={placement}>
        <MenuList label={label} actions={actions} onAction={onAction} />
      </Popover>
    </MenuTrigger>
  );
}

export function MenuList({ label, actions, onAction }: Pick<MenuProps, 'label' | 'actions' | 'onAction'>) {
  return (
    <BaseMenu aria-label={label} className="k-list scroll" onAction={(key) => onAction(String(key))}>
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
