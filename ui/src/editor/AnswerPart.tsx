import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { catalogQuery, readDraft, writeDraft } from '../api/catalog';
import { rowQuery } from '../api/extensions';
import { flowQuery } from '../api/flows';
import type { IdentitySearch } from '../app/search';
import { useText } from '../app/text';
import { Button } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { useNotes } from '../kit/Live';
import { LevelMark } from '../kit/Mark';
import type { Place } from '../matrix/lookup';
import { starterOf } from '../matrix/override';
import { type AnswerRow, answersOf } from './answers';
import { useEditing } from './session';

/** Who answers at this node for the identity in the bar, and the way to an answer of its own. */
export function AnswerPart({ point }: { readonly point: string }) {
  const text = useText();
  const { flow, isReadOnly } = useEditing();
  const identity: IdentitySearch = useSearch({ strict: false });
  const { bizId, scenario } = { bizId: identity.bizId ?? null, scenario: identity.scenario ?? null };
  const useCase = useQuery(flowQuery(flow)).data?.useCase ?? flow;
  const matrix = useQuery(rowQuery(point)).data;
  const draw = useDraw(point);
  if (matrix === undefined) return null;
  const place = { useCase, bizId, scenario };
  const rows = answersOf(matrix, point, place);
  const own = rows[0];
  return (
    <div className="answers">
      <ul>
        {rows.map((row) => (
          <li key={String(row.level)} className={row.isHit ? 'answers-hit' : ''}>
            <LevelMark level={row.level} />
            <Stated row={row} />
            {row.isHit ? <em>{text('answers.hit')}</em> : null}
          </li>
        ))}
      </ul>
      {rows.some((row) => row.isHit) ? null : <p className="k-error">{text('answers.none')}</p>}
      {own?.place === undefined || own.name !== undefined || isReadOnly ? null : (
        <Button icon={<Icon name="plus" />} onPress={() => void draw(place)}>
          {text('answers.draw', {
            who: [useCase, bizId, scenario].filter((one) => one !== null).join(' ▸ '),
          })}
        </Button>
      )}
    </div>
  );
}

function Stated({ row }: { readonly row: AnswerRow }) {
  const text = useText();
  if (row.name === undefined) return <span className="dim">{text('answers.absent')}</span>;
  if (row.file === undefined || row.level === 'default') return <strong className="mono">{row.name}</strong>;
  return (
    <Link
      to="/flows/$name"
      params={{ name: row.name }}
      search={(old) => ({ ...old, file: row.file, view: undefined })}
    >
      <strong className="mono">{row.name}</strong>
    </Link>
  );
}

/** Keeps a draft of a small flow for the place, unless there is one, and opens it. */
function useDraw(point: string): (place: Place) => Promise<void> {
  const matrix = useQuery(rowQuery(point)).data;
  const revision = useQuery(catalogQuery).data?.revision ?? 0;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const say = useNotes((state) => state.say);
  return async (place) => {
    const found = matrix?.points.find((one) => one.name === point);
    if (found === undefined) return;
    const { path, name, text } = starterOf(found, place);
    try {
      if ((await readDraft(path)) === undefined) await writeDraft(path, text, revision, undefined);
      queries.removeQueries({ queryKey: ['draft', path] });
      await navigate({
        to: '/flows/$name',
        params: { name },
        search: (old) => ({ ...old, file: path, view: undefined, drawer: undefined }),
      });
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), 'failed');
    }
  };
}
