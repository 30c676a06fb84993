import { Suspense, lazy, useState } from 'react';
import type { Run, RunAction } from '../api/runs';
import { useText } from '../app/text';
import { Button } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { ACTION, ACTION_ICON } from './actions';

const ConfirmDialog = lazy(async () => ({ default: (await import('./ConfirmDialog')).ConfirmDialog }));

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
      {action === undefined ? null : (
        <Suspense fallback={null}>
          <ConfirmDialog run={run} action={action} onClose={() => setAction(undefined)} />
        </Suspense>
      )}
    </div>
  );
}
