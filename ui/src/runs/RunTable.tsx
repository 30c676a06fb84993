import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { RunItem } from '../api/runs';
import { useFlowTitle } from '../app/flowTitle';
import { useDuration, useMoments, useText } from '../app/text';
import { Icon } from '../kit/Icon';
import { TRIGGER } from './trigger';
import { LevelMark, StatusMark } from '../kit/Mark';
import { IdentityMark } from '../kit/Panel';
import { useRows } from './useRows';

const ROW = 36;

interface TableProps {
  readonly items: readonly RunItem[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
  readonly onEnd: () => void;
}

/** Rows are drawn where the eye is; more are fetched as the end comes near. */
export function RunTable({ items, selected, onSelect, onEnd }: TableProps) {
  const text = useText();
  const box = useRef<HTMLDivElement>(null);
  const { first, end, look } = useRows(box, items.length, ROW);
  useEffect(() => {
    if (items.length > 0 && end >= items.length - 20) onEnd();
  }, [end, items.length, onEnd]);
  const longest = items.reduce((most, item) => Math.max(most, item.durationMs ?? 0), 1);
  const isAll = items.length > 0 && items.every((item) => selected.has(item.id));
  const toggle = (id: string, isOn: boolean) => {
    const next = new Set(selected);
    if (isOn) next.add(id);
    else next.delete(id);
    onSelect(next);
  };
  return (
    <div
      ref={box}
      className="rn-table scroll"
      onScroll={look}
      role="table"
      aria-rowcount={items.length + 1}
      aria-label={text('rail.runs')}
      tabIndex={0}
    >
      <div className="rn-head" role="row">
        <span role="columnheader">
          <Tick
            label={text('runs.selectAll')}
            isOn={isAll}
            isPartly={!isAll && selected.size > 0}
            onChange={(isOn) => onSelect(new Set(isOn ? items.map((item) => item.id) : []))}
          />
        </span>
        {(['status', 'flow', 'identityOf', 'key', 'startedAt', 'duration', 'fault'] as const).map((name) => (
          <span role="columnheader" key={name}>
            {text(`runs.${name}`)}
          </span>
        ))}
      </div>
      <div className="rn-rows" role="rowgroup" style={{ height: items.length * ROW }}>
        {items.slice(first, end).map((item, i) => {
          const at = first + i;
          return (
            <div
              key={item.id}
              className="rn-row"
              role="row"
              aria-rowindex={at + 2}
              data-selected={selected.has(item.id) ? true : undefined}
              style={{ top: at * ROW }}
            >
              <span role="cell">
                <Tick
                  label={text('runs.select', { id: item.id })}
                  isOn={selected.has(item.id)}
                  onChange={(isOn) => toggle(item.id, isOn)}
                />
              </span>
              <Cells item={item} longest={longest} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** The browser's own box: a table of thousands needs nothing heavier. */
function Tick({
  label,
  isOn,
  isPartly = false,
  onChange,
}: {
  readonly label: string;
  readonly isOn: boolean;
  readonly isPartly?: boolean;
  readonly onChange: (isOn: boolean) => void;
}) {
  return (
    <input
      type="checkbox"
      className="rn-tick"
      aria-label={label}
      checked={isOn}
      ref={(box) => {
        if (box !== null) box.indeterminate = isPartly;
      }}
      onChange={(event) => onChange(event.target.checked)}
    />
  );
}

/** Per cent; a shorter bar reads as a speck. */
const LEAST = 8;

function Cells({ item, longest }: { readonly item: RunItem; readonly longest: number }) {
  const text = useText();
  const moments = useMoments();
  const duration = useDuration();
  const titleOf = useFlowTitle();
  const share = item.durationMs === null ? 0 : Math.sqrt(item.durationMs / longest) * 100;
  return (
    <>
      <span role="cell">
        <StatusMark status={item.status} isDegraded={item.isDegraded} />
      </span>
      <span role="cell" className="rn-name">
        <Link to="/runs/$id" params={{ id: item.id }} className="clip" title={item.flow}>
          {titleOf(item.flow)}
        </Link>
        <small className="mono dim">v{item.version}</small>
        {item.trigger === 'call' ? null : (
          <span
            className="rn-by dim"
            role="img"
            aria-label={text(TRIGGER[item.trigger])}
            title={text(TRIGGER[item.trigger])}
          >
            <Icon
              name={item.trigger === 'cron' ? 'clock' : item.trigger === 'rerun' ? 'repeat' : 'workflow'}
              size={12}
            />
          </span>
        )}
      </span>
      <span role="cell" className="rn-identity">
        <LevelMark level={item.level} />
        <IdentityMark bizId={item.bizId} scenario={item.scenario} fallback={text('identity.default')} />
      </span>
      <span role="cell" className="mono clip">
        {item.key ?? '–'}
      </span>
      <span role="cell" className="num">
        {moments.full(item.startedAt)}
      </span>
      <span role="cell" className="rn-time num">
        {share < LEAST ? null : (
          <span className="rn-time-bar" style={{ width: `${share}%` }} aria-hidden="true" />
        )}
        {duration(item.durationMs)}
      </span>
      <span role="cell" className="rn-fault clip">
        {item.error == null ? null : (
          <>
            <span className="mono">{item.error.code}</span>
            {item.error.node == null ? null : <span className="mono dim"> {item.error.node}</span>}
          </>
        )}
      </span>
    </>
  );
}
