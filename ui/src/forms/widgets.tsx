import type { WidgetProps } from '@rjsf/utils';
import { useEffect, useState } from 'react';
import { useText } from '../app/text';
import { Checkbox } from '../kit/Field';
import { Select } from '../kit/Select';

/** Keeps what is typed until the focus leaves, so that one change is one step. */
export function TextWidget({
  id,
  label,
  value,
  schema,
  readonly,
  disabled,
  required,
  onChange,
  multiline,
}: WidgetProps & { readonly multiline?: boolean }) {
  const text = useText();
  const shown = value === undefined || value === null ? '' : String(value);
  const [typed, setTyped] = useState(shown);
  useEffect(() => setTyped(shown), [shown]);
  const isNumber = schema.type === 'integer' || schema.type === 'number';
  const commit = () => {
    if (typed === shown) return;
    const number = Number(typed);
    onChange(typed === '' ? undefined : isNumber && Number.isFinite(number) ? number : typed);
  };
  const hint: unknown = Reflect.get(schema, 'x-default');
  const shared = {
    id,
    className: 'k-input',
    value: typed,
    disabled: disabled === true || readonly === true,
    'aria-label': label,
    'aria-required': required === true,
    placeholder: hint === undefined ? '' : text('form.default', { value: String(hint) }),
    onChange: (event: { readonly target: { readonly value: string } }) => setTyped(event.target.value),
    onBlur: commit,
  };
  if (multiline === true) return <textarea {...shared} rows={4} />;
  return (
    <input
      {...shared}
      inputMode={isNumber ? 'decimal' : 'text'}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.nativeEvent.isComposing) commit();
      }}
    />
  );
}

export function TextareaWidget(props: WidgetProps) {
  return <TextWidget {...props} multiline />;
}

export function SelectWidget({
  label,
  value,
  options,
  disabled,
  readonly,
  required,
  onChange,
  schema,
}: WidgetProps) {
  const text = useText();
  const rows = (options.enumOptions ?? []).map((one, i) => ({
    id: String(i),
    label: one.label,
    value: one.value,
  }));
  const at = rows.findIndex((row) => row.value === value);
  const hint: unknown = Reflect.get(schema, 'x-default');
  const blank = {
    id: '',
    label: hint === undefined ? text('form.notSet') : text('form.default', { value: String(hint) }),
  };
  return (
    <Select
      label={label}
      hidesLabel
      options={required === true ? rows : [blank, ...rows]}
      value={at < 0 ? (required === true ? null : '') : String(at)}
      isDisabled={disabled === true || readonly === true}
      onChange={(id) => onChange(id === '' ? undefined : rows[Number(id)]?.value)}
    />
  );
}

export function CheckboxWidget({ value, label, disabled, readonly, onChange, schema }: WidgetProps) {
  const usual: unknown = Reflect.get(schema, 'x-default');
  return (
    <Checkbox
      isSelected={(value ?? usual) === true}
      isDisabled={disabled === true || readonly === true}
      onChange={(on) => onChange(on)}
    >
      {label}
    </Checkbox>
  );
}

export const WIDGETS = {
  TextWidget,
  TextareaWidget,
  SelectWidget,
  CheckboxWidget,
  PasswordWidget: TextWidget,
  EmailWidget: TextWidget,
  URLWidget: TextWidget,
  UpDownWidget: TextWidget,
  RangeWidget: TextWidget,
  DateWidget: TextWidget,
  DateTimeWidget: TextWidget,
  TimeWidget: TextWidget,
  ColorWidget: TextWidget,
  RadioWidget: SelectWidget,
};
