import { useMemo, useState } from 'react';
import { type Key, useText } from '../app/text';
import { Button } from '../kit/Button';
import { Choice as Toggle } from '../kit/Choice';
import { type Choice, type Region, merged, regionsOf } from './regions';

const KIND: Readonly<Record<Region['kind'], Key>> = {
  same: 'merge.same',
  mine: 'merge.fromMine',
  theirs: 'merge.fromTheirs',
  both: 'merge.fromBoth',
  conflict: 'merge.conflict',
};

/** Two versions of one draft over their common origin. What does not collide is joined; the rest is asked. */
export function MergePanel({
  base,
  mine,
  theirs,
  onMerged,
}: {
  readonly base: string;
  readonly mine: string;
  readonly theirs: string;
  readonly onMerged: (text: string) => void;
}) {
  const text = useText();
  const regions = useMemo(() => regionsOf(base, mine, theirs), [base, mine, theirs]);
  const [choices, setChoices] = useState<ReadonlyMap<number, Choice>>(new Map());
  const conflicts = regions.flatMap((region, i) => (region.kind === 'conflict' ? [i] : []));
  const open = conflicts.filter((i) => !choices.has(i)).length;
  return (
    <section className="mg" aria-label={text('merge.title')}>
      <p>{text('merge.sum', { conflicts: conflicts.length, open })}</p>
      <div className="mg-regions scroll">
        {regions.map((region, i) => (
          <RegionView
            key={i}
            region={region}
            choice={choices.get(i)}
            onChoose={(choice) => setChoices(new Map(choices).set(i, choice))}
          />
        ))}
      </div>
      <Button look="main" isDisabled={open > 0} onPress={() => onMerged(merged(regions, choices))}>
        {text('merge.done')}
      </Button>
    </section>
  );
}

const CONTEXT = 2;

function RegionView({
  region,
  choice,
  onChoose,
}: {
  readonly region: Region;
  readonly choice: Choice | undefined;
  readonly onChoose: (choice: Choice) => void;
}) {
  const text = useText();
  if (region.kind === 'same') return <Same lines={region.base} />;
  if (region.kind !== 'conflict')
    return (
      <div className="mg-part" data-kind={region.kind}>
        <small>{text(KIND[region.kind])}</small>
        <pre>{(region.kind === 'theirs' ? region.theirs : region.mine).join('\n')}</pre>
      </div>
    );
  return (
    <div className="mg-part" data-kind="conflict" data-open={choice === undefined ? true : undefined}>
      <small>{text('merge.conflict')}</small>
      <div className="mg-sides">
        <pre data-off={choice === 'theirs' ? true : undefined}>{region.mine.join('\n')}</pre>
        <pre data-off={choice === 'mine' ? true : undefined}>{region.theirs.join('\n')}</pre>
      </div>
      <Toggle
        label={text('merge.choose')}
        value={choice ?? ''}
        onChange={(id) => onChoose(id === 'theirs' || id === 'both' ? id : 'mine')}
        options={[
          { id: 'mine', label: text('merge.mine') },
          { id: 'theirs', label: text('merge.theirs') },
          { id: 'both', label: text('merge.both') },
        ]}
      />
    </div>
  );
}

function Same({ lines }: { readonly lines: readonly string[] }) {
  const text = useText();
  if (lines.length <= 2 * CONTEXT + 1) return <pre className="mg-same">{lines.join('\n')}</pre>;
  return (
    <>
      <pre className="mg-same">{lines.slice(0, CONTEXT).join('\n')}</pre>
      <p className="mg-folded dim">{text('merge.folded', { count: lines.length - 2 * CONTEXT })}</p>
      <pre className="mg-same">{lines.slice(-CONTEXT).join('\n')}</pre>
    </>
  );
}
