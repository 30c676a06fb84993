import { useState } from 'react';
import { useText } from '../app/text';
import { Button } from '../kit/Button';
import { Dialog } from '../kit/Dialog';
import { TextField } from '../kit/Field';
import { TemplateChoice } from './TemplateChoice';
import { freeName, nameFault, useBegin } from './begin';
import { TEMPLATES, type Template } from './templates';

/** Asks what a new flow is called and what it begins with; then it is open in the editor. */
export function NewFlow({
  taken,
  onClose,
}: {
  readonly taken: ReadonlySet<string>;
  readonly onClose: () => void;
}) {
  const text = useText();
  const begin = useBegin();
  const [template, setTemplate] = useState<Template | undefined>(TEMPLATES[0]);
  const [title, setTitle] = useState('');
  const [typed, setTyped] = useState<string>();
  const wish = slugOf(title) || (template?.name ?? 'new-flow');
  const name = typed ?? freeName(wish, taken);
  const fault = nameFault(name, taken);
  const start = () => {
    if (template !== undefined && fault === undefined) begin.mutate({ template, name, title: title.trim() });
  };
  return (
    <Dialog
      title={text('flows.new')}
      isOpen
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{text('kit.cancel')}</Button>
          <Button look="main" isDisabled={fault !== undefined || begin.isPending} onPress={start}>
            {text('flows.create')}
          </Button>
        </>
      }
    >
      <form
        className="fl-new"
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <TextField
          label={text('field.title')}
          value={title}
          placeholder={text('flows.titleHint')}
          onChange={setTitle}
          autoFocus
        />
        <TextField
          label={text('flows.name')}
          value={name}
          hint={text('flows.nameHint', { file: `${name}.yaml` })}
          error={
            fault === undefined ? undefined : text(fault === 'taken' ? 'flows.nameTaken' : 'flows.nameShape')
          }
          isCode
          onChange={setTyped}
        />
        <TemplateChoice chosen={template} onChoose={setTemplate} />
        {begin.error === null ? null : <p className="k-error">{begin.error.message}</p>}
        <input type="submit" hidden />
      </form>
    </Dialog>
  );
}

/** `Cancel an order` → `cancel-an-order`; nothing where no Latin letter is left. */
function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
}
