import { useQuery } from '@tanstack/react-query';
import { Suspense, lazy } from 'react';
import { type Matrix, type Resolution, resolveQuery } from '../api/extensions';
import { ProblemError } from '../api/http';
import type { Level } from '../api/identity';
import { useText } from '../app/text';
import { Icon } from '../kit/Icon';
import { LevelMark } from '../kit/Mark';
import { Chip } from '../kit/Panel';
import { type Place, find, triesOf } from './lookup';
import type { MatrixSearch } from './place';
import type { Table } from './table';

const AskForm = lazy(async () => ({ default: (await import('./AskForm')).AskForm }));

interface ExplainProps {
  readonly matrix: Matrix;
  readonly table: Table;
  readonly point: string | undefined;
  readonly place: Place | undefined;
  readonly onChange: (change: Partial<MatrixSearch>) => void;
}

/** Any identity, the keys tried for it in order, and the hit. */
export function Explain({ matrix, table, point, place, onChange }: ExplainProps) {
  const text = useText();
  const first = table.rows.find((row) => row.kind === 'point');
  const name = point ?? (first?.kind === 'point' ? first.point.name : undefined);
  const at = place ?? { useCase: first?.kind === 'point' ? first.useCase : '', bizId: null, scenario: null };
  return (
    <section className="mx-explain" aria-label={text('matrix.explain')}>
      <Suspense fallback={<div className="mx-ask mx-ask-wait" />}>
        <AskForm matrix={matrix} point={name} place={at} onChange={onChange} />
      </Suspense>
      {name === undefined ? null : <Way table={table} point={name} place={at} />}
    </section>
  );
}

/** The engine's own answer; until it is there, what the matrix says. */
function useAnswer(table: Table, point: string, place: Place) {
  const { useCase, bizId, scenario } = place;
  const query = useQuery({ ...resolveQuery(point, { useCase, bizId, scenario }), enabled: useCase !== '' });
  const local = find(table.lookup, point, place);
  const isMissing = query.error instanceof ProblemError && query.error.problem.code === 'EXTENSION_NOT_FOUND';
  const answer = query.data;
  const level: Level | null = answer !== undefined ? answer.level : isMissing ? null : local.level;
  return {
    level,
    answer,
    implementation: answer?.implementation ?? (isMissing ? null : (local.cell?.implementation ?? null)),
    cell: local.cell,
  };
}

function Way({
  table,
  point,
  place,
}: {
  readonly table: Table;
  readonly point: string;
  readonly place: Place;
}) {
  const text = useText();
  const { level, answer, implementation, cell } = useAnswer(table, point, place);
  const tries = triesOf(place);
  const hit = tries.findIndex((one) => one[1] === level);
  return (
    <ol className="mx-way">
      {tries.map(([key, at], i) => (
        <li
          key={at}
          className="mx-stop"
          data-state={i === hit ? 'hit' : hit === -1 || i < hit ? 'miss' : 'unasked'}
        >
          <span className="mx-dot" aria-hidden="true" />
          <span className="mx-key">
            <span className="mono clip">
              {key[0]} ▸ {key[1] ?? text('identity.default')} ▸ {key[2] ?? text('identity.default')}
            </span>
            <small>
              <LevelMark level={at} hasText />
              <span>
                {text(i === hit ? 'matrix.hit' : hit === -1 || i < hit ? 'matrix.miss' : 'matrix.unasked')}
              </span>
            </small>
          </span>
        </li>
      ))}
      <li className="mx-end" data-gap={level === null ? true : undefined}>
        <Icon name={level === null ? 'ban' : 'enter'} />
        <span className="mx-key">
          <strong className="mono clip">
            {level === null ? 'EXTENSION_NOT_FOUND' : (implementation ?? text('level.point'))}
          </strong>
          <small>
            {level === null ? text('matrix.gapHelp') : <LevelMark level={level} hasText />}
            {level === null || cell?.file == null ? null : (
              <span className="mono clip">{cell.line == null ? cell.file : `${cell.file}:${cell.line}`}</span>
            )}
          </small>
        </span>
        {answer === undefined ? null : <Candidates answer={answer} />}
      </li>
    </ol>
  );
}

/** Several at one key: the guards in the order of their priority. */
function Candidates({ answer }: { readonly answer: Resolution }) {
  const text = useText();
  if (answer.candidates.length < 2) return null;
  return (
    <span className="mx-guards">
      {answer.candidates.map((one) => (
        <Chip key={one.name} title={one.when ?? text('matrix.always')}>
          <span className="mono">
            {one.priority ?? 0} {one.name}
          </span>
          <span className="dim">{one.when ?? text('matrix.always')}</span>
        </Chip>
      ))}
    </span>
  );
}
