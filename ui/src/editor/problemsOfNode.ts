import { useMemo } from 'react';
import type { Diagnostic } from '../api/diagnostics';
import { offsetOf, useNodeAt, useProblems } from './problems';
import { useProjection } from './session';

/** Diagnostics whose place lies in one node's text. */
export function useNodeProblems(key: string): readonly Diagnostic[] {
  const problems = useProblems();
  const nodeAt = useNodeAt();
  const { text } = useProjection();
  return useMemo(
    () => problems.filter((one) => one.range != null && nodeAt(offsetOf(text, one.range.start)) === key),
    [problems, nodeAt, text, key],
  );
}
