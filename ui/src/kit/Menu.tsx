import {
  type ReactElement,
  type ReactNode,
  type RefObject,
  Suspense,
  cloneElement,
  isValidElement,
  lazy,
  useRef,
  useState,
} from 'react';
import type { PopoverProps } from 'react-aria-components';
import './menu.css';

const MenuPopover = lazy(() => import('./MenuPopover').then((file) => ({ default: file.MenuPopover })));

export interface Action {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly detail?: string;
  readonly icon?: ReactNode;
  readonly isDisabled?: boolean;
  readonly isDanger?: boolean;
  readonly isOn?: boolean;
  /** A line above this entry. */
  readonly starts?: boolean;
}

export interface MenuProps {
  readonly label: string;
  readonly actions: readonly Action[];
  readonly onAction: (id: string) => void;
  readonly children: ReactNode;
  readonly placement?: PopoverProps['placement'];
}

interface TriggerProps {
  readonly ref: RefObject<HTMLButtonElement | null>;
  readonly onPress: () => void;
  readonly 'aria-haspopup': 'menu';
  readonly 'aria-expanded': boolean;
}

/** `children` is the button that opens it; the list itself loads when it is first opened. */
export function Menu({ children, ...list }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const button: ReactElement<TriggerProps> | undefined = isValidElement<TriggerProps>(children)
    ? children
    : undefined;
  if (button === undefined) return null;
  const shown = cloneElement(button, {
    ref: trigger,
    onPress: () => setOpen(true),
    'aria-haspopup': 'menu',
    'aria-expanded': isOpen,
  });
  return (
    <>
      {shown}
      {isOpen ? (
        <Suspense fallback={null}>
          <MenuPopover {...list} trigger={trigger} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
