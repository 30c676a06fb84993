import { Suspense, lazy } from 'react';
import type { ComboProps } from './ComboBoxField';
import { TextField } from './Field';

const ComboBoxField = lazy(() => import('./ComboBoxField').then((file) => ({ default: file.ComboBoxField })));

/** A text with suggestions; until these are loaded it is a text. */
export function ComboBox(props: ComboProps) {
  const { label, hidesLabel = false, value, onChange, placeholder, isDisabled = false } = props;
  const plain = (
    <TextField
      label={label}
      hidesLabel={hidesLabel}
      value={value}
      onChange={onChange}
      placeholder={placeholder}
      isDisabled={isDisabled}
    />
  );
  return (
    <Suspense fallback={plain}>
      <ComboBoxField {...props} />
    </Suspense>
  );
}
