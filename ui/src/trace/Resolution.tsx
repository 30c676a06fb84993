import { Link } from '@tanstack/react-router';
import type { RunNode } from '../api/runs';
import { useText } from '../app/text';
import { LevelMark } from '../kit/Mark';

type Answered = NonNullable<RunNode['extension']>;

/** The keys tried in this very run; the last of them hit. */
export function Resolution({ answered }: { readonly answered: Answered }) {
  const text = useText();
  const shown = (part: string | null) => (isDefault(part) ? text('identity.default') : part);
  const last = answered.tried.length - 1;
  const place = answered.tried[0];
  return (
    <>
      <table className="tr-table">
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">{text('trace.keyTried')}</th>
            <th scope="col">{text('trace.result')}</th>
          </tr>
        </thead>
        <tbody>
          {answered.tried.map((key, i) => (
            <tr key={key.join('\n')}>
              <td className="num">{i + 1}</td>
              <td className="mono">
                {key[0]} ▸ {shown(key[1])} ▸ {shown(key[2])}
              </td>
              <td>
                {i === last && answered.level !== 'default' ? (
                  <LevelMark level={answered.level} hasText />
                ) : (
                  text('matrix.miss')
                )}
              </td>
            </tr>
          ))}
          {answered.level === 'default' ? (
            <tr>
              <td className="num">{last + 2}</td>
              <td className="mono">default:</td>
              <td>
                <LevelMark level="default" hasText />
              </td>
            </tr>
          ) : null}
        </tbody>
      </table>
      <p className="tr-answer">
        <strong className="mono">{answered.name}</strong>{' '}
        {place === undefined ? null : (
          <Link
            to="/extensions"
            search={{
              point: answered.point,
              at: `${encodeURIComponent(place[0])}:${wordOf(place[1], place[2])}`,
            }}
          >
            {text('trace.inMatrix')}
          </Link>
        )}
      </p>
    </>
  );
}

function wordOf(bizId: string | null, scenario: string | null): string {
  if (isDefault(bizId)) return '-';
  const parts = isDefault(scenario) ? [bizId] : [bizId, scenario];
  return parts.map((part) => encodeURIComponent(part ?? '')).join('/');
}

/** `default` is a reserved word: no business line and no scenario may be called so. */
function isDefault(part: string | null): boolean {
  return part === null || part === '' || part === 'default';
}
