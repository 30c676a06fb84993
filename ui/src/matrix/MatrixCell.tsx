import { useText } from '../app/text';
import { Icon } from '../kit/Icon';
import { LevelMark } from '../kit/Mark';
import { type Column, type PointRow, type Shown, shortName } from './table';

interface CellProps {
  readonly row: PointRow;
  readonly column: Column;
  readonly shown: Shown;
  readonly index: number;
  /** Left out: pinned. */
  readonly left: number | undefined;
  readonly isQuiet: boolean;
  readonly isChosen: boolean;
  readonly isSource: boolean;
  /** The last stop of the way that is lit, when this cell is pinned and on it. */
  readonly stop: 'hit' | 'miss' | undefined;
  readonly onChoose: (row: PointRow, column: Column) => void;
  readonly onMenu: () => void;
  readonly onOver: (column: Column) => void;
}

/** Who answers here, how near the statement is, and from where it comes. */
export function MatrixCell(props: CellProps) {
  const { row, column, shown, index, left, isQuiet, isChosen, isSource } = props;
  const text = useText();
  const { cell, level, isOwn } = shown;
  const name = cell?.implementation ?? null;
  const kind = isOwn
    ? 'own'
    : shown.isGap
      ? 'gap'
      : shown.isExpected && level !== null
        ? 'inherited'
        : 'strange';
  const set = (isOn: boolean) => (isOn ? true : undefined);
  const count = cell?.candidates ?? 0;
  return (
    <div
      id={isChosen ? 'mx-chosen' : undefined}
      role="gridcell"
      tabIndex={-1}
      aria-colindex={index}
      aria-selected={isChosen}
      className={left === undefined ? 'mx-cell mx-pin' : 'mx-cell'}
      data-kind={kind}
      data-first={set(column.scenario === null)}
      data-quiet={set(isQuiet)}
      data-chosen={set(isChosen)}
      data-source={set(isSource)}
      style={left === undefined ? undefined : { left }}
      title={name ?? text(level === null ? 'level.none' : 'level.point')}
      onClick={() => props.onChoose(row, column)}
      onContextMenu={(event) => {
        event.preventDefault();
        props.onChoose(row, column);
        props.onMenu();
      }}
      onPointerEnter={() => props.onOver(column)}
    >
      {level === 2 && !isOwn ? (
        <span className="mx-from" aria-hidden="true">
          ←
        </span>
      ) : null}
      {level === 3 && !isOwn ? (
        <span className="mx-from" aria-hidden="true">
          ⇤
        </span>
      ) : null}
      <span className="mx-name clip">
        {level === null
          ? kind === 'strange'
            ? ''
            : text('matrix.gap')
          : name === null || level === 'default'
            ? text('level.point')
            : shortName(row.point.name, name)}
      </span>
      {count > 1 && kind !== 'strange' ? (
        <span className="mx-count" title={text('matrix.guards', { count })}>
          {count}
        </span>
      ) : null}
      <LevelMark level={level} />
      {props.stop === undefined ? null : (
        <span className="mx-stop-end" data-state={props.stop} data-gap={set(level === null)} />
      )}
      {isChosen ? (
        <button
          type="button"
          className="mx-more"
          tabIndex={-1}
          aria-label={text('matrix.menu')}
          onClick={() => props.onMenu()}
        >
          <Icon name="more" size={14} />
        </button>
      ) : null}
    </div>
  );
}
