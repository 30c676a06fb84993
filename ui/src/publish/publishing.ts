/** The state of one publication: what was found, what was tested, what stands in the way. */
import { type UseQueryResult, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { catalogQuery, dropDraft, publish, validate } from '../api/catalog';
import type { Diagnosis } from '../api/diagnostics';
import { type CasesResult, runCases } from '../api/flows';
import { ProblemError } from '../api/http';
import { type Translate, useText } from '../app/text';
import { useNotes } from '../kit/Live';

export const STEPS = ['validate', 'cases', 'diff', 'note'] as const;
export type Step = (typeof STEPS)[number];
export type StepState = 'open' | 'busy' | 'good' | 'warn' | 'bad';

export interface Tested {
  readonly flow: string;
  readonly result: CasesResult;
}

export function usePublishing(
  file: string,
  body: string,
  published: string,
  note: string,
  onDone: () => void,
) {
  const text = useText();
  const queries = useQueryClient();
  const say = useNotes((state) => state.say);
  const catalog = useQuery(catalogQuery);
  const [base, setBase] = useState<number | undefined>(undefined);
  const [moved, setMoved] = useState<number | undefined>(undefined);
  const check = useQuery({
    queryKey: ['publish', 'validate', file, body],
    queryFn: () => validate([{ path: file, text: body }]),
    retry: false,
    gcTime: 0,
  });
  const isValid = check.data !== undefined && check.data.summary.errors === 0;
  const flows = check.data?.flows ?? [];
  const tests = useQuery({
    queryKey: ['publish', 'cases', file, body, flows],
    queryFn: () => testAll(flows, file, body),
    enabled: isValid,
    retry: false,
    gcTime: 0,
  });
  const go = useMutation({
    mutationFn: () =>
      publish({
        files: [{ path: file, text: body }],
        note,
        baseRevision: base ?? catalog.data?.revision ?? 0,
      }),
    onSuccess: async (revision) => {
      await dropDraft(file).catch(() => undefined);
      void queries.invalidateQueries();
      say(text('publish.done', { revision: revision.revision }));
      onDone();
    },
    onError: (error) => {
      if (error instanceof ProblemError && error.problem.code === 'CATALOG_MOVED')
        void queries.fetchQuery({ ...catalogQuery, staleTime: 0 }).then((now) => setMoved(now.revision));
    },
  });
  const states = statesOf(check, tests, body === published, note);
  return {
    diagnosis: check.data,
    cases: tests.data,
    isTesting: isValid && tests.isPending,
    states,
    says: saysOf(states, check.data, tests.data, text),
    current:
      STEPS.find((step) => states[step] === 'bad' || states[step] === 'warn') ??
      (states.validate === 'busy' ? 'validate' : 'diff'),
    canPublish:
      isValid && body !== published && !go.isPending && catalog.data !== undefined && moved === undefined,
    publish: () => go.mutate(),
    isPublishing: go.isPending,
    moved,
    rebase: (revision: number) => {
      setBase(revision);
      setMoved(undefined);
    },
    failure: moved === undefined ? (go.error?.message ?? check.error?.message) : undefined,
  };
}

function statesOf(
  check: Pick<UseQueryResult<Diagnosis>, 'data' | 'isError'>,
  tests: Pick<UseQueryResult<readonly Tested[]>, 'data' | 'isPending' | 'isError'>,
  isSame: boolean,
  note: string,
): Readonly<Record<Step, StepState>> {
  const { errors = 0, warnings = 0 } = check.data?.summary ?? {};
  const failed = tests.data?.reduce((sum, one) => sum + one.result.failed, 0) ?? 0;
  const isChecked = check.data !== undefined;
  return {
    validate: check.isError || errors > 0 ? 'bad' : !isChecked ? 'busy' : warnings > 0 ? 'warn' : 'good',
    cases:
      !isChecked || errors > 0
        ? 'open'
        : tests.isError || failed > 0
          ? 'warn'
          : tests.isPending
            ? 'busy'
            : 'good',
    diff: isSame ? 'bad' : 'good',
    note: note.trim() === '' ? 'open' : 'good',
  };
}

function saysOf(
  states: Readonly<Record<Step, StepState>>,
  found: Diagnosis | undefined,
  tested: readonly Tested[] | undefined,
  text: Translate,
): Readonly<Partial<Record<Step, string>>> {
  const { errors = 0, warnings = 0 } = found?.summary ?? {};
  const sum = (name: 'passed' | 'failed') => tested?.reduce((all, one) => all + one.result[name], 0) ?? 0;
  return {
    ...(found === undefined
      ? {}
      : {
          validate:
            errors > 0
              ? text('publish.saysErrors', { count: errors })
              : warnings > 0
                ? text('publish.saysWarnings', { count: warnings })
                : text('publish.saysClean'),
        }),
    ...(tested === undefined
      ? {}
      : {
          cases:
            sum('failed') > 0
              ? text('publish.saysFailed', { count: sum('failed') })
              : text('publish.saysPassed', { count: sum('passed') }),
        }),
    ...(states.diff === 'good' ? { diff: text('publish.stateLook') } : {}),
    ...(states.note === 'open' ? { note: text('publish.stateNote') } : {}),
  };
}

/** Every flow the text touches runs its cases on that text. */
async function testAll(flows: readonly string[], file: string, body: string): Promise<Tested[]> {
  const tested: Tested[] = [];
  for (const flow of flows) tested.push({ flow, result: await runCases(flow, { text: body, file }) });
  return tested;
}
