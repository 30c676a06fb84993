import { inWords } from '../app/words';
import { memo, useState } from 'react';
import { useText } from '../app/text';
import { Way } from './FallbackLine';
import { MatrixCell } from './MatrixCell';
import { SIZE } from './size';
import {
  DEFAULT,
  type Column,
  type PointRow,
  type Row,
  type Table,
  columnWord,
  isSame,
  showAt,
} from './table';
import type { Axis } from './window';

export function GroupRow({
  row,
  top,
  index,
}: {
  readonly row: Extract<Row, { kind: 'group' }>;
  readonly top: number;
  readonly index: number;
}) {
  return (
    <div className="mx-group" role="row" aria-rowindex={index + 3} style={{ top }}>
      <div role="rowheader" aria-colindex={1}>
        <strong>{row.title}</strong>
        <span className="num dim">{row.count}</span>
      </div>
    </div>
  );
}

export interface LineProps {
  readonly table: Table;
  readonly row: PointRow;
  readonly top: number;
  readonly index: number;
  readonly along: Axis;
  readonly first: number;
  readonly end: number;
  readonly only: 'overrides' | 'gaps' | undefined;
  readonly against: Column | undefined;
  readonly chosen: Column | undefined;
  readonly onChoose: (row: PointRow, column: Column) => void;
  readonly onOpen: () => void;
  readonly onMenu: () => void;
}

/** One point in one use case. */
export const PointLine = memo(function PointLine(props: LineProps) {
  const { table, row, top, index, along, first, end, only, against, chosen } = props;
  const text = useText();
  const [over, setOver] = useState<Column | undefined>(undefined);
  const lit = over ?? chosen;
  const measure = against === undefined ? undefined : showAt(table, row, against);
  const cellAt = (column: Column, at: number, left?: number) => {
    const shown = showAt(table, row, column);
    const isLike = measure !== undefined && measure.cell?.implementation === shown.cell?.implementation;
    return (
      <MatrixCell
        key={columnWord(column)}
        row={row}
        column={column}
        shown={shown}
        index={at}
        left={left}
        isQuiet={isLike || (only === 'overrides' && !shown.isOwn) || (only === 'gaps' && !shown.isGap)}
        isChosen={chosen !== undefined && isSame(chosen, column)}
        stop={left === undefined && lit !== undefined ? stopAt(table, row, lit) : undefined}
        isSource={lit !== undefined && isSourceOf(table, row, lit, column)}
        onChoose={props.onChoose}
        onMenu={props.onMenu}
        onOver={setOver}
      />
    );
  };
  return (
    <div
      className="mx-row"
      role="row"
      aria-rowindex={index + 3}
      style={{ top }}
      onPointerLeave={() => setOver(undefined)}
    >
      <div className="mx-point" role="rowheader" aria-colindex={1}>
        <button type="button" tabIndex={-1} onClick={props.onOpen} title={text('matrix.openPoint')}>
          <span className="clip">{inWords(row.point.title) ?? row.point.name}</span>
          <small className="mono clip">
            {row.useCase === row.point.name ? row.useCase : `${row.point.name} · ${row.useCase}`}
          </small>
        </button>
      </div>
      {cellAt(DEFAULT, 2)}
      {table.columns
        .slice(first, end)
        .map((column, i) =>
          cellAt(column, first + i + 3, SIZE.left + SIZE.pin + (along.starts[first + i] ?? 0)),
        )}
      {lit === undefined ? null : <Way table={table} row={row} along={along} column={lit} />}
    </div>
  );
});

function isSourceOf(table: Table, row: PointRow, lit: Column, column: Column): boolean {
  const { source, isOwn } = showAt(table, row, lit);
  return !isOwn && source !== undefined && isSame(source, column);
}

/** A way ends under the pinned default when everything before it missed. */
function stopAt(table: Table, row: PointRow, lit: Column): 'hit' | 'miss' | undefined {
  if (lit.bizId === null) return undefined;
  const { level } = showAt(table, row, lit);
  if (level === 1 || level === 2) return undefined;
  return level === 3 ? 'hit' : 'miss';
}
