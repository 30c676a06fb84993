import { useQuery } from '@tanstack/react-query';
import { matrixQuery } from '../api/extensions';
import { useText } from '../app/text';
import { Dialog } from '../kit/Dialog';
import { LevelMark } from '../kit/Mark';
import { Banner } from '../kit/Panel';
import { useColumnName } from './Tools';
import { withoutIt } from './lookup';
import { type Column, type PointRow, type Table, placeAt } from './table';

/** Who would answer for whom if this statement were gone. Nothing is removed here. */
export function RemovalDialog({
  table,
  row,
  column,
  onClose,
}: {
  readonly table: Table;
  readonly row: PointRow;
  readonly column: Column;
  readonly onClose: () => void;
}) {
  const text = useText();
  const nameOf = useColumnName();
  const matrix = useQuery(matrixQuery());
  if (matrix.data === undefined) return null;
  const changes = withoutIt(matrix.data, table.lookup, row.point.name, placeAt(row, column));
  const gaps = changes.filter((change) => change.after.level === null).length;
  return (
    <Dialog
      title={text('matrix.removalTitle', { name: changes[0]?.before.implementation ?? row.point.name })}
      isOpen
      onClose={onClose}
    >
      {gaps > 0 ? <Banner tone="failed">{text('matrix.removalGaps', { count: gaps })}</Banner> : null}
      <table className="mx-changes">
        <thead>
          <tr>
            <th scope="col">{text('identity.label')}</th>
            <th scope="col">{text('matrix.now')}</th>
            <th scope="col">{text('matrix.then')}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ place, before, after }) => (
            <tr key={`${place.bizId} ${place.scenario}`} data-gap={after.level === null ? true : undefined}>
              <th scope="row">{nameOf(place)}</th>
              <td className="mono">{before.implementation}</td>
              <td>
                <LevelMark level={after.level} />
                <span className="mono">
                  {after.level === null
                    ? 'EXTENSION_NOT_FOUND'
                    : (after.cell?.implementation ?? text('level.point'))}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
