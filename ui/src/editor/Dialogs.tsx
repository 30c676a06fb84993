import { useEffect, useState } from 'react';
import { useText } from '../app/text';
import { extractFlow } from '../core/commands/extract';
import { casesOf } from '../core/commands/connect';
import { Button } from '../kit/Button';
import { Dialog } from '../kit/Dialog';
import { TextField } from '../kit/Field';
import { useActions, useReport } from './actions';
import { useEditing, useProjection } from './session';
import { useView } from './view';

/** Extract into a sub-flow: asks for its name. */
export function ExtractDialog() {
  const text = useText();
  const { extract: ids, set } = useView();
  const { watch, flow, run } = useEditing();
  const report = useReport();
  const [name, setName] = useState('');
  useEffect(
    () => setName(ids === undefined ? '' : `${flow}-${(ids[0] ?? 'part').replaceAll('_', '-')}`),
    [ids, flow],
  );
  const close = () => set({ extract: undefined });
  const extract = () => {
    const id = name.replace(/[^a-z0-9]+/g, '_').replace(/^[^a-z]+|_+$/g, '');
    const outcome = report(
      run(extractFlow, { document: watch.projection().document, ids: ids ?? [], flow: name, id }),
    );
    if (outcome.ok) set({ extract: undefined, selection: outcome.selection.map((path) => path.join('/')) });
  };
  return (
    <Dialog
      size="small"
      title={text('command.extract')}
      isOpen={ids !== undefined && ids.length > 0}
      onClose={close}
      foot={
        <>
          <Button onPress={close}>{text('kit.cancel')}</Button>
          <Button look="main" isDisabled={!/^[a-z][a-z0-9-]*$/.test(name)} onPress={extract}>
            {text('extract.do')}
          </Button>
        </>
      }
    >
      <p className="dialog-text">{text('extract.text', { ids: (ids ?? []).join(', ') })}</p>
      <TextField label={text('extract.name')} value={name} onChange={setName} isCode />
    </Dialog>
  );
}

/** A new edge out of a switch belongs to one of its cases. */
export function CaseMenu() {
  const text = useText();
  const { caseMenu: place, set } = useView();
  const { draft, document } = useProjection();
  const actions = useActions();
  if (place === undefined || draft === undefined) return null;
  const cases = casesOf(draft, { document, path: place.scope }, place.from);
  return (
    <Dialog
      size="small"
      title={text('caseMenu.title', { to: place.to })}
      isOpen
      onClose={() => set({ caseMenu: undefined })}
    >
      <ul className="case-list">
        {cases.map((one, i) => (
          <li key={i}>
            <Button
              onPress={() => {
                set({ caseMenu: undefined });
                actions.connectCase(place.scope, place.from, place.to, i);
              }}
            >
              <code>{one === 'default' ? text('canvas.otherwise') : one}</code>
            </Button>
          </li>
        ))}
        <li>
          <Button
            look="quiet"
            onPress={() => {
              set({ caseMenu: undefined });
              actions.connect(place.scope, place.from, place.to);
            }}
          >
            {text('caseMenu.always')}
          </Button>
        </li>
      </ul>
    </Dialog>
  );
}
