import { useText } from '../app/text';
import { Dialog } from '../kit/Dialog';

export interface PublishProps {
  readonly file: string;
  readonly text: string;
  readonly published: string;
  readonly onClose: () => void;
}

export function PublishDialog({ onClose }: PublishProps) {
  const text = useText();
  return (
    <Dialog title={text('editor.publish')} isOpen onClose={onClose}>
      {text('frame.loading')}
    </Dialog>
  );
}
