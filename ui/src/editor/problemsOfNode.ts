import { useMemo } from 'react';
import type { Diagnostic } from '../api/diagnostics';
import { offsetOf, useProblems } from './problems';
import { useProjection } from './session';

/** Diagnostics whose place lies in one node's text. */
export function useNodeProblems(key: string): readonly Diagnostic[] {
  const problems = useProblems();
  const { source: text, keyAt } = useProjection();
  return useMemo(
    () => problems.filter((one) => one.range != null && keyAt(offsetOf(text, one.range.start)) === key),
    [problems, keyAt, text, key],
  );
}
