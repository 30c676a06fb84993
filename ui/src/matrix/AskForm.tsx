import { inWords } from '../app/words';
import { useMemo } from 'react';
import type { Matrix } from '../api/extensions';
import { useText } from '../app/text';
import { unique } from '../core/json';
import { ComboBox } from '../kit/ComboBox';
import { Select } from '../kit/Select';
import type { Place } from './lookup';
import { type MatrixSearch, placeWord } from './place';

/** A point and any identity, known or made up. */
export function AskForm({
  matrix,
  point,
  place: at,
  onChange,
}: {
  readonly matrix: Matrix;
  readonly point: string | undefined;
  readonly place: Place;
  readonly onChange: (change: Partial<MatrixSearch>) => void;
}) {
  const text = useText();
  const choices = useChoices(matrix, at);
  const go = (change: Partial<Place>) => onChange({ point, at: placeWord({ ...at, ...change }) });
  return (
    <div className="mx-ask">
      <Select
        label={text('matrix.point')}
        options={matrix.points.map((one) => ({
          id: one.name,
          label: inWords(one.title) ?? one.name,
          detail: one.name,
        }))}
        value={point ?? null}
        onChange={(chosen) => onChange({ point: chosen, at: placeWord(at) })}
      />
      <ComboBox
        label={text('identity.useCase')}
        options={choices.cases}
        value={at.useCase}
        onChange={(useCase) => go({ useCase })}
      />
      <ComboBox
        label={text('identity.bizId')}
        placeholder={text('identity.default')}
        options={choices.biz}
        value={at.bizId ?? ''}
        onChange={(bizId) => go({ bizId: bizId === '' ? null : bizId })}
      />
      <ComboBox
        label={text('identity.scenario')}
        placeholder={text('identity.default')}
        options={choices.scenes}
        value={at.scenario ?? ''}
        onChange={(scenario) => go({ scenario: scenario === '' ? null : scenario })}
      />
    </div>
  );
}

function useChoices(matrix: Matrix, at: Place) {
  return useMemo(() => {
    const options = (values: readonly (string | null | undefined)[]) =>
      unique(values.filter((value) => typeof value === 'string' && value !== ''))
        .sort()
        .map((value) => ({ id: String(value), label: String(value) }));
    const { identities } = matrix;
    return {
      cases: options(identities.map((one) => one.useCase)),
      biz: options(identities.map((one) => one.bizId)),
      scenes: options(identities.filter((one) => one.bizId === at.bizId).map((one) => one.scenario)),
    };
  }, [matrix, at.bizId]);
}
