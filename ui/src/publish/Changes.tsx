import { Suspense, lazy, useState } from 'react';
import { useText } from '../app/text';
import { Choice } from '../kit/Choice';

const DiffPane = lazy(async () => ({ default: (await import('../editor/DiffPane')).DiffPane }));
const GraphDiff = lazy(async () => ({ default: (await import('./GraphDiff')).GraphDiff }));

/** What would change, as text or as a line map. */
export function Changes({
  before,
  after,
  names,
}: {
  readonly before: string;
  readonly after: string;
  readonly names?: readonly [string, string];
}) {
  const text = useText();
  const [view, setView] = useState('text');
  if (before === after) return <p className="dim">{text('publish.noChange')}</p>;
  return (
    <div className="pb-changes">
      <Choice
        label={text('publish.view')}
        value={view}
        onChange={setView}
        options={[
          { id: 'text', label: text('publish.asText') },
          { id: 'graph', label: text('publish.asGraph') },
        ]}
      />
      <Suspense fallback={<p className="dim">{text('frame.loading')}</p>}>
        {view === 'text' ? (
          <DiffPane before={before} after={after} names={names} />
        ) : (
          <GraphDiff before={before} after={after} />
        )}
      </Suspense>
    </div>
  );
}
