import { useState } from 'react';
import { useText } from '../app/text';
import { inWords } from '../app/words';
import { addField, removeField, renameField, requireField } from '../core/commands/fields';
import { setValue, unset } from '../core/commands/value';
import { titleIn } from '../core/title';
import { Button, IconButton } from '../kit/Button';
import { Checkbox, TextField } from '../kit/Field';
import { Icon } from '../kit/Icon';
import { useNotes } from '../kit/Live';
import { Select } from '../kit/Select';
import { Committed, titlePath, useCommit } from './InspectorParts';
import { YamlField } from './YamlField';
import { useReport } from './actions';
import { type InputRow, TYPES, defaultOf, defaultText, inputRows } from './inputRows';
import { useEditing, useValue } from './session';

/** What goes into the flow: a row for each field; a schema that says more than rows can is edited as text. */
export function InputFields() {
  const text = useText();
  const schema = useValue(['input']);
  const { isReadOnly } = useEditing();
  const [isText, setText] = useState(false);
  const rows = inputRows(schema ?? null);
  if (rows === undefined) return <YamlField path={['input']} label={text('inspector.input')} />;
  return (
    <div className="fields">
      {isText ? <YamlField path={['input']} label={text('inspector.input')} /> : <Rows rows={rows} />}
      <div className="fields-foot">
        {isReadOnly || isText ? null : <NewField />}
        {rows.length === 0 ? null : (
          <Button size="small" look="quiet" onPress={() => setText(!isText)}>
            {text(isText ? 'fields.asRows' : 'fields.asText')}
          </Button>
        )}
      </div>
    </div>
  );
}

function Rows({ rows }: { readonly rows: readonly InputRow[] }) {
  const text = useText();
  if (rows.length === 0) return <p className="k-hint">{text('fields.none')}</p>;
  return (
    <ul className="fields-rows" aria-label={text('inspector.input')}>
      {rows.map((row) => (
        <li key={row.name} data-field={row.name}>
          <Row row={row} />
        </li>
      ))}
    </ul>
  );
}

function NewField() {
  const text = useText();
  const { watch, run } = useEditing();
  const report = useReport();
  const [name, setName] = useState('');
  const add = () => {
    const outcome = report(run(addField, { document: watch.projection().document, name: name.trim() }));
    if (outcome.ok) setName('');
  };
  return (
    <div className="fields-new">
      <TextField
        label={text('fields.new')}
        hidesLabel
        placeholder={text('fields.new')}
        isCode
        value={name}
        onChange={setName}
        onKeyDown={(event) => {
          if (event.key === 'Enter') add();
          else event.continuePropagation();
        }}
      />
      <Button
        size="small"
        icon={<Icon name="plus" size={14} />}
        isDisabled={name.trim() === ''}
        onPress={add}
      >
        {text('fields.add')}
      </Button>
    </div>
  );
}

function Row({ row }: { readonly row: InputRow }) {
  const text = useText();
  const { isReadOnly, watch, run } = useEditing();
  const report = useReport();
  const commit = useCommit();
  const say = useNotes((state) => state.say);
  const { name, type } = row;
  const path = ['input', 'properties', name];
  const at = () => ({ document: watch.projection().document });
  const title = titleIn(row.title ?? null);
  const keepDefault = (typed: string) => {
    const value = typed === '' ? undefined : defaultOf(typed, type);
    const home = [...path, 'default'];
    if (typed === '') report(run(unset, { ...at(), path: home }));
    else if (value === undefined) say(text('fields.badDefault', { name }), 'failed');
    else report(run(setValue, { ...at(), path: home, value }));
  };
  const part = { isReadOnly, hidesLabel: true };
  return (
    <>
      <div className="fields-line">
        <Committed
          {...part}
          label={text('fields.name')}
          value={name}
          isCode
          onCommit={(next) => report(run(renameField, { ...at(), name, next }))}
        />
        <Select
          label={text('fields.type', { name })}
          hidesLabel
          value={type ?? null}
          isDisabled={isReadOnly || (type === undefined && row.rest !== '')}
          onChange={(value) => report(run(setValue, { ...at(), path: [...path, 'type'], value }))}
          options={TYPES.map((id) => ({ id, label: text(`fields.${id}`), detail: id }))}
        />
        {isReadOnly ? null : (
          <IconButton
            size="small"
            label={text('fields.remove', { name })}
            icon={<Icon name="trash" size={14} />}
            onPress={() => report(run(removeField, { ...at(), name }))}
          />
        )}
      </div>
      <div className="fields-line">
        <Committed
          {...part}
          label={text('fields.title', { name })}
          placeholder={text('field.title')}
          value={inWords(title) ?? ''}
          onCommit={(value) => commit(titlePath([...path, row.isSpoken ? 'x-title' : 'title'], title), value)}
        />
        <Committed
          {...part}
          label={text('fields.default', { name })}
          placeholder={text('fields.defaultHint')}
          isCode
          value={defaultText(row.default)}
          onCommit={keepDefault}
        />
        <Checkbox
          isSelected={row.isRequired}
          isDisabled={isReadOnly}
          onChange={(isRequired) => report(run(requireField, { ...at(), name, isRequired }))}
        >
          {text('fields.required')}
        </Checkbox>
      </div>
      {row.rest === '' ? null : <small className="fields-rest mono">{row.rest}</small>}
    </>
  );
}
