import { Handle, type NodeProps, type Node as FlowNode, Position } from '@xyflow/react';
import { memo } from 'react';
import { type Translate, useDuration, useText } from '../app/text';
import { Icon } from '../kit/Icon';
import { LevelMark, StatusSign } from '../kit/Mark';
import { SERVED } from '../kit/served';
import { KindMark } from './KindMark';
import type { CardData } from './card';

export type CardNode = FlowNode<CardData, 'card'>;

/** One station: spine, title, type, chips and what a run or an identity adds. */
export const NodeCard = memo(function NodeCard({ id, data, selected }: NodeProps<CardNode>) {
  const text = useText();
  const { node, overlay } = data;
  return (
    <div className={classesOf(data, selected)} title={titleText(data, text)}>
      <Ports data={data} />
      <span className="card-spine" />
      <KindMark kind={node.kind} />
      <div className="card-row card-head">
        <strong className="clip">{data.title}</strong>
        {overlay === undefined ? null : (
          <StatusSign status={overlay.status} isDegraded={overlay.isDegraded} />
        )}
        {data.isFoldable ? <Fold id={id} data={data} /> : null}
      </div>
      <div className="card-row card-type">
        <span className="clip">{data.type}</span>
        {data.chips.map((chip) => (
          <em key={chip}>{chip}</em>
        ))}
      </div>
      <Third data={data} />
      {data.errors + data.warnings > 0 ? (
        <span className={`card-fold${data.errors === 0 ? ' card-fold-warn' : ''}`}>
          <span className="hidden-text">{text('canvas.problems')}</span>
          {data.errors + data.warnings}
        </span>
      ) : null}
      {node.value['compensate'] === undefined ? null : (
        <span className="card-undo" title={text('canvas.compensates')} />
      )}
    </div>
  );
});

function classesOf(data: CardData, selected: boolean | undefined): string {
  const { node, overlay, change } = data;
  const parts = [
    'card',
    `kind-${node.kind ?? 'unknown'}`,
    selected === true ? 'card-on' : '',
    data.isDim ? 'card-dim' : '',
    data.isGroup ? 'card-group' : '',
    data.isFoldable && !data.isGroup ? 'card-stack' : '',
    typeof node.value['when'] === 'string' ? 'card-when' : '',
    change === null ? '' : `card-${change}`,
    overlay === undefined ? '' : `card-run-${overlay.skip === 'dead' ? 'dead' : overlay.status}`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function titleText(data: CardData, text: Translate): string {
  if (data.change !== null) return `${data.node.id} · ${text(`variant.${data.change}`)}`;
  const when = data.node.value['when'];
  return typeof when === 'string' ? `${data.node.id} · ${text('canvas.when')} ${when}` : data.node.id;
}

function Ports({ data }: { readonly data: CardData }) {
  return (
    <>
      <Handle type="target" position={Position.Left} className={data.fans.in ? 'port port-fan' : 'port'} />
      <Handle type="source" position={Position.Right} className={data.fans.out ? 'port port-fan' : 'port'} />
    </>
  );
}

function Fold({ id, data }: { readonly id: string; readonly data: CardData }) {
  const text = useText();
  const label = data.isGroup ? text('canvas.fold') : text('canvas.unfold');
  return (
    <button
      type="button"
      className="card-toggle nodrag"
      aria-label={label}
      title={label}
      onClick={() => data.onFold?.(id)}
    >
      <Icon name={data.isGroup ? 'chevron-down' : 'chevron-right'} size={14} />
    </button>
  );
}

/** A third row stands only where it says something: who answered, how long it took. */
function Third({ data }: { readonly data: CardData }) {
  const duration = useDuration();
  const text = useText();
  const { overlay, answerer } = data;
  if (overlay !== undefined && overlay.status !== 'pending') {
    const level = overlay.level ?? answerer?.level ?? null;
    const served = overlay.servedBy === null ? undefined : SERVED[overlay.servedBy];
    return (
      <div className="card-row card-third">
        {level === null ? null : <LevelMark level={level} />}
        <span>{overlay.skip === null ? duration(overlay.durationMs) : text(`skip.${overlay.skip}`)}</span>
        {overlay.attempts > 1 ? <span>×{overlay.attempts}</span> : null}
        {served === undefined ? null : <span className="clip">{text(served)}</span>}
      </div>
    );
  }
  if (answerer === undefined) return null;
  return (
    <div className="card-row card-third">
      <LevelMark level={answerer.level} />
      <span className="clip">
        {answerer.level === 'default' ? text('level.point') : (answerer.name ?? text('level.none'))}
      </span>
    </div>
  );
}
