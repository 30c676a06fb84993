import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { flowsQuery } from '../api/flows';
import { stated } from '../app/search';
import { useText } from '../app/text';
import { SearchField } from '../kit/Field';
import { Icon } from '../kit/Icon';
import { Trouble } from '../kit/Trouble';
import { FlowPanel } from './FlowPanel';
import { FlowTable } from './FlowTable';
import { Shelves } from './Shelves';
import { Templates } from './Templates';
import { type FlowsSearch, fitting } from './shelf';
import './flows.css';

/** Every flow on one screen: what it looks like, who serves whom, how it fares. */
export function FlowList() {
  const text = useText();
  const search = useSearch({ from: '/flows' });
  const navigate = useNavigate({ from: '/flows' });
  const query = useQuery(flowsQuery);
  if (query.isPending) return <p className="fl-wait dim">{text('frame.loading')}</p>;
  if (query.isError) return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  const flows = query.data.items;
  if (flows.length === 0) return <Templates />;
  const set = (change: Partial<FlowsSearch>) =>
    void navigate({ search: (old) => stated({ ...old, ...change }), replace: true });
  const shown = fitting(flows, search);
  const chosen = flows.find((flow) => flow.name === search.flow);
  return (
    <div className="fl">
      <h1 className="hidden-text">{text('rail.flows')}</h1>
      <Shelves flows={flows} search={search} onChange={set} />
      <div className="fl-main">
        <div className="fl-tools">
          <SearchField
            label={text('flows.find')}
            value={search.q ?? ''}
            onChange={(q) => set({ q: q === '' ? undefined : q })}
          />
          <span className="dim num">{text('flows.count', { count: shown.length, all: flows.length })}</span>
          <span className="bar-gap" />
          <Link to="/revisions" className="fl-link">
            <Icon name="history" size={14} />
            {text('flows.revisions')}
          </Link>
        </div>
        <FlowTable flows={shown} chosen={search.flow} onChoose={(flow) => set({ flow })} />
      </div>
      {chosen === undefined ? null : <FlowPanel flow={chosen} onClose={() => set({ flow: undefined })} />}
    </div>
  );
}
