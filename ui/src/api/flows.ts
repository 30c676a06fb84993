import type { Title } from '../core/title';
import { queryOptions } from '@tanstack/react-query';
import type { Json, JsonObject } from '../core/json';
import type { Diagnostic } from './diagnostics';
import { type Page, get, post } from './http';
import type { Identity, Level } from './identity';
import type { Run } from './runs';

export interface FlowItem {
  readonly name: string;
  readonly title?: Title | null;
  readonly version: number;
  readonly useCase: string;
  readonly isDurable: boolean;
  readonly owner?: string | null;
  /** Pinyin and initials of the Chinese title, for search. */
  readonly pinyin?: string;
  readonly initials?: string;
  readonly labels?: Readonly<Record<string, Title>>;
  readonly description?: Title | null;
  readonly variants: readonly {
    readonly name: string;
    readonly bizId: string | null;
    readonly scenario: string | null;
    readonly level: Level;
  }[];
  readonly triggers: {
    readonly http?: { readonly method: string; readonly path: string } | null;
    readonly cron?: Json;
    readonly consume?: Json;
  };
  readonly nodes: readonly { readonly id: string; readonly kind: string }[];
  readonly file: string;
  readonly state: 'published' | 'draft';
  readonly stats?: {
    readonly calls: number;
    readonly errors: number;
    readonly p95Ms: number | null;
    readonly perMinute: readonly number[];
  } | null;
}
export interface Case {
  /** What it shows: one text, or one for each language. */
  readonly name?: Title;
  readonly input?: Json;
  readonly identity?: Identity;
  readonly mocks?: JsonObject;
  readonly expect?: JsonObject;
}
/** A case as the engine gives it: its name for programs, its title for people. */
export interface ServedCase extends Omit<Case, 'name'> {
  readonly name?: string | null;
  readonly title?: Title | null;
}
export interface Flow extends FlowItem {
  readonly text: string;
  readonly input: JsonObject | null;
  readonly output: Json;
  readonly cases: readonly ServedCase[];
}
export interface EffectiveNode {
  readonly id: string;
  readonly kind: string;
  readonly title?: Title | null;
  readonly use?: string | null;
  /** `base` or the name of the variant that states it. */
  readonly origin: string;
  readonly change: null | 'added' | 'replaced' | 'changed';
  readonly needs: readonly { readonly from: string; readonly kind: 'order' | 'need' | 'switch' | 'data' }[];
  readonly extension?: { readonly name: string | null; readonly level: Level | null } | null;
}
export interface Effective {
  readonly level: Level;
  readonly planHash: string;
  readonly variants: readonly string[];
  readonly nodes: readonly EffectiveNode[];
  readonly removed: readonly { readonly id: string; readonly by: string }[];
}
export interface Difference {
  readonly path: string;
  readonly expected: Json;
  readonly actual: Json;
}
export interface TestResult {
  readonly run: Run | null;
  readonly passed: boolean;
  readonly differences: readonly Difference[];
  readonly diagnostics?: readonly Diagnostic[];
}
export interface CaseResult {
  readonly name: string;
  readonly title?: Title | null;
  readonly passed: boolean;
  readonly differences: readonly Difference[];
  readonly durationMs: number;
  readonly run?: Run | null;
}
export interface CasesResult {
  readonly passed: number;
  readonly failed: number;
  readonly cases: readonly CaseResult[];
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

export interface TestRequest {
  readonly text?: string;
  readonly file?: string;
  readonly case: Case;
  readonly until?: string;
  readonly live?: boolean;
}

export function testFlow(name: string, body: TestRequest): Promise<TestResult> {
  return post(`/v1/flows/${encodeURIComponent(name)}/test`, body);
}

export function runCases(
  name: string,
  body: { readonly text?: string; readonly file?: string },
): Promise<CasesResult> {
  return post(`/v1/flows/${encodeURIComponent(name)}/cases`, body);
}
