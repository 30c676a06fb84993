import { ProblemError } from '../api/http';
import { useText } from '../app/text';
import { Said } from '../described/Said';
import { Button } from './Button';
import { Empty } from './Panel';

/** Why something could not be loaded, in the engine's words, and the way to try again. */
export function Trouble({ error, onRetry }: { readonly error: Error; readonly onRetry?: () => void }) {
  const text = useText();
  const code = error instanceof ProblemError ? error.problem.code : undefined;
  return (
    <Empty icon="alert" title={text(code === 'OFFLINE' ? 'bar.offline' : 'kit.trouble')}>
      <p className="mono">
        {code === undefined ? null : `${code}: `}
        <Said code={code} message={error.message} />
      </p>
      {onRetry === undefined ? null : <Button onPress={onRetry}>{text('kit.retry')}</Button>}
    </Empty>
  );
}
