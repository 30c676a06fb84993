import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type RunAction, type RunItem, actMany } from '../api/runs';
import { useFlowTitle } from '../app/flowTitle';
import { useText } from '../app/text';
import { Button } from '../kit/Button';
import { Dialog } from '../kit/Dialog';
import { TextField } from '../kit/Field';
import { useNotes } from '../kit/Live';
import { StatusMark } from '../kit/Mark';
import { ACTION } from '../trace/actions';
import { previewOf } from './filter';

/** What would happen to each run, then the reason, then the deed. */
export function BulkDialog({
  items,
  action,
  onClose,
  onDone,
}: {
  readonly items: readonly RunItem[];
  readonly action: RunAction;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const text = useText();
  const queries = useQueryClient();
  const say = useNotes((state) => state.say);
  const [reason, setReason] = useState('');
  const ids = items.map((item) => item.id);
  const titleOf = useFlowTitle();
  const dry = useQuery({
    queryKey: ['runs', 'preview', action, ids],
    queryFn: () => actMany({ action, ids, reason: '', dryRun: true }),
    gcTime: 0,
    retry: false,
  });
  const preview = previewOf(dry.data?.results ?? []);
  const go = async () => {
    try {
      const done = await actMany({ action, ids: preview.ready, reason, dryRun: false });
      const failed = done.results.filter((one) => !one.ok).length;
      say(
        text('runs.bulkDone', { count: done.results.length - failed, failed }),
        failed > 0 ? 'failed' : 'plain',
      );
      onDone();
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), 'failed');
    }
    void queries.invalidateQueries({ queryKey: ['runs'] });
    onClose();
  };
  return (
    <Dialog
      title={text('runs.bulkTitle', { action: text(ACTION[action]), count: items.length })}
      isOpen
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>{text('runs.back')}</Button>
          <Button
            look={action === 'cancel' ? 'danger' : 'main'}
            isDisabled={preview.ready.length === 0 || reason.trim() === ''}
            onPress={() => void go()}
          >
            {text('runs.bulkGo', { action: text(ACTION[action]), count: preview.ready.length })}
          </Button>
        </>
      }
    >
      {dry.isError ? <p className="tr-failed">{dry.error.message}</p> : null}
      <p>{text('runs.bulkPreview', { ready: preview.ready.length, refused: preview.refused.length })}</p>
      <ul className="rn-preview scroll">
        {items.map((item) => {
          const refused = preview.refused.find((one) => one.id === item.id);
          return (
            <li key={item.id} data-refused={refused === undefined ? undefined : true}>
              <StatusMark status={item.status} hasText={false} />
              <span className="mono clip">{item.key ?? item.id}</span>
              <span className="clip">{titleOf(item.flow)}</span>
              <span className="mono">
                {refused === undefined ? (dry.isPending ? '…' : text('runs.will')) : refused.code}
              </span>
            </li>
          );
        })}
      </ul>
      <TextField label={text('runs.reason')} lines={2} value={reason} onChange={setReason} />
    </Dialog>
  );
}
