import type { Title } from '../core/title';
import { queryOptions } from '@tanstack/react-query';
import type { Json, JsonObject } from '../core/json';
import type { CasesRequest, CasesResult, TestRequest } from './generated/flows';
import type * as Told from './generated/flows';
import type { Effective } from './generated/effective';
import { type Page, type Part, get, post } from './http';
import type { Identity } from './identity';
import type { Run } from './runs';

export type { Effective, EffectiveNode } from './generated/effective';
export type { CasesResult, CaseResult, FlowCase as ServedCase } from './generated/flows';
type Needed =
  | 'name'
  | 'version'
  | 'useCase'
  | 'isDurable'
  | 'variants'
  | 'triggers'
  | 'nodes'
  | 'file'
  | 'state';
export type FlowItem = Part<Told.FlowItem, Needed>;
export type Flow = Part<Told.Flow, Needed | 'text' | 'input' | 'cases'>;
export type TestResult = Omit<Part<Told.TestResult, 'passed' | 'differences'>, 'run'> & {
  readonly run: Run | null;
};

export interface Case {
  /** What it shows: one text, or one for each language. */
  readonly name?: Title;
  readonly input?: Json;
  readonly identity?: Identity;
  readonly mocks?: JsonObject;
  readonly expect?: JsonObject;
}
export const flowsQuery = queryOptions({
  queryKey: ['flows'],
  queryFn: ({ signal }) => get<Page<FlowItem>>('/v1/flows', {}, signal),
  staleTime: 5_000,
});

export function flowQuery(name: string) {
  return queryOptions({
    queryKey: ['flow', name],
    queryFn: ({ signal }) => get<Flow>(`/v1/flows/${encodeURIComponent(name)}`, {}, signal),
    staleTime: 5_000,
    retry: false,
    // A flow that is a draft only answers 404 once, not again with every part that looks at it.
    retryOnMount: false,
  });
}

export function effectiveQuery(name: string, identity: Identity) {
  const { bizId, scenario } = identity;
  return queryOptions({
    queryKey: ['flow', name, 'effective', bizId ?? null, scenario ?? null],
    queryFn: ({ signal }) =>
      get<Effective>(`/v1/flows/${encodeURIComponent(name)}/effective`, { bizId, scenario }, signal),
    retry: false,
  });
}

/** A draft to run, with a case as the editor has it. */
export type Test = Omit<TestRequest, 'case'> & { readonly case: Case };

export function testFlow(name: string, body: Test): Promise<TestResult> {
  return post(`/v1/flows/${encodeURIComponent(name)}/test`, body);
}

export function runCases(name: string, body: CasesRequest): Promise<CasesResult> {
  return post(`/v1/flows/${encodeURIComponent(name)}/cases`, body);
}
