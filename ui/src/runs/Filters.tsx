import { inWords } from '../app/words';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ToggleButton } from 'react-aria-components';
import { flowsQuery } from '../api/flows';
import { type Key, useText } from '../app/text';
import { SearchField, TextField } from '../kit/Field';
import { Select } from '../kit/Select';
import { Choice } from '../kit/Choice';
import { Icon } from '../kit/Icon';
import type { RunsSearch } from './filter';

const SPAN: readonly (readonly [string, Key])[] = [
  ['1h', 'runs.span1h'],
  ['24h', 'runs.span24h'],
  ['7d', 'runs.span7d'],
  ['all', 'runs.spanAll'],
];

/** Flow, time, business key, duration and free words; the identity is filtered by the bar above. */
export function Filters({
  search,
  onChange,
}: {
  readonly search: RunsSearch;
  readonly onChange: (change: Partial<RunsSearch>) => void;
}) {
  const text = useText();
  const flows = useQuery(flowsQuery);
  const some = (value: string) => (value === '' ? undefined : value);
  return (
    <div className="rn-filters">
      <div className="rn-flow">
        <Select
          label={text('runs.flow')}
          hidesLabel
          value={search.flow ?? ''}
          onChange={(id) => onChange({ flow: some(id) })}
          options={[
            { id: '', label: text('runs.allFlows') },
            ...(flows.data?.items ?? []).map((flow) => ({
              id: flow.name,
              label: inWords(flow.title) ?? flow.name,
              detail: flow.name,
            })),
          ]}
        />
      </div>
      <Later value={search.key ?? ''} onChange={(key) => onChange({ key: some(key) })}>
        {(value, set) => <SearchField label={text('runs.keyFind')} value={value} onChange={set} />}
      </Later>
      <Choice
        label={text('runs.span')}
        value={SPAN.some(([id]) => id === search.from) ? (search.from ?? 'all') : 'all'}
        onChange={(id) => onChange({ from: id === 'all' ? undefined : id, to: undefined })}
        options={SPAN.map(([id, key]) => ({ id, label: text(key) }))}
      />
      <Later value={search.minMs ?? ''} onChange={(minMs) => onChange({ minMs: some(minMs) })}>
        {(value, set) => (
          <TextField
            label={text('runs.minMs')}
            hidesLabel
            placeholder={text('runs.minMs')}
            inputMode="numeric"
            value={value}
            onChange={set}
          />
        )}
      </Later>
      <Later value={search.q ?? ''} onChange={(q) => onChange({ q: some(q) })}>
        {(value, set) => <SearchField label={text('runs.find')} value={value} onChange={set} />}
      </Later>
      <ToggleButton
        className="k-button k-button-plain k-button-normal rn-hide"
        isSelected={search.hide === 'cron'}
        onChange={(isOn) => onChange({ hide: isOn ? 'cron' : undefined })}
      >
        <Icon name="clock" size={14} />
        {text('runs.hideCron')}
      </ToggleButton>
    </div>
  );
}

/** What is typed is asked for once the typing pauses. */
function Later({
  value,
  onChange,
  children,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly children: (value: string, set: (value: string) => void) => React.ReactNode;
}) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), 300);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return children(typed, setTyped);
}
