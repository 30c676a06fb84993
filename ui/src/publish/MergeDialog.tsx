import { useText } from '../app/text';
import { Dialog } from '../kit/Dialog';
import { MergePanel } from './MergePanel';
import './publish.css';

export interface MergeProps {
  readonly base: string;
  readonly mine: string;
  readonly theirs: string;
  readonly onMerged: (text: string) => void;
  readonly onClose: () => void;
}

/** Another person saved this draft meanwhile. */
export function MergeDialog({ onClose, onMerged, ...texts }: MergeProps) {
  const text = useText();
  return (
    <Dialog title={text('merge.title')} size="wide" isOpen onClose={onClose}>
      <MergePanel
        {...texts}
        onMerged={(merged) => {
          onMerged(merged);
          onClose();
        }}
      />
    </Dialog>
  );
}
