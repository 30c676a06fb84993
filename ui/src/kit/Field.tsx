import type { ReactNode } from 'react';
import {
  Checkbox as BaseCheckbox,
  type CheckboxProps,
  FieldError,
  Input,
  Label,
  SearchField as BaseSearch,
  type SearchFieldProps,
  Switch as BaseSwitch,
  type SwitchProps,
  Text,
  TextArea,
  TextField as BaseText,
  type TextFieldProps as BaseTextProps,
} from 'react-aria-components';
import { Icon } from './Icon';
import './field.css';

export interface TextFieldProps extends Omit<BaseTextProps, 'className' | 'style' | 'children'> {
  readonly label: string;
  readonly hidesLabel?: boolean;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly placeholder?: string | undefined;
  readonly lines?: number;
  readonly isCode?: boolean;
  readonly tail?: ReactNode;
}

export function TextField(props: TextFieldProps) {
  const { label, hidesLabel, hint, error, placeholder, lines, isCode, tail, ...rest } = props;
  const inner = {
    className: isCode === true ? 'k-input k-code' : 'k-input',
    ...(placeholder === undefined ? {} : { placeholder }),
  };
  return (
    <BaseText {...rest} className="k-field" isInvalid={error !== undefined}>
      <Label className={hidesLabel === true ? 'hidden-text' : 'k-label'}>{label}</Label>
      <div className="k-row">
        {lines === undefined ? <Input {...inner} /> : <TextArea {...inner} rows={lines} />}
        {tail}
      </div>
      {hint === undefined ? null : (
        <Text slot="description" className="k-hint">
          {hint}
        </Text>
      )}
      <FieldError className="k-error">{error}</FieldError>
    </BaseText>
  );
}

export interface SearchProps
  extends Omit<SearchFieldProps, 'className' | 'style' | 'children' | 'aria-label'> {
  readonly label: string;
}

export function SearchField({ label, ...rest }: SearchProps) {
  return (
    <BaseSearch {...rest} aria-label={label} className="k-search">
      <Icon name="search" />
      <Input className="k-input" placeholder={label} />
    </BaseSearch>
  );
}

export function Checkbox({
  children,
  ...rest
}: Omit<CheckboxProps, 'className' | 'children'> & { readonly children?: ReactNode }) {
  return (
    <BaseCheckbox {...rest} className="k-check">
      <span className="k-box" aria-hidden="true">
        <Icon name="check" size={12} />
      </span>
      {children}
    </BaseCheckbox>
  );
}

export function Switch({
  children,
  ...rest
}: Omit<SwitchProps, 'className' | 'children'> & { readonly children?: ReactNode }) {
  return (
    <BaseSwitch {...rest} className="k-switch">
      <span className="k-track" aria-hidden="true" />
      {children}
    </BaseSwitch>
  );
}
