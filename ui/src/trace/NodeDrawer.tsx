import { Link } from '@tanstack/react-router';
import type { Run } from '../api/runs';
import { useDuration, useText } from '../app/text';
import { Said } from '../described/Said';
import { StatusMark } from '../kit/Mark';
import { Tabs } from '../kit/Tabs';
import { NodeFacts } from './NodeFacts';
import { NodeNow } from './NodeNow';
import { Value, ValueDiff } from './Value';
import { Resolution } from './Resolution';
import type { FallRow } from './waterfall';

/** What one node was given, what it gave, who answered and how often it tried. */
export function NodeDrawer({
  run,
  row,
  now,
  nameOf,
  tab,
  onTab,
}: {
  readonly run: Run;
  readonly row: FallRow;
  readonly now: number;
  /** What people call the node at an address. */
  readonly nameOf: (address: string) => string;
  readonly tab: string | undefined;
  readonly onTab: (tab: string) => void;
}) {
  const text = useText();
  const { node } = row;
  const title = nameOf(node.address);
  const isOpen = node.error != null || node.status === 'waiting';
  const tabs = [
    ...(isOpen
      ? [{ id: 'now', label: text(node.error == null ? 'trace.nowWaits' : 'trace.nowFailed') }]
      : []),
    { id: 'input', label: text('trace.input') },
    { id: 'output', label: text('trace.output') },
    { id: 'diff', label: text('trace.diff') },
    ...(node.extension == null ? [] : [{ id: 'resolution', label: text('trace.resolution') }]),
    ...(node.attempts.length === 0
      ? []
      : [
          {
            id: 'attempts',
            label: text('trace.attempts'),
            count: node.attempts.length,
            ...(node.error == null ? {} : { tone: 'failed' as const }),
          },
        ]),
  ];
  const shown = tabs.find((one) => one.id === tab)?.id ?? (isOpen ? 'now' : 'output');
  return (
    <section className="tr-drawer" aria-label={node.address}>
      <header>
        <StatusMark status={row.isUndo && node.status === 'succeeded' ? 'compensated' : node.status} />
        {title === node.address ? null : <strong>{title}</strong>}
        <span className={title === node.address ? 'mono tr-address' : 'mono dim'}>{node.address}</span>
        {node.use == null ? null : <span className="mono dim">{node.use}</span>}
        <span className="bar-gap" />
        <Link
          to="/flows/$name"
          params={{ name: run.flow }}
          search={{ run: run.id, node: node.address, drawer: 'test' }}
        >
          {text('trace.replay')}
        </Link>
        <Link to="/flows/$name" params={{ name: run.flow }} search={{ run: run.id, node: node.id }}>
          {text('trace.openInEditor')}
        </Link>
      </header>
      <Tabs label={text('trace.node')} tabs={tabs} value={shown} onChange={onTab}>
        <div className="tr-split">
          <div className="tr-pane scroll">
            {shown === 'now' ? <NodeNow run={run} row={row} now={now} /> : <Pane row={row} tab={shown} />}
          </div>
          <NodeFacts run={run} row={row} />
        </div>
      </Tabs>
    </section>
  );
}

function Pane({ row, tab }: { readonly row: FallRow; readonly tab: string }) {
  const text = useText();
  const { node } = row;
  if (tab === 'attempts') return <Attempts row={row} />;
  if (tab === 'resolution' && node.extension != null) return <Resolution answered={node.extension} />;
  if (tab === 'diff') return <ValueDiff before={node.input} after={node.output} />;
  if (tab === 'input') return <Value value={node.input} none={text('trace.noInput')} />;
  const none = node.skip?.kind === 'when' ? text('trace.skipWhen') : text('trace.noOutput');
  return <Value value={node.output ?? undefined} none={none} />;
}

function Attempts({ row }: { readonly row: FallRow }) {
  const text = useText();
  const duration = useDuration();
  return (
    <table className="tr-table">
      <thead>
        <tr>
          <th scope="col">#</th>
          <th scope="col">{text('trace.offset')}</th>
          <th scope="col">{text('trace.took')}</th>
          <th scope="col">{text('trace.result')}</th>
        </tr>
      </thead>
      <tbody>
        {row.node.attempts.map((one) => (
          <tr key={one.number}>
            <td className="num">{one.number}</td>
            <td className="num">{duration(one.offsetMs)}</td>
            <td className="num">{duration(one.durationMs)}</td>
            <td>
              {one.error == null ? (
                <StatusMark status="succeeded" />
              ) : (
                <>
                  <span className="tr-failed mono">{one.error.code}</span>{' '}
                  <Said code={one.error.code} message={one.error.message ?? ''} />
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
