import { useDuration, useText } from '../app/text';
import { inWords } from '../app/words';
import { StatusMark } from '../kit/Mark';
import type { Tested } from './publishing';

/** What the flows' own cases say about this text. */
export function CasesPane({
  results,
  isPending,
}: {
  readonly results: readonly Tested[] | undefined;
  readonly isPending: boolean;
}) {
  const text = useText();
  const duration = useDuration();
  if (results === undefined)
    return <p className="dim">{text(isPending ? 'publish.testing' : 'publish.testsLater')}</p>;
  if (results.every((one) => one.result.cases.length === 0))
    return <p className="dim">{text('publish.noCases')}</p>;
  return (
    <div className="pb-cases">
      {results.map(({ flow, result }) => (
        <section key={flow}>
          <h3>
            <span className="mono">{flow}</span>{' '}
            <span className="dim">
              {text('publish.casesSum', { passed: result.passed, failed: result.failed })}
            </span>
          </h3>
          <ul>
            {result.cases.map((one) => (
              <li key={one.name}>
                <StatusMark status={one.passed ? 'succeeded' : 'failed'} hasText={false} />
                <span>{inWords(one.title) ?? one.name}</span>
                <span className="num dim">{duration(one.durationMs)}</span>
                {one.differences.map((difference) => (
                  <code key={difference.path} className="pb-difference">
                    {difference.path} <del>{JSON.stringify(difference.expected)}</del>{' '}
                    <ins>{JSON.stringify(difference.actual)}</ins>
                  </code>
                ))}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
