import type { ReactNode } from 'react';
import { Dialog as Base, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useText } from '../app/text';
import { IconButton } from './Button';
import { Icon } from './Icon';
import './dialog.css';

export interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly foot?: ReactNode;
  readonly size?: 'small' | 'normal' | 'wide';
}

export function Dialog({ title, isOpen, onClose, children, foot, size = 'normal' }: DialogProps) {
  const text = useText();
  return (
    <ModalOverlay
      className="k-veil"
      isOpen={isOpen}
      isDismissable
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className={`k-modal k-modal-${size}`}>
        <Base className="k-dialog">
          <header className="k-dialog-head">
            <Heading slot="title">{title}</Heading>
            <IconButton label={text('kit.close')} icon={<Icon name="x" />} onPress={onClose} />
          </header>
          <div className="k-dialog-body scroll">{children}</div>
          {foot === undefined ? null : <footer className="k-dialog-foot">{foot}</footer>}
        </Base>
      </Modal>
    </ModalOverlay>
  );
}
