import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { type FileChange, type Revision, diffQuery, revisionsQuery } from '../api/catalog';
import { stated } from '../app/search';
import { type Key, type Translate, useMoments, useText } from '../app/text';
import { Button } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { Chip, Empty } from '../kit/Panel';
import { Trouble } from '../kit/Trouble';
import { Changes } from './Changes';
import { RollbackDialog } from './RollbackDialog';
import './publish.css';

/** What was published, by whom and why; any revision can be looked at and published again. */
export function Revisions() {
  const text = useText();
  const search = useSearch({ from: '/revisions' });
  const navigate = useNavigate({ from: '/revisions' });
  const query = useQuery(revisionsQuery);
  if (query.isPending) return <p className="pb-wait dim">{text('frame.loading')}</p>;
  if (query.isError) return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  const list = [...query.data.items].sort((a, b) => b.revision - a.revision);
  const newest = list[0];
  if (newest === undefined) return <Empty icon="history" title={text('revisions.none')} />;
  const chosen = list.find((one) => String(one.revision) === search.revision) ?? newest;
  const against = list.find((one) => one.revision < chosen.revision);
  const set = (change: Partial<typeof search>) =>
    void navigate({ search: (old) => stated({ ...old, ...change }), replace: true });
  return (
    <div className="rv">
      <List
        list={list}
        newest={newest.revision}
        chosen={chosen.revision}
        onChoose={(revision) => set({ revision: String(revision), file: undefined })}
      />
      <Detail
        key={chosen.revision}
        revision={chosen}
        against={against?.revision}
        isNewest={chosen === newest}
        file={search.file}
        onFile={(file) => set({ file })}
      />
    </div>
  );
}

function List({
  list,
  newest,
  chosen,
  onChoose,
}: {
  readonly list: readonly Revision[];
  readonly newest: number;
  readonly chosen: number;
  readonly onChoose: (revision: number) => void;
}) {
  const text = useText();
  const moments = useMoments();
  return (
    <nav className="rv-list scroll" aria-label={text('revisions.title')}>
      <h2>{text('revisions.title')}</h2>
      <ol>
        {list.map((one) => (
          <li key={one.revision}>
            <button
              type="button"
              aria-current={one.revision === chosen}
              onClick={() => onChoose(one.revision)}
            >
              <span
                className="rv-dot"
                data-now={one.revision === newest ? true : undefined}
                aria-hidden="true"
              />
              <span className="rv-text">
                <span>
                  <strong className="mono">r{one.revision}</strong>{' '}
                  {one.revision === newest ? <Chip>{text('revisions.serving')}</Chip> : null}
                </span>
                <span className="rv-note">{noteOf(one, text)}</span>
                <small className="dim">
                  {one.by ?? '–'} · {moments.short(one.at)}
                </small>
              </span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** What the engine itself notes of an import is said in the reader's language. */
function noteOf(revision: Revision, text: Translate): string {
  if (revision.by === 'import') return text('revisions.imported');
  return revision.note ?? text('revisions.noNote');
}

interface DetailProps {
  readonly revision: Revision;
  readonly against: number | undefined;
  readonly isNewest: boolean;
  readonly file: string | undefined;
  readonly onFile: (file: string) => void;
}

const CHANGE: Readonly<Record<FileChange['change'], Key>> = {
  added: 'publish.added',
  removed: 'publish.removed',
  changed: 'publish.changed',
};

function Detail({ revision, against, isNewest, file, onFile }: DetailProps) {
  const text = useText();
  const [isRolling, setRolling] = useState(false);
  const diff = useQuery({ ...diffQuery(revision.revision, against ?? 0), enabled: against !== undefined });
  const changes = diff.data?.items ?? [];
  const shown = changes.find((one) => one.path === file) ?? changes[0];
  return (
    <section className="rv-detail">
      <header>
        <div>
          <h1>{noteOf(revision, text)}</h1>
          <p className="mono dim">
            r{revision.revision} · {revision.hash.slice(0, 12)}
          </p>
        </div>
        {isNewest ? null : (
          <Button icon={<Icon name="undo" size={14} />} onPress={() => setRolling(true)}>
            {text('revisions.rollback')}
          </Button>
        )}
      </header>
      {against === undefined ? <p className="pb-wait dim">{text('revisions.first')}</p> : null}
      {diff.isError ? <Trouble error={diff.error} /> : null}
      {diff.data !== undefined && changes.length === 0 ? (
        <p className="pb-wait dim">{text('publish.noChange')}</p>
      ) : null}
      {shown === undefined ? null : (
        <>
          <ul className="rv-files" aria-label={text('revisions.files')}>
            {changes.map((one) => (
              <li key={one.path}>
                <button type="button" aria-pressed={one === shown} onClick={() => onFile(one.path)}>
                  <span className="pb-change" data-change={one.change}>
                    {text(CHANGE[one.change])}
                  </span>
                  <span className="mono">{one.path}</span>
                </button>
              </li>
            ))}
          </ul>
          <Changes
            before={shown.before ?? ''}
            after={shown.after ?? ''}
            names={[`r${against}`, `r${revision.revision}`]}
          />
        </>
      )}
      {isRolling ? <RollbackDialog revision={revision} onClose={() => setRolling(false)} /> : null}
    </section>
  );
}
