import { inWords } from '../app/words';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { catalogQuery, readDraft, validate, writeDraft } from '../api/catalog';
import { useText } from '../app/text';
import { Button } from '../kit/Button';
import { Dialog } from '../kit/Dialog';
import { TextField } from '../kit/Field';
import { Icon } from '../kit/Icon';
import { useNotes } from '../kit/Live';
import { DiagnosticList } from '../publish/DiagnosticList';
import { PublishDialog } from '../publish/PublishDialog';
import { useColumnName } from './Tools';
import { starterOf } from './override';
import { type Column, type PointRow, placeAt } from './table';

/** States an answer of its own for one identity: a small flow, checked by the engine while it is written. */
export function OverrideDialog({
  row,
  column,
  onClose,
}: {
  readonly row: PointRow;
  readonly column: Column;
  readonly onClose: () => void;
}) {
  const text = useText();
  const nameOf = useColumnName();
  const say = useNotes((state) => state.say);
  const navigate = useNavigate();
  const catalog = useQuery(catalogQuery);
  const [starter] = useState(() => starterOf(row.point, placeAt(row, column)));
  const [body, setBody] = useState(starter.text);
  const [isPublishing, setPublishing] = useState(false);
  const files = [{ path: starter.path, text: body }];
  const check = useQuery({
    queryKey: ['validate', files],
    queryFn: () => validate(files),
    placeholderData: (old) => old,
    retry: false,
  });
  const keep = async () => {
    await writeDraft(starter.path, body, catalog.data?.revision ?? 0, undefined).then(
      () => say(text('matrix.draftKept', { path: starter.path })),
      (error: Error) => say(error.message, 'failed'),
    );
    onClose();
  };
  const draw = async () => {
    try {
      if ((await readDraft(starter.path)) === undefined || body !== starter.text)
        await writeDraft(starter.path, body, catalog.data?.revision ?? 0, undefined);
      const { bizId, scenario } = placeAt(row, column);
      await navigate({
        to: '/flows/$name',
        params: { name: starter.name },
        search: { file: starter.path, bizId: bizId ?? undefined, scenario: scenario ?? undefined },
      });
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), 'failed');
    }
  };
  if (isPublishing) return <PublishDialog file={starter.path} text={body} published="" onClose={onClose} />;
  return (
    <Dialog
      title={text('matrix.overrideTitle', {
        point: inWords(row.point.title) ?? row.point.name,
        name: nameOf(column),
      })}
      size="wide"
      isOpen
      onClose={onClose}
      foot={
        <>
          <Button onPress={() => void keep()}>{text('matrix.keepDraft')}</Button>
          <Button icon={<Icon name="route" size={14} />} onPress={() => void draw()}>
            {text('matrix.draw')}
          </Button>
          <Button
            look="main"
            isDisabled={(check.data?.summary.errors ?? 1) > 0}
            onPress={() => setPublishing(true)}
          >
            {text('matrix.publish')}
          </Button>
        </>
      }
    >
      <p className="dim">{text('matrix.overrideHelp')}</p>
      <TextField label={starter.path} isCode lines={14} value={body} onChange={setBody} spellCheck="false" />
      <DiagnosticList diagnostics={check.data?.diagnostics ?? []} />
    </Dialog>
  );
}
