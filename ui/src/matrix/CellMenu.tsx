import { useNavigate } from '@tanstack/react-router';
import { Suspense, lazy, useRef, useState } from 'react';
import { Popover } from 'react-aria-components';
import { useText } from '../app/text';
import { Icon } from '../kit/Icon';
import type { Action } from '../kit/Menu';
import { MenuList } from '../kit/MenuPopover';
import type { MatrixSearch } from './place';
import { type Column, type PointRow, type Table, columnWord, placeAt, showAt } from './table';

const FileDialog = lazy(async () => ({ default: (await import('./FileDialog')).FileDialog }));
const OverrideDialog = lazy(async () => ({ default: (await import('./OverrideDialog')).OverrideDialog }));
const RemovalDialog = lazy(async () => ({ default: (await import('./RemovalDialog')).RemovalDialog }));

interface CellMenuProps {
  readonly table: Table;
  readonly row: PointRow;
  readonly column: Column;
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
  readonly onChange: (change: Partial<MatrixSearch>) => void;
}

/** What can be done at one cell. */
export function CellMenu({ table, row, column, isOpen, onOpenChange, onChange }: CellMenuProps) {
  const text = useText();
  const navigate = useNavigate();
  const [open, setOpen] = useState<'override' | 'file' | 'removal' | undefined>(undefined);
  const anchor = useRef<HTMLElement | null>(null);
  anchor.current = isOpen ? document.getElementById('mx-chosen') : anchor.current;
  const { cell, isOwn, level } = showAt(table, row, column);
  const act = (id: string) => {
    onOpenChange(false);
    const { useCase, bizId, scenario } = placeAt(row, column);
    if (id === 'override' || id === 'file' || id === 'removal') setOpen(id);
    if (id === 'point') onChange({ panel: row.point.name, compare: undefined });
    if (id === 'against') onChange({ against: columnWord(column) });
    if (id === 'runs')
      void navigate({
        to: '/runs',
        search: {
          useCase,
          bizId: bizId ?? undefined,
          scenario: scenario ?? undefined,
          flow: row.point.flows[0],
        },
      });
  };
  const actions: Action[] = [
    { id: 'override', label: text('matrix.override'), icon: <Icon name="plus" />, isDisabled: isOwn },
    {
      id: 'file',
      label: text('matrix.openFile'),
      icon: <Icon name="code" />,
      isDisabled: cell?.file == null,
      ...(cell?.file == null ? {} : { detail: `${cell.file}:${cell.line ?? 1}` }),
    },
    { id: 'runs', label: text('matrix.calls'), icon: <Icon name="activity" /> },
    { id: 'point', label: text('matrix.openPoint'), icon: <Icon name="eye" />, starts: true },
    { id: 'against', label: text('matrix.differsHere'), icon: <Icon name="filter" /> },
    {
      id: 'removal',
      label: text('matrix.removal'),
      icon: <Icon name="trash" />,
      starts: true,
      isDisabled: !isOwn || level === null,
    },
  ];
  const close = () => setOpen(undefined);
  return (
    <>
      <Popover
        className="k-popover"
        offset={2}
        placement="bottom start"
        triggerRef={anchor}
        isOpen={isOpen}
        onOpenChange={onOpenChange}
      >
        <MenuList label={text('matrix.menu')} actions={actions} onAction={act} />
      </Popover>
      <Suspense fallback={null}>
        {open === 'override' ? <OverrideDialog row={row} column={column} onClose={close} /> : null}
        {open === 'file' && cell?.file != null ? (
          <FileDialog file={cell.file} line={cell.line ?? 1} onClose={close} />
        ) : null}
        {open === 'removal' ? (
          <RemovalDialog table={table} row={row} column={column} onClose={close} />
        ) : null}
      </Suspense>
    </>
  );
}
