import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Revision, rollback } from '../api/catalog';
import { useText } from '../app/text';
import { Button } from '../kit/Button';
import { Dialog } from '../kit/Dialog';
import { TextField } from '../kit/Field';
import { useNotes } from '../kit/Live';

/** Publishes the texts of an earlier revision once more; history only grows. */
export function RollbackDialog({
  revision,
  onClose,
}: {
  readonly revision: Revision;
  readonly onClose: () => void;
}) {
  const text = useText();
  const queries = useQueryClient();
  const say = useNotes((state) => state.say);
  const [note, setNote] = useState(() =>
    text('revisions.rollbackNote', { revision: revision.revision, note: revision.note ?? '' }),
  );
  const go = useMutation({
    mutationFn: () => rollback(revision.revision, note),
    onSuccess: async (made) => {
      await queries.invalidateQueries();
      say(text('publish.done', { revision: made.revision }));
      onClose();
    },
    onError: (error) => say(error.message, 'failed'),
  });
  return (
    <Dialog
      title={text('revisions.rollbackTitle', { revision: revision.revision })}
      isOpen
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{text('runs.back')}</Button>
          <Button look="main" isDisabled={note.trim() === '' || go.isPending} onPress={() => go.mutate()}>
            {text('revisions.rollback')}
          </Button>
        </>
      }
    >
      <p>{text('revisions.rollbackHelp')}</p>
      <TextField label={text('publish.note')} lines={2} value={note} onChange={setNote} />
    </Dialog>
  );
}
