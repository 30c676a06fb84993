import { useText } from '../app/text';
import { Button } from '../kit/Button';
import { SearchField } from '../kit/Field';
import { Icon } from '../kit/Icon';
import { LevelMark } from '../kit/Mark';
import { Menu } from '../kit/Menu';
import { Choice } from '../kit/Choice';
import type { MatrixSearch } from './place';
import { DEFAULT, type Column, type Table, columnOf, columnWord } from './table';

export function useColumnName(): (column: Column) => string {
  const text = useText();
  return ({ bizId, scenario }) =>
    bizId === null
      ? text('level.useCase')
      : scenario === null
        ? `${bizId} ▸ ${text('identity.default')}`
        : `${bizId} ▸ ${scenario}`;
}

/** Search, the three filters, compare, and what the signs mean. */
export function Tools({
  table,
  search,
  onChange,
}: {
  readonly table: Table;
  readonly search: MatrixSearch;
  readonly onChange: (change: Partial<MatrixSearch>) => void;
}) {
  const text = useText();
  const nameOf = useColumnName();
  const columns = [DEFAULT, ...table.columns];
  const last = table.columns.at(-1) ?? DEFAULT;
  const chosen = columnOf(search.against);
  const known =
    chosen !== undefined && !columns.some((one) => columnWord(one) === columnWord(chosen)) ? [chosen] : [];
  return (
    <div className="mx-tools">
      <SearchField
        label={text('matrix.search')}
        value={search.q ?? ''}
        onChange={(q) => onChange({ q: q === '' ? undefined : q })}
      />
      <Choice
        label={text('matrix.show')}
        value={search.only ?? 'all'}
        onChange={(id) => onChange({ only: id === 'gaps' || id === 'overrides' ? id : undefined })}
        options={[
          { id: 'all', label: text('matrix.all') },
          { id: 'overrides', label: text('matrix.overrides', { count: table.overrides }) },
          { id: 'gaps', label: text('matrix.gaps', { count: table.gaps }) },
        ]}
      />
      <Menu
        label={text('matrix.against')}
        placement="bottom start"
        actions={[
          { id: '', label: text('matrix.againstNone'), isOn: chosen === undefined },
          ...[...known, ...columns].map((one, i) => ({
            id: columnWord(one),
            label: text('matrix.differs', { name: nameOf(one) }),
            isOn: columnWord(one) === search.against,
            starts: i === 0,
          })),
        ]}
        onAction={(id) => onChange({ against: id === '' ? undefined : id })}
      >
        <Button size="small" icon={<Icon name="filter" size={14} />} aria-pressed={chosen !== undefined}>
          {chosen === undefined
            ? text('matrix.againstNone')
            : text('matrix.differs', { name: nameOf(chosen) })}
        </Button>
      </Menu>
      <Button
        size="small"
        icon={<Icon name="compare" size={14} />}
        aria-pressed={search.compare !== undefined}
        onPress={() =>
          onChange({ compare: search.compare === undefined ? `-~${columnWord(last)}` : undefined })
        }
      >
        {text('matrix.compare')}
      </Button>
    </div>
  );
}

/** What the signs mean. */
export function Legend() {
  const text = useText();
  return (
    <ul className="mx-legend" aria-label={text('matrix.legend')}>
      {([1, 2, 3, 'default', null] as const).map((level) => (
        <li key={String(level)}>
          <LevelMark level={level} hasText />
        </li>
      ))}
    </ul>
  );
}
