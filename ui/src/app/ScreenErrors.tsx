import { Component, type ReactNode } from 'react';
import { Button } from '../kit/Button';
import { Empty } from '../kit/Panel';
import { useText } from './text';

interface State {
  readonly error: Error | undefined;
}

/** A screen that breaks leaves rail, bar and every draft in place. */
export class ScreenErrors extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return <Broken message={error.message} onRetry={() => this.setState({ error: undefined })} />;
  }
}

function Broken({ message, onRetry }: { readonly message: string; readonly onRetry: () => void }) {
  const text = useText();
  return (
    <Empty icon="alert" title={text('frame.broken')}>
      <p className="mono">{message}</p>
      <Button onPress={onRetry}>{text('kit.retry')}</Button>
    </Empty>
  );
}
