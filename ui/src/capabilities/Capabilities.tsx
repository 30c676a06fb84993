import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { matrixQuery } from '../api/extensions';
import { flowsQuery } from '../api/flows';
import { stated } from '../app/search';
import { type Key, useText } from '../app/text';
import { useComponents } from '../described/useDescribed';
import { FlowPanel } from '../flows/FlowPanel';
import { SearchField } from '../kit/Field';
import { Choice } from '../kit/Choice';
import { Trouble } from '../kit/Trouble';
import { PointPanel } from '../matrix/PointPanel';
import { ComponentPanel } from './ComponentPanel';
import { TileButton } from './TileButton';
import { type Column, type Tile, mapOf, tileOf } from './domains';
import './capabilities.css';
import '../flows/flows.css';
import '../matrix/matrix.css';

const CATEGORY: Readonly<Record<string, Key>> = {
  check: 'capabilities.check',
  data: 'capabilities.data',
  flow: 'capabilities.flow',
  network: 'capabilities.network',
  observe: 'capabilities.observe',
  rules: 'capabilities.rules',
  storage: 'capabilities.storage',
};

/** What there is to build with, by domain, and who uses it. */
export function Capabilities() {
  const text = useText();
  const search = useSearch({ from: '/capabilities' });
  const navigate = useNavigate({ from: '/capabilities' });
  const [flows, matrix, components] = [useQuery(flowsQuery), useQuery(matrixQuery()), useComponents()];
  const failure = flows.error ?? components.error;
  if (failure !== null)
    return (
      <Trouble error={failure} onRetry={() => void Promise.all([flows.refetch(), components.refetch()])} />
    );
  if (flows.data === undefined || components.items === undefined)
    return <p className="cp-wait dim">{text('frame.loading')}</p>;
  const set = (change: Partial<typeof search>) =>
    void navigate({ search: (old) => stated({ ...old, ...change }), replace: true });
  const words = {
    other: text('matrix.other'),
    category: (name: string) =>
      CATEGORY[name] === undefined ? name || text('matrix.other') : text(CATEGORY[name]),
  };
  const shown = mapOf(flows.data.items, matrix.data, components.items, search, words);
  const open = tileOf(mapOf(flows.data.items, matrix.data, components.items, {}, words), search.open);
  return (
    <div className="cp">
      <h1 className="hidden-text">{text('rail.capabilities')}</h1>
      <div className="cp-main">
        <div className="cp-tools">
          <SearchField
            label={text('capabilities.find')}
            value={search.q ?? ''}
            onChange={(q) => set({ q: q === '' ? undefined : q })}
          />
          <Choice
            label={text('capabilities.effect')}
            value={search.effect ?? 'all'}
            onChange={(id) =>
              set({ effect: id === 'pure' || id === 'read' || id === 'write' ? id : undefined })
            }
            options={[
              { id: 'all', label: text('matrix.all') },
              { id: 'pure', label: text('capabilities.pure') },
              { id: 'read', label: text('capabilities.read') },
              { id: 'write', label: text('capabilities.write') },
            ]}
          />
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keys */}
        <section className="cp-scroll scroll" tabIndex={0} aria-label={text('rail.capabilities')}>
          <Band
            title={text('capabilities.business')}
            columns={shown.domains}
            open={search.open}
            onOpen={(key) => set({ open: key })}
          />
          <Band
            title={text('capabilities.components')}
            columns={shown.categories}
            open={search.open}
            onOpen={(key) => set({ open: key })}
          />
          {shown.domains.length + shown.categories.length === 0 ? (
            <p className="cp-wait dim">{text('capabilities.none')}</p>
          ) : null}
        </section>
      </div>
      {open === undefined ? null : <Panel tile={open} onClose={() => set({ open: undefined })} />}
    </div>
  );
}

function Band({
  title,
  columns,
  open,
  onOpen,
}: {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly open: string | undefined;
  readonly onOpen: (key: string) => void;
}) {
  if (columns.length === 0) return null;
  return (
    <section className="cp-band" aria-label={title}>
      <h2>{title}</h2>
      <div className="cp-columns">
        {columns.map((column) => (
          <section key={column.title} className="cp-column" aria-label={column.title}>
            <h3>
              <span className="clip">{column.title}</span>
              <span className="num dim">{column.tiles.length}</span>
            </h3>
            {column.tiles.map((tile) => (
              <TileButton
                key={tile.key}
                tile={tile}
                isOpen={tile.key === open}
                onOpen={() => onOpen(tile.key)}
              />
            ))}
          </section>
        ))}
      </div>
    </section>
  );
}

function Panel({ tile, onClose }: { readonly tile: Tile; readonly onClose: () => void }) {
  if (tile.kind === 'flow') return <FlowPanel flow={tile.flow} onClose={onClose} />;
  if (tile.kind === 'point') return <PointPanel point={tile.point} onClose={onClose} />;
  return <ComponentPanel component={tile.component} onClose={onClose} />;
}
