import { inWords } from '../app/words';
import { useState } from 'react';
import { useText } from '../app/text';
import { IconButton } from '../kit/Button';
import { Switch } from '../kit/Field';
import { Icon } from '../kit/Icon';
import { LevelMark } from '../kit/Mark';
import { Select } from '../kit/Select';
import { useColumnName } from './Tools';
import { DEFAULT, type Shown, type Table, columnOf, columnWord, compare, shortName } from './table';

/** Two identities side by side, point by point. */
export function Compare({
  table,
  word,
  onChange,
}: {
  readonly table: Table;
  readonly word: string;
  readonly onChange: (word: string | undefined) => void;
}) {
  const text = useText();
  const nameOf = useColumnName();
  const [isAll, setAll] = useState(false);
  const [one, two] = word.split('~');
  const left = columnOf(one) ?? DEFAULT;
  const right = columnOf(two) ?? DEFAULT;
  const options = [DEFAULT, ...table.columns].map((column) => ({
    id: columnWord(column),
    label: nameOf(column),
  }));
  const pairs = compare(table, left, right);
  const shown = pairs.filter((pair) => isAll || pair.differs);
  return (
    <aside className="mx-side scroll" aria-label={text('matrix.compare')}>
      <header>
        <h2>{text('matrix.compare')}</h2>
        <IconButton
          size="small"
          label={text('kit.close')}
          icon={<Icon name="x" />}
          onPress={() => onChange(undefined)}
        />
      </header>
      <div className="mx-pair">
        <Select
          label={text('matrix.left')}
          options={options}
          value={columnWord(left)}
          onChange={(id) => onChange(`${id}~${columnWord(right)}`)}
        />
        <Select
          label={text('matrix.right')}
          options={options}
          value={columnWord(right)}
          onChange={(id) => onChange(`${columnWord(left)}~${id}`)}
        />
      </div>
      <div className="mx-pair-sum">
        <span>
          {text('matrix.differences', {
            count: pairs.filter((pair) => pair.differs).length,
            all: pairs.length,
          })}
        </span>
        <Switch isSelected={isAll} onChange={setAll}>
          {text('matrix.showSame')}
        </Switch>
      </div>
      <ul className="mx-pairs">
        {shown.map(({ row, left: a, right: b, differs }) => (
          <li key={row.key} data-differs={differs ? true : undefined}>
            <span className="clip">
              {inWords(row.point.title) ?? row.point.name} <small className="mono dim">{row.useCase}</small>
            </span>
            <Side shown={a} point={row.point.name} />
            <Side shown={b} point={row.point.name} />
          </li>
        ))}
      </ul>
    </aside>
  );
}

function Side({ shown, point }: { readonly shown: Shown; readonly point: string }) {
  const text = useText();
  const name = shown.cell?.implementation;
  return (
    <span className="mx-pair-side" title={name ?? ''}>
      <LevelMark level={shown.level} />
      <span className="mono clip">
        {shown.level === null
          ? text(shown.isGap ? 'matrix.gap' : 'matrix.unneeded')
          : name == null
            ? text('level.point')
            : shortName(point, name)}
      </span>
    </span>
  );
}
