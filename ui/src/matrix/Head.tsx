import { useText } from '../app/text';
import { hueOf } from '../kit/Panel';
import { SIZE } from './size';
import { type Column, type Table, columnWord, isSame } from './table';
import type { Axis, Span } from './window';

/** Two levels: the business line, and its scenarios below. */
export function Head({
  table,
  along,
  span,
  chosen,
}: {
  readonly table: Table;
  readonly along: Axis;
  readonly span: Span;
  readonly chosen: Column | undefined;
}) {
  const text = useText();
  const start = (i: number) => along.starts[i] ?? 0;
  const groups = table.groups.filter((group) => group.end > span.first && group.first < span.end);
  return (
    <div className="mx-head" role="rowgroup">
      <div role="row" aria-rowindex={1}>
        <div className="mx-corner" role="columnheader" aria-colindex={1}>
          {text('matrix.point')}
        </div>
        <div className="mx-corner mx-corner-pin" role="columnheader" aria-colindex={2}>
          {text('level.useCase')}
        </div>
        {groups.map((group) => (
          <div
            key={group.bizId}
            className="mx-biz"
            role="columnheader"
            aria-colindex={group.first + 3}
            aria-colspan={group.end - group.first}
            style={{
              left: SIZE.left + SIZE.pin + start(group.first),
              width: start(group.end) - start(group.first),
              ['--hue' as string]: `var(--hue-${hueOf(group.bizId)})`,
            }}
          >
            <span className="clip">{group.bizId}</span>
          </div>
        ))}
      </div>
      <div role="row" aria-rowindex={2}>
        {table.columns.slice(span.first, span.end).map((column, i) => (
          <div
            key={columnWord(column)}
            className="mx-scene clip"
            role="columnheader"
            aria-colindex={span.first + i + 3}
            data-first={column.scenario === null ? true : undefined}
            data-chosen={chosen !== undefined && isSame(chosen, column) ? true : undefined}
            style={{ left: SIZE.left + SIZE.pin + start(span.first + i) }}
          >
            {column.scenario ?? text('identity.default')}
          </div>
        ))}
      </div>
    </div>
  );
}
