import { Link } from '@tanstack/react-router';
import type { Run } from '../api/runs';
import { useDuration, useText } from '../app/text';
import { Said } from '../described/Said';
import { LevelMark, StatusMark } from '../kit/Mark';
import { SERVED } from '../kit/served';
import { Chip } from '../kit/Panel';
import { Tabs } from '../kit/Tabs';
import { Value, ValueDiff } from './Value';
import { Resolution } from './Resolution';
import type { FallRow } from './waterfall';

/** What one node was given, what it gave, who answered and how often it tried. */
export function NodeDrawer({
  run,
  row,
  title,
  tab,
  onTab,
}: {
  readonly run: Run;
  readonly row: FallRow;
  readonly title: string;
  readonly tab: string;
  readonly onTab: (tab: string) => void;
}) {
  const text = useText();
  const { node } = row;
  const served = node.servedBy == null ? undefined : SERVED[node.servedBy];
  const tabs = [
    { id: 'input', label: text('trace.input') },
    { id: 'output', label: text('trace.output') },
    { id: 'diff', label: text('trace.diff') },
    ...(node.extension == null ? [] : [{ id: 'resolution', label: text('trace.resolution') }]),
    {
      id: 'attempts',
      label: text('trace.attempts'),
      count: node.attempts.length,
      ...(node.error == null ? {} : { tone: 'failed' as const }),
    },
  ];
  const shown = tabs.some((one) => one.id === tab) ? tab : 'output';
  return (
    <section className="tr-drawer" aria-label={node.address}>
      <header>
        <StatusMark status={row.isUndo && node.status === 'succeeded' ? 'compensated' : node.status} />
        {title === node.address ? null : <strong>{title}</strong>}
        <span className={title === node.address ? 'mono tr-address' : 'mono dim'}>{node.address}</span>
        {node.use == null ? null : <span className="mono dim">{node.use}</span>}
        {node.extension == null ? null : (
          <Chip>
            <LevelMark level={node.extension.level} />
            <span className="mono">{node.extension.name}</span>
          </Chip>
        )}
        {served === undefined ? null : <Chip>{text(served)}</Chip>}
        {node.skip == null ? null : (
          <Chip>{text(node.skip.kind === 'when' ? 'trace.skipWhen' : 'trace.skipDead')}</Chip>
        )}
        {node.items == null ? null : (
          <Chip>{text('trace.items', { total: node.items.total, failed: node.items.failed })}</Chip>
        )}
        {node.isTruncated === true ? <Chip>{text('trace.truncated')}</Chip> : null}
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
        <div className="tr-pane scroll">
          <Pane row={row} tab={shown} />
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
  if (node.error != null)
    return (
      <p className="tr-error">
        <strong className="mono">{node.error.code}</strong> <span className="dim">{node.error.class}</span>
        <br />
        <Said code={node.error.code} message={node.error.message ?? ''} />
      </p>
    );
  return <Value value={node.output} none={node.skip == null ? text('trace.noOutput') : node.skip.reason} />;
}

function Attempts({ row }: { readonly row: FallRow }) {
  const text = useText();
  const duration = useDuration();
  if (row.node.attempts.length === 0) return <p className="dim">{text('trace.noAttempts')}</p>;
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
