import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Run, type RunAction, act, undoQuery } from '../api/runs';
import { useFlowTitle } from '../app/flowTitle';
import { useText } from '../app/text';
import { Button } from '../kit/Button';
import { Dialog } from '../kit/Dialog';
import { TextField } from '../kit/Field';
import { useNotes } from '../kit/Live';
import { ACTION, HELP } from './actions';
import { useNodeName } from './nodeName';

/** What an action will do, and why it is done. */
export function ConfirmDialog({
  run,
  action,
  onClose,
}: {
  readonly run: Run;
  readonly action: RunAction;
  readonly onClose: () => void;
}) {
  const text = useText();
  const queries = useQueryClient();
  const say = useNotes((state) => state.say);
  const titleOf = useFlowTitle();
  const [reason, setReason] = useState('');
  const go = async () => {
    const node = action === 'skip' ? (run.error?.node ?? run.waits[0]?.address) : undefined;
    try {
      await act(run.id, action, { ...(reason === '' ? {} : { reason }), ...(node == null ? {} : { node }) });
      say(text('runs.done', { action: text(ACTION[action]) }));
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), 'failed');
    }
    await queries.invalidateQueries({ queryKey: ['run', run.id] });
    void queries.invalidateQueries({ queryKey: ['runs'] });
    onClose();
  };
  return (
    <Dialog
      title={[text(ACTION[action]), titleOf(run.flow), run.key].filter((part) => part != null).join(' · ')}
      isOpen
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{text('runs.back')}</Button>
          <Button
            look={action === 'cancel' ? 'danger' : 'main'}
            isDisabled={action !== 'retry' && reason.trim() === ''}
            onPress={() => void go()}
          >
            {text(ACTION[action])}
          </Button>
        </>
      }
    >
      <p>{text(HELP[action])}</p>
      {action === 'cancel' ? <UndoPreview run={run} /> : null}
      <TextField
        label={text(action === 'retry' ? 'runs.reasonMaybe' : 'runs.reason')}
        lines={2}
        value={reason}
        onChange={setReason}
        autoFocus
      />
    </Dialog>
  );
}

/** In the order they would be undone. */
function UndoPreview({ run }: { readonly run: Run }) {
  const text = useText();
  const nameOf = useNodeName(run);
  const undo = useQuery(undoQuery(run.id));
  if (undo.data === undefined) return null;
  if (undo.data.steps.length === 0) return <p className="dim">{text('trace.undoNothing')}</p>;
  return (
    <section className="tr-undo" aria-label={text('trace.undo')}>
      <h3>{text('trace.undo')}</h3>
      <ol>
        {undo.data.steps.map((step) => (
          <li key={step.address}>
            <span>{nameOf(step.address)}</span>
            <span className="mono dim">{step.use}</span>
            <span>{text(step.reason === 'unknown' ? 'trace.undoUnknown' : 'trace.undoSucceeded')}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
