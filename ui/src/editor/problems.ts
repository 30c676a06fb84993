/** All diagnostics of the draft from the engine's own validator, placed on nodes. No second validator here. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { validate } from '../api/catalog';
import type { Diagnostic, Position } from '../api/diagnostics';
import { useEditing, useProjection } from './session';

const PAUSE_MS = 400;

/** The text after a pause in typing. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

export function useDiagnosis() {
  const { file, session } = useEditing();
  const { source: text } = useProjection();
  const settled = useSettled(session.text === text ? text : session.text);
  return useQuery({
    queryKey: ['validate', file, settled],
    queryFn: () => validate([{ path: file, text: settled }]),
    placeholderData: (old) => old,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30_000,
    retry: false,
  });
}

/** Diagnostics of this file, errors first, in the order of the text. */
export function useProblems(): readonly Diagnostic[] {
  const { file, session } = useEditing();
  const { data } = useDiagnosis();
  const { isStale } = useProjection();
  return useMemo(() => {
    const weight = (one: Diagnostic) => (one.severity === 'error' ? 0 : one.severity === 'warning' ? 1 : 2);
    const own = (data?.diagnostics ?? []).filter((one) => sameFile(one.file, file));
    const sorted = [...own].sort(
      (a, b) => weight(a) - weight(b) || (a.range?.start.line ?? 0) - (b.range?.start.line ?? 0),
    );
    if (sorted.length > 0 || !isStale) return sorted;
    return session.tree.faults.map(
      (fault): Diagnostic => ({
        code: fault.code,
        severity: 'error',
        message: fault.message,
        file,
        range: { start: { line: fault.line, column: 1 }, end: { line: fault.line, column: 1 } },
      }),
    );
  }, [data, file, isStale, session]);
}

function sameFile(a: string, b: string): boolean {
  return a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`);
}

export function offsetOf(text: string, position: Position): number {
  let at = 0;
  for (let line = 1; line < position.line; line += 1) {
    const next = text.indexOf('\n', at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  return Math.min(at + position.column - 1, text.length);
}

export function useProblemsByNode(): ReadonlyMap<
  string,
  { readonly errors: number; readonly warnings: number }
> {
  const problems = useProblems();
  const { source: text, keyAt } = useProjection();
  return useMemo(() => {
    const found = new Map<string, { errors: number; warnings: number }>();
    for (const one of problems) {
      const key =
        one.range === null || one.range === undefined ? undefined : keyAt(offsetOf(text, one.range.start));
      if (key === undefined) continue;
      const count = found.get(key) ?? { errors: 0, warnings: 0 };
      found.set(
        key,
        one.severity === 'error'
          ? { ...count, errors: count.errors + 1 }
          : { ...count, warnings: count.warnings + 1 },
      );
    }
    return found;
  }, [problems, keyAt, text]);
}
