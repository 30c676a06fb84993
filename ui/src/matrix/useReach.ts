/** Which gaps a call can reach: a plan that never asks a point cannot miss it. */
import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Matrix } from '../api/extensions';
import { type Effective, effectiveQuery } from '../api/flows';
import { type Unasked, find, keyOf, lookupOf, placeOf, unaskedKey } from './lookup';

/** More plans than this are not read for one look at the matrix. */
const MOST = 80;

interface Question {
  readonly flow: string;
  readonly useCase: string;
  readonly bizId: string | null;
  readonly scenario: string | null;
}

export function useReach(matrix: Matrix): Unasked {
  const questions = useMemo(() => questionsOf(matrix), [matrix]);
  const plans = useQueries({
    queries: questions.map((one) => effectiveQuery(one.flow, { bizId: one.bizId, scenario: one.scenario })),
    combine: (results) => results.map((one) => one.data),
  });
  return useMemo(() => unaskedOf(matrix, questions, plans), [matrix, questions, plans]);
}

function questionsOf(matrix: Matrix): Question[] {
  const lookup = lookupOf(matrix);
  const found = new Map<string, Question>();
  for (const point of matrix.points)
    for (const place of matrix.identities.map(placeOf)) {
      const flows = point.flows.includes(place.useCase) ? [place.useCase] : [];
      if (flows.length === 0 || !isStatedIn(matrix, point.name, place.useCase)) continue;
      if (find(lookup, point.name, place).level !== null) continue;
      for (const flow of flows)
        found.set(`${flow} ${keyOf(place.useCase, place.bizId, place.scenario)}`, { flow, ...place });
      // Plans that do answer show that the point is visible in a plan at all.
      const other = matrix.identities
        .map(placeOf)
        .find((one) => one.useCase === place.useCase && find(lookup, point.name, one).level === 1);
      if (other !== undefined)
        for (const flow of flows)
          found.set(`${flow} ${keyOf(other.useCase, other.bizId, other.scenario)}`, { flow, ...other });
    }
  return found.size > MOST ? [] : [...found.values()];
}

function isStatedIn(matrix: Matrix, point: string, useCase: string): boolean {
  return matrix.cells.some(
    (cell) => cell.point === point && matrix.identities[cell.identity]?.useCase === useCase,
  );
}

function unaskedOf(
  matrix: Matrix,
  questions: readonly Question[],
  plans: readonly (Effective | undefined)[],
): Unasked {
  const asks = (plan: Effective, point: string) =>
    plan.nodes.some((node) => node.kind === 'extension' && node.use === point);
  const visible = new Set(
    matrix.points
      .map((point) => point.name)
      .filter((name) => plans.some((plan) => plan !== undefined && asks(plan, name))),
  );
  const found = new Set<string>();
  questions.forEach((one, i) => {
    const plan = plans[i];
    if (plan === undefined) return;
    for (const point of matrix.points)
      if (point.flows.includes(one.flow) && visible.has(point.name) && !asks(plan, point.name))
        found.add(unaskedKey(point.name, keyOf(one.useCase, one.bizId, one.scenario)));
  });
  return found;
}
