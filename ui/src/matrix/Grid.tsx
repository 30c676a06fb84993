import { Suspense, lazy, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useText } from '../app/text';
import { useHotkeys } from '../kit/hotkeys';
import { Head } from './Head';
import { GroupRow, PointLine } from './Line';
import { type Place, keyOf } from './lookup';
import { type MatrixSearch, placeWord } from './place';
import { SIZE } from './size';
import { DEFAULT, type Column, type PointRow, type Table, columnWord, isSame, placeAt } from './table';
import { type Sight, useSight } from './useSight';
import { type Axis, axis, lengthOf } from './window';

const CellMenu = lazy(async () => ({ default: (await import('./CellMenu')).CellMenu }));

interface GridProps {
  readonly table: Table;
  readonly search: MatrixSearch;
  readonly point: string | undefined;
  readonly place: Place | undefined;
  readonly against: Column | undefined;
  readonly onChange: (change: Partial<MatrixSearch>) => void;
}

/** Points × identities, drawn only where the eye is. */
export function Grid(props: GridProps) {
  const { table, onChange } = props;
  const text = useText();
  const box = useRef<HTMLDivElement>(null);
  const down = useMemo(
    () => axis(table.rows.map((row) => (row.kind === 'group' ? SIZE.group : SIZE.row))),
    [table.rows],
  );
  const column = useColumnWidth(box, table.columns.length);
  const along = useMemo(() => axis(table.columns.map(() => column)), [table.columns, column]);
  const sight = useSight(box, down, along);
  const [isMenuOpen, setMenuOpen] = useState(false);
  const choose = useCallback(
    (row: PointRow, column: Column) =>
      onChange({ point: row.point.name, at: placeWord(placeAt(row, column)) }),
    [onChange],
  );
  const chosen = chosenIn(table, props.point, props.place);
  const { show } = sight;
  useChosenInSight(table, chosen, show);
  useKeys(box, table, chosen, choose, show, () => setMenuOpen(true));
  if (table.rows.length === 0) return <p className="mx-nothing dim">{text('matrix.nothing')}</p>;
  return (
    <div
      ref={box}
      className="mx-grid scroll"
      role="grid"
      tabIndex={0}
      aria-label={text('matrix.label')}
      aria-rowcount={table.rows.length + 2}
      aria-colcount={table.columns.length + 2}
      aria-activedescendant={chosen === undefined ? undefined : 'mx-chosen'}
      onScroll={sight.look}
    >
      <div
        className="mx-sheet"
        role="presentation"
        style={{
          width: SIZE.left + SIZE.pin + lengthOf(along),
          height: SIZE.head + lengthOf(down),
          ['--column' as string]: `${column}px`,
        }}
      >
        <Head table={table} along={along} span={sight.columns} chosen={chosen?.column} />
        <Rows
          {...props}
          down={down}
          along={along}
          sight={sight}
          chosen={chosen}
          choose={choose}
          onMenu={() => setMenuOpen(true)}
        />
      </div>
      {chosen === undefined ? null : (
        <Suspense fallback={null}>
          <CellMenu
            table={table}
            row={chosen.row}
            column={chosen.column}
            isOpen={isMenuOpen}
            onOpenChange={setMenuOpen}
            onChange={onChange}
          />
        </Suspense>
      )}
    </div>
  );
}

/** Few columns share the width there is; many keep theirs and scroll. */
function useColumnWidth(box: { readonly current: HTMLElement | null }, count: number): number {
  const [column, setColumn] = useState<number>(SIZE.column);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const look = () =>
      setColumn(Math.max(SIZE.column, (element.clientWidth - SIZE.left - SIZE.pin) / Math.max(1, count)));
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, count]);
  return column;
}

/** A link to a cell opens with that cell in sight. */
function useChosenInSight(
  table: Table,
  chosen: Chosen | undefined,
  show: (row: number, column: number) => void,
): void {
  const at = chosen === undefined ? undefined : chosen.row.key + columnWord(chosen.column);
  const latest = useRef({ table, chosen });
  latest.current = { table, chosen };
  useEffect(() => {
    const { table: now, chosen: one } = latest.current;
    if (at === undefined || one === undefined) return;
    show(
      now.rows.indexOf(one.row),
      now.columns.findIndex((column) => isSame(column, one.column)),
    );
  }, [at, show]);
}

interface RowsProps extends GridProps {
  readonly down: Axis;
  readonly along: Axis;
  readonly sight: Sight;
  readonly chosen: Chosen | undefined;
  readonly choose: (row: PointRow, column: Column) => void;
  readonly onMenu: () => void;
}

function Rows({ table, search, against, onChange, down, along, sight, chosen, choose, onMenu }: RowsProps) {
  return table.rows.slice(sight.rows.first, sight.rows.end).map((row, i) => {
    const at = sight.rows.first + i;
    const top = SIZE.head + (down.starts[at] ?? 0);
    if (row.kind === 'group') return <GroupRow key={row.key} row={row} top={top} index={at} />;
    return (
      <PointLine
        key={row.key}
        table={table}
        row={row}
        top={top}
        index={at}
        along={along}
        first={sight.columns.first}
        end={sight.columns.end}
        only={search.only}
        against={against}
        chosen={chosen?.row.key === row.key ? chosen.column : undefined}
        onChoose={choose}
        onOpen={() => onChange({ panel: row.point.name, compare: undefined })}
        onMenu={onMenu}
      />
    );
  });
}

interface Chosen {
  readonly row: PointRow;
  readonly column: Column;
}

function chosenIn(table: Table, point: string | undefined, place: Place | undefined): Chosen | undefined {
  if (place === undefined) return undefined;
  const row = table.rows.find(
    (one) => one.kind === 'point' && one.point.name === point && one.useCase === place.useCase,
  );
  const { bizId, scenario } = place;
  const column = [DEFAULT, ...table.columns].find(
    (one) => keyOf('', one.bizId, one.scenario) === keyOf('', bizId, scenario),
  );
  return row?.kind !== 'point' || column === undefined ? undefined : { row, column };
}

function useKeys(
  box: { readonly current: HTMLElement | null },
  table: Table,
  chosen: Chosen | undefined,
  choose: (row: PointRow, column: Column) => void,
  show: (row: number, column: number) => void,
  open: () => void,
) {
  const move = (rows: number, columns: number) => {
    const lines = table.rows.flatMap((row, index) => (row.kind === 'point' ? [{ row, index }] : []));
    const line = lines.findIndex((one) => one.row.key === chosen?.row.key);
    const next = lines[Math.min(lines.length - 1, Math.max(0, line + (chosen === undefined ? 1 : rows)))];
    const at = chosen === undefined ? -1 : table.columns.findIndex((one) => isSame(one, chosen.column));
    const side = Math.min(table.columns.length - 1, Math.max(-1, at + columns));
    if (next === undefined) return;
    choose(next.row, table.columns[side] ?? DEFAULT);
    show(next.index, side);
  };
  const within = () => box.current;
  const name = 'matrix.keyMove' as const;
  useHotkeys([
    { keys: 'ArrowUp', name, within, run: () => move(-1, 0) },
    { keys: 'ArrowDown', name, within, run: () => move(1, 0) },
    { keys: 'ArrowLeft', name, within, run: () => move(0, -1) },
    { keys: 'ArrowRight', name, within, run: () => move(0, 1) },
    { keys: 'Enter', name: 'matrix.keyMenu', within, run: open, isOff: chosen === undefined },
  ]);
}
