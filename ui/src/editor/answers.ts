/** Who answers at a point for one identity, key by key: from the exact one down to the point's own default. */
import type { Matrix } from '../api/extensions';
import type { Level } from '../api/identity';
import { type Place, keyOf, lookupOf, triesOf } from '../matrix/lookup';

export interface AnswerRow {
  readonly level: Level;
  readonly place: Place | undefined;
  /** What is stated at this very key; undefined when nothing is. */
  readonly name: string | undefined;
  readonly file: string | undefined;
  /** The engine asks the keys in this order and stops here. */
  readonly isHit: boolean;
}

export function answersOf(matrix: Matrix, point: string, place: Place): AnswerRow[] {
  const { stated, defaults } = lookupOf(matrix);
  const rows = triesOf(place).map(([[useCase, bizId, scenario], level]): Omit<AnswerRow, 'isHit'> => {
    const cell = stated.get(point)?.get(keyOf(useCase, bizId, scenario));
    return {
      level,
      place: { useCase, bizId, scenario },
      name: cell?.implementation ?? undefined,
      file: cell?.file ?? undefined,
    };
  });
  const fallback = defaults.get(point);
  const last =
    fallback === undefined
      ? []
      : [
          {
            level: 'default' as const,
            place: undefined,
            name: fallback.implementation ?? 'default:',
            file: fallback.file ?? undefined,
          },
        ];
  const all = [...rows, ...last];
  const hit = all.findIndex((row) => row.name !== undefined);
  return all.map((row, i) => ({ ...row, isHit: i === hit }));
}
