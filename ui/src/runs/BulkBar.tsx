import { Suspense, lazy, useState } from 'react';
import type { RunAction, RunItem } from '../api/runs';
import { useText } from '../app/text';
import { Button } from '../kit/Button';
import { ACTION } from '../trace/actions';

const BulkDialog = lazy(async () => ({ default: (await import('./BulkDialog')).BulkDialog }));

const ACTIONS: readonly RunAction[] = ['retry', 'resume', 'skip', 'cancel'];

/** What to do with the chosen runs; nothing happens before it was shown what would. */
export function BulkBar({
  items,
  onClear,
}: {
  readonly items: readonly RunItem[];
  readonly onClear: () => void;
}) {
  const text = useText();
  const [action, setAction] = useState<RunAction | undefined>(undefined);
  if (items.length === 0) return null;
  return (
    <div className="rn-bulk">
      <strong>{text('runs.chosen', { count: items.length })}</strong>
      {ACTIONS.map((one) => (
        <Button
          key={one}
          size="small"
          look={one === 'cancel' ? 'danger' : 'plain'}
          onPress={() => setAction(one)}
        >
          {text(ACTION[one])}…
        </Button>
      ))}
      <span className="bar-gap" />
      <Button size="small" look="quiet" onPress={onClear}>
        {text('runs.unselect')}
      </Button>
      {action === undefined ? null : (
        <Suspense fallback={null}>
          <BulkDialog items={items} action={action} onClose={() => setAction(undefined)} onDone={onClear} />
        </Suspense>
      )}
    </div>
  );
}
