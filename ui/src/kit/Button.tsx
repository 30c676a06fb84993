import type { ReactNode } from 'react';
import {
  Button as Base,
  type ButtonProps as BaseProps,
  Tooltip,
  TooltipTrigger,
} from 'react-aria-components';
import './button.css';

export interface ButtonProps extends Omit<BaseProps, 'className' | 'style' | 'children'> {
  readonly look?: 'plain' | 'main' | 'quiet' | 'danger';
  readonly size?: 'small' | 'normal';
  readonly icon?: ReactNode;
  readonly children?: ReactNode;
}

export function Button({ look = 'plain', size = 'normal', icon, children, ...rest }: ButtonProps) {
  return (
    <Base {...rest} className={`k-button k-button-${look} k-button-${size}`}>
      {icon}
      {children}
    </Base>
  );
}

export interface IconButtonProps extends Omit<BaseProps, 'className' | 'style' | 'children' | 'aria-label'> {
  readonly label: string;
  readonly hint?: string;
  readonly icon: ReactNode;
  readonly size?: 'small' | 'normal';
  readonly isOn?: boolean;
}

/** A button without text: its label is its tooltip. */
export function IconButton({ label, hint, icon, size = 'normal', isOn, ...rest }: IconButtonProps) {
  const on = isOn === undefined ? {} : { 'aria-pressed': isOn };
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      <Base
        {...rest}
        {...on}
        aria-label={label}
        className={`k-icon k-icon-${size}${isOn === true ? ' k-on' : ''}`}
      >
        {icon}
      </Base>
      <Tooltip className="k-tip" offset={6}>
        {label}
        {hint === undefined ? null : <kbd className="k-kbd">{hint}</kbd>}
      </Tooltip>
    </TooltipTrigger>
  );
}
