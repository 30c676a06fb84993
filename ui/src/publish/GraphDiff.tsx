import { useMemo } from 'react';
import { useFlowTitle } from '../app/flowTitle';
import { type Key, useText } from '../app/text';
import { LineMap, type StationProps } from '../linemap/LineMap';
import { type Change, type ChangedFlow, changedFlows } from './graph';

const TONE: Readonly<Record<Change, StationProps['tone']>> = {
  added: 'added',
  removed: 'removed',
  changed: 'warn',
  same: 'plain',
};
const WORD: Readonly<Record<Change, Key>> = {
  added: 'publish.added',
  removed: 'publish.removed',
  changed: 'publish.changed',
  same: 'publish.same',
};
const SIGN: Readonly<Record<Change, string>> = { added: '+', removed: '−', changed: '±', same: '' };

/** The line maps of what changed: came, went, changed. */
export function GraphDiff({ before, after }: { readonly before: string; readonly after: string }) {
  const text = useText();
  const titleOf = useFlowTitle();
  const flows = useMemo(() => changedFlows(before, after), [before, after]);
  if (flows.length === 0) return <p className="dim">{text('publish.noGraph')}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keys
    <section className="pb-graphs scroll" tabIndex={0} aria-label={text('publish.asGraph')}>
      {flows.map((flow) => (
        <section key={flow.name}>
          <h3>{titleOf(flow.name)}</h3>
          <LineMap
            label={flow.name}
            stations={flow.nodes.map((node) => ({
              id: node.id,
              needs: node.needs,
              title: node.title,
              detail: node.type,
              tone: TONE[node.change],
              isTaken: node.change !== 'removed',
              mark: node.change === 'same' ? null : <ChangeMark change={node.change} />,
            }))}
          />
          <ul className="pb-edges">
            {flow.edges.map((edge) => (
              <li key={`${edge.from} ${edge.to} ${edge.change}`} data-change={edge.change}>
                <span>
                  {SIGN[edge.change]} {called(flow, edge.from)} → {called(flow, edge.to)}
                </span>
                <span className="dim">
                  {text(edge.change === 'added' ? 'publish.edgeAdded' : 'publish.edgeRemoved')}
                </span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

function called(flow: ChangedFlow, id: string): string {
  return flow.nodes.find((node) => node.id === id)?.title ?? id;
}

function ChangeMark({ change }: { readonly change: Change }) {
  const text = useText();
  return (
    <span className="pb-sign mono" data-change={change} title={text(WORD[change])}>
      <span aria-hidden="true">{SIGN[change]}</span>
      <span className="hidden-text">{text(WORD[change])}</span>
    </span>
  );
}
