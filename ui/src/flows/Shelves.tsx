import { type Key, useText } from '../app/text';
import type { Row } from './drafts';
import { type FlowsSearch, type Shelf, VIEWS, type View, counted, inView, labelsOf } from './shelf';

const VIEW: Readonly<Record<View, Key>> = {
  all: 'flows.viewAll',
  drafts: 'flows.viewDrafts',
  durable: 'flows.viewDurable',
  variants: 'flows.viewVariants',
  failing: 'flows.viewFailing',
};

/** Saved views, labels and owners; each says how many it holds. */
export function Shelves({
  flows,
  search,
  onChange,
}: {
  readonly flows: readonly Row[];
  readonly search: FlowsSearch;
  readonly onChange: (change: Partial<FlowsSearch>) => void;
}) {
  const text = useText();
  const owners = flows.flatMap((flow) => (flow.owner == null ? [] : [flow.owner]));
  const chosen = search.view ?? 'all';
  return (
    <nav className="fl-shelves scroll" aria-label={text('flows.views')}>
      <h2>{text('flows.views')}</h2>
      <ul>
        {VIEWS.map((view) => (
          <li key={view}>
            <Entry
              label={text(VIEW[view])}
              count={inView(flows, view).length}
              isOn={view === chosen}
              onPress={() => onChange({ view: view === 'all' ? undefined : view })}
            />
          </li>
        ))}
      </ul>
      <Part
        title={text('flows.labels')}
        entries={counted(flows.flatMap(labelsOf))}
        chosen={search.label}
        onChoose={(label) => onChange({ label })}
      />
      <Part
        title={text('flows.owners')}
        entries={counted(owners)}
        chosen={search.owner}
        onChoose={(owner) => onChange({ owner })}
      />
    </nav>
  );
}

function Part({
  title,
  entries,
  chosen,
  onChoose,
}: {
  readonly title: string;
  readonly entries: readonly Shelf[];
  readonly chosen: string | undefined;
  readonly onChoose: (value: string | undefined) => void;
}) {
  if (entries.length === 0) return null;
  return (
    <>
      <h2>{title}</h2>
      <ul>
        {entries.map((entry) => (
          <li key={entry.value}>
            <Entry
              label={entry.value.slice(entry.value.indexOf('=') + 1)}
              count={entry.count}
              isOn={entry.value === chosen}
              onPress={() => onChoose(entry.value === chosen ? undefined : entry.value)}
            />
          </li>
        ))}
      </ul>
    </>
  );
}

function Entry({
  label,
  count,
  isOn,
  onPress,
}: {
  readonly label: string;
  readonly count: number;
  readonly isOn: boolean;
  readonly onPress: () => void;
}) {
  return (
    <button type="button" className="fl-shelf" aria-pressed={isOn} onClick={onPress}>
      <span className="clip">{label}</span>
      <span className="num">{count}</span>
    </button>
  );
}
