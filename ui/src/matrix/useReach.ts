/** Which gaps a call can reach: a plan that never asks a point cannot miss it. */
import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Matrix } from '../api/extensions';
import { type Effective, effectiveQuery } from '../api/flows';
import { type Unasked, find, keyOf, lookupOf, placeOf, unaskedKey } from './lookup';

/** More plans than this are not read for one look at the matrix. */
const MOST = 80;

const NONE: Unasked = new Set();

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
  const places = matrix.identities.map(placeOf);
  const found = new Map<string, Question>();
  for (const point of matrix.points) {
    const cases = new Set(
      [...(lookup.stated.get(point.name)?.values() ?? [])].map((cell) => places[cell.identity]?.useCase),
    );
    const asked = places.filter((place) => cases.has(place.useCase) && point.flows.includes(place.useCase));
    const gaps = asked.filter((place) => find(lookup, point.name, place).level === null);
    // A plan that does get an answer shows that the point can be seen in a plan at all.
    const seen =
      gaps.length === 0 ? undefined : asked.find((place) => find(lookup, point.name, place).level === 1);
    for (const place of seen === undefined ? gaps : [...gaps, seen])
      found.set(keyOf(place.useCase, place.bizId, place.scenario), { flow: place.useCase, ...place });
    if (found.size > MOST) return [];
  }
  return [...found.values()];
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
  if (questions.length === 0) return NONE;
  const found = new Set<string>();
  questions.forEach((one, i) => {
    const plan = plans[i];
    if (plan === undefined) return;
    for (const point of matrix.points)
      if (point.flows.includes(one.flow) && visible.has(point.name) && !asks(plan, point.name))
        found.add(unaskedKey(point.name, keyOf(one.useCase, one.bizId, one.scenario)));
  });
  return found.size === 0 ? NONE : found;
}
