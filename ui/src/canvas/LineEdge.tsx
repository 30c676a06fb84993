import { type Edge as FlowEdge, EdgeLabelRenderer, type EdgeProps, BaseEdge } from '@xyflow/react';
import { memo } from 'react';
import { useText } from '../app/text';
import type { GraphEdge } from '../core/graph';
import type { Path } from '../core/json';
import { Icon } from '../kit/Icon';
import { type Point, corners, pathThrough, plateAt } from './route';

export interface LineData extends Record<string, unknown> {
  readonly edge: GraphEdge;
  readonly bends: readonly Point[];
  readonly look: 'plain' | 'taken' | 'dead' | 'undone';
  readonly isTarget: boolean;
  readonly scope: Path;
  readonly onInsert:
    | ((line: Pick<LineData, 'edge' | 'scope'>, at: { readonly x: number; readonly y: number }) => void)
    | undefined;
}
export type LineFlowEdge = FlowEdge<LineData, 'line'>;

export const LineEdge = memo(function LineEdge(props: EdgeProps<LineFlowEdge>) {
  const { id, sourceX, sourceY, targetX, targetY, data, selected } = props;
  const text = useText();
  if (data === undefined) return null;
  const { edge, look } = data;
  const way = corners({ x: sourceX, y: sourceY }, { x: targetX, y: targetY }, data.bends);
  const plate = plateAt(way);
  const isData = edge.sources.every((source) => source === 'data');
  const label = edge.cases
    .map((one) => (one.text === 'default' ? text('canvas.otherwise') : one.text))
    .join(' · ');
  const names = [
    'line',
    `line-${look}`,
    isData ? 'line-data' : '',
    selected === true ? 'line-on' : '',
    data.isTarget ? 'line-target' : '',
  ];
  return (
    <>
      <BaseEdge
        id={id}
        path={pathThrough(way)}
        className={names.filter((name) => name !== '').join(' ')}
        interactionWidth={16}
      />
      <EdgeLabelRenderer>
        <div
          className={`line-label nodrag nopan${selected === true ? ' line-label-on' : ''}`}
          style={{ transform: `translate(-50%, -50%) translate(${plate.x}px, ${plate.y}px)` }}
          data-edge={id}
        >
          {label === '' ? null : (
            <span className="line-plate" title={label}>
              {label}
            </span>
          )}
          {data.onInsert === undefined || isData ? null : (
            <button
              type="button"
              className="line-plus"
              tabIndex={-1}
              aria-label={text('canvas.insertOnEdge', { from: edge.from, to: edge.to })}
              onClick={(event) => data.onInsert?.(data, { x: event.clientX, y: event.clientY })}
            >
              <Icon name="plus" size={12} />
            </button>
          )}
        </div>
      </EdgeLabelRenderer>
    </>
  );
});
