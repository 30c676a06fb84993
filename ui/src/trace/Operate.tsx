import { useQuery } from '@tanstack/react-query';
import { Suspense, lazy, useState } from 'react';
import { meQuery } from '../api/engine';
import type { Run, RunAction } from '../api/runs';
import { useText } from '../app/text';
import { Button } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { ACTION, ACTION_ICON } from './actions';

const ConfirmDialog = lazy(async () => ({ default: (await import('./ConfirmDialog')).ConfirmDialog }));

const RerunDialog = lazy(async () => ({ default: (await import('./RerunDialog')).RerunDialog }));

/** What an operator may do now, each with what it will do. */
export function Operate({ run }: { readonly run: Run }) {
  const text = useText();
  const [action, setAction] = useState<RunAction | undefined>(undefined);
  return (
    <div className="tr-actions">
      {run.actions.map((one) => (
        <Button
          key={one}
          look={one === 'cancel' ? 'danger' : one === run.actions[0] ? 'main' : 'plain'}
          icon={<Icon name={ACTION_ICON[one]} size={14} />}
          onPress={() => setAction(one)}
        >
          {text(ACTION[one])}
        </Button>
      ))}
      <Rerun run={run} />
      {action === undefined ? null : (
        <Suspense fallback={null}>
          <ConfirmDialog run={run} action={action} onClose={() => setAction(undefined)} />
        </Suspense>
      )}
    </div>
  );
}

/** A durable run that has ended can be run again, by whoever may. */
function Rerun({ run }: { readonly run: Run }) {
  const text = useText();
  const me = useQuery(meQuery);
  const [isOpen, setOpen] = useState(false);
  if (!run.isDurable || run.endedAt === null || me.data?.rights.includes('operate') !== true) return null;
  return (
    <>
      <Button icon={<Icon name="repeat" size={14} />} onPress={() => setOpen(true)}>
        {text('trace.rerun')}
      </Button>
      {isOpen ? (
        <Suspense fallback={null}>
          <RerunDialog run={run} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
