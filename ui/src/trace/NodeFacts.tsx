import type { Run, RunNode } from '../api/runs';
import { useDuration, useMoments, useText } from '../app/text';
import { isObject } from '../core/json';
import { LevelMark } from '../kit/Mark';
import { SERVED } from '../kit/served';
import { plain } from './changes';
import { Fact } from './Fact';
import type { FallRow } from './waterfall';

/** When, how long, by whom: what is asked of every node, whatever is open beside it. */
export function NodeFacts({ run, row }: { readonly run: Run; readonly row: FallRow }) {
  const text = useText();
  const moments = useMoments();
  const duration = useDuration();
  const { node } = row;
  const isBegun = node.status !== 'pending' && node.status !== 'skipped';
  const call = callOf(node);
  const served = node.servedBy == null || node.skip != null ? undefined : SERVED[node.servedBy];
  return (
    <dl className="tr-about">
      {isBegun ? (
        <>
          <Fact name={text('trace.started')}>
            <span className="num">{moments.time(Date.parse(run.startedAt) + row.from)}</span>{' '}
            <span className="num dim">+{duration(row.from)}</span>
          </Fact>
          <Fact name={text('trace.took')}>
            <span className="num">{duration(row.to - row.from)}</span>
          </Fact>
        </>
      ) : null}
      {node.attempts.length === 0 ? null : (
        <Fact name={text('trace.attempts')}>
          <span className="num">{text('trace.times', { count: node.attempts.length })}</span>
        </Fact>
      )}
      {call === undefined ? null : (
        <Fact name={text('trace.call')}>
          <span className="mono">{call}</span>
        </Fact>
      )}
      {node.extension == null ? null : (
        <Fact name={text('trace.answered')}>
          <LevelMark level={node.extension.level} hasText />{' '}
          <span className="mono">{node.extension.name}</span>
        </Fact>
      )}
      {served === undefined ? null : <Fact name={text('trace.from')}>{text(served)}</Fact>}
      {node.skip == null ? null : (
        <Fact name={text('trace.why')}>
          {text(node.skip.kind === 'when' ? 'trace.skipWhen' : 'trace.skipDead')}
        </Fact>
      )}
      {node.items == null ? null : (
        <Fact name={text('trace.rounds')}>
          {text('trace.items', { total: node.items.total, failed: node.items.failed })}
        </Fact>
      )}
      {node.isTruncated === true ? <Fact name={text('trace.kept')}>{text('trace.truncated')}</Fact> : null}
    </dl>
  );
}

/** `orders POST /O1/close`. */
function callOf(node: RunNode): string | undefined {
  const input = plain(node.input);
  if (node.use !== 'http' || !isObject(input)) return undefined;
  const parts = [input['connection'], input['method'], input['path']];
  return parts.filter((part) => typeof part === 'string').join(' ') || undefined;
}
