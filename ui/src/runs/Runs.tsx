import { useText } from '../app/text';
import { Empty } from '../kit/Panel';

export function Runs() {
  const text = useText();
  return <Empty title={text('frame.loading')} />;
}
