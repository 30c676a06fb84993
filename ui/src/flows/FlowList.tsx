import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { draftsQuery } from '../api/catalog';
import { flowsQuery } from '../api/flows';
import { stated } from '../app/search';
import { useText } from '../app/text';
import { Button } from '../kit/Button';
import { SearchField } from '../kit/Field';
import { Icon } from '../kit/Icon';
import { Trouble } from '../kit/Trouble';
import { useHotkeys } from '../kit/hotkeys';
import { FlowPanel } from './FlowPanel';
import { NewFlow } from './NewFlow';
import { FlowTable } from './FlowTable';
import { Shelves } from './Shelves';
import { Templates } from './Templates';
import { withDrafts } from './drafts';
import { type FlowsSearch, fitting } from './shelf';
import './flows.css';

/** Every flow on one screen: what it looks like, who serves whom, how it fares. */
export function FlowList() {
  const text = useText();
  const search = useSearch({ from: '/flows' });
  const navigate = useNavigate({ from: '/flows' });
  const query = useQuery(flowsQuery);
  const drafts = useQuery({ ...draftsQuery, retry: false });
  const open = (isOpen: boolean) =>
    void navigate({ search: (old) => stated({ ...old, new: isOpen ? '1' : undefined }), replace: true });
  useHotkeys([{ keys: 'N', name: 'flows.new', run: () => open(true) }]);
  if (query.isPending) return <p className="fl-wait dim">{text('frame.loading')}</p>;
  if (query.isError) return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  const flows = withDrafts(query.data.items, drafts.data?.items ?? []);
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
          <Button look="main" icon={<Icon name="plus" size={14} />} onPress={() => open(true)}>
            {text('flows.new')}
          </Button>
        </div>
        <FlowTable flows={shown} chosen={search.flow} onChoose={(flow) => set({ flow })} />
      </div>
      {search.new === undefined ? null : (
        <NewFlow taken={new Set(flows.map((flow) => flow.name))} onClose={() => open(false)} />
      )}
      {chosen === undefined ? null : <FlowPanel flow={chosen} onClose={() => set({ flow: undefined })} />}
    </div>
  );
}
