/** Written by scripts/api.mjs from the engine's /openapi.json; change it there. */
import type { Json } from '../../core/json';
import type { Title } from '../../core/title';
import type { Run } from './run';
import type { Diagnostic } from './shared';

/** For whom a case is; null = the default. */
export interface CaseIdentity {
  /** The business line. */
  readonly bizId: string | null;
  /** The circumstances within it. */
  readonly scenario: string | null;
}
/** What became of one of them. */
export interface CaseResult {
  /** Its name. */
  readonly name: string | null;
  /** What it shows, for people. */
  readonly title: Title | null;
  /** Everything is as expected. */
  readonly passed: boolean;
  /** What is not. */
  readonly differences: readonly Difference[];
  /** How long it took. */
  readonly durationMs: number;
  /** The run. */
  readonly run: Run | null;
}
/** A draft whose cases are run. */
export interface CasesRequest {
  /** The text of the draft; absent = what serves. */
  readonly text?: string | null;
  /** The file the text is of. */
  readonly file?: string | null;
}
/** What became of all cases of a flow. */
export interface CasesResult {
  /** How many passed. */
  readonly passed: number;
  /** How many did not. */
  readonly failed: number;
  /** Each of them. */
  readonly cases: readonly CaseResult[];
  /** Why the draft does not load. */
  readonly diagnostics: readonly Diagnostic[];
}
/** One thing that is not as expected. */
export interface Difference {
  /** Where, such as `output.items[2].price` or `ran`. */
  readonly path: string;
  /** What was expected; absent = nothing was. */
  readonly expected?: Json;
  /** What there is; absent = nothing is there. */
  readonly actual?: Json;
}
/** What ran behind one edge. */
export interface EdgeTraffic {
  /** The node it comes from. */
  readonly from: string;
  /** The node it leads to. */
  readonly to: string;
  /** How many a second. */
  readonly rate: number;
  /** 95 % of them took no longer; 0 when none came. */
  readonly p95Ms: number;
  /** How many a second failed. */
  readonly errors: number;
  /** How many go on. */
  readonly inflight: number;
}
/** A flow with its text. */
export interface Flow {
  /** `metadata.name`. */
  readonly name: string;
  /** What people read. */
  readonly title: Title | null;
  /** `metadata.version`. */
  readonly version: number;
  /** Level one of its identity. */
  readonly useCase: string;
  /** Who looks after it. */
  readonly owner: string | null;
  /** `metadata.labels`. */
  readonly labels: { readonly [key: string]: Title };
  /** Its label `description`. */
  readonly description: Title | null;
  /** Journalled, survives a crash. */
  readonly isDurable: boolean;
  /** The file that states it. */
  readonly file: string;
  /** Where it begins there, from 1. */
  readonly line: number;
  /** Its patches for businesses. */
  readonly variants: readonly FlowVariant[];
  /** What starts it beside a call by name. */
  readonly triggers: Triggers;
  /** Its nodes, as written. */
  readonly nodes: readonly FlowNode[];
  /** Whether it serves. */
  readonly state: 'published' | 'draft';
  /** The Chinese title as it sounds. */
  readonly pinyin: string;
  /** The first letter of each of its sounds. */
  readonly initials: string;
  /** The hash of its plan. */
  readonly planHash: string | null;
  /** The revision it serves from. */
  readonly revision: number;
  /** What its calls come to. */
  readonly stats: FlowFigures;
  /** The whole text of its file. */
  readonly text: string;
  /** The JSON Schema of its input. */
  readonly input: { readonly [key: string]: Json } | null;
  /** Its cases, inline or beside it. */
  readonly cases: readonly FlowCase[];
}
/** A case of a flow. */
export interface FlowCase {
  /** Its name. */
  readonly name: string | null;
  /** What it shows, for people. */
  readonly title: Title | null;
  /** What is expected, as written. */
  readonly expect: { readonly [key: string]: Json } | null;
  /** The input. */
  readonly input: Json;
  /** For whom. */
  readonly identity: CaseIdentity;
  /** What stands in for calls, by node. */
  readonly mocks: { readonly [key: string]: Json };
  /** Where it begins in its file, from 1. */
  readonly line: number;
}
/** What the calls of one flow come to since this process began. */
export interface FlowFigures {
  /** Runs that ended. */
  readonly calls: number;
  /** Those that did not end well. */
  readonly errors: number;
  /** 95 % of them took no longer; 0 when there was none. */
  readonly p95Ms: number;
  /** Calls in each of the last thirty minutes, the one that goes on last. */
  readonly perMinute: readonly number[];
}
/** A flow as lists show it. */
export interface FlowItem {
  /** `metadata.name`. */
  readonly name: string;
  /** What people read. */
  readonly title: Title | null;
  /** `metadata.version`. */
  readonly version: number;
  /** Level one of its identity. */
  readonly useCase: string;
  /** Who looks after it. */
  readonly owner: string | null;
  /** `metadata.labels`. */
  readonly labels: { readonly [key: string]: Title };
  /** Its label `description`. */
  readonly description: Title | null;
  /** Journalled, survives a crash. */
  readonly isDurable: boolean;
  /** The file that states it. */
  readonly file: string;
  /** Where it begins there, from 1. */
  readonly line: number;
  /** Its patches for businesses. */
  readonly variants: readonly FlowVariant[];
  /** What starts it beside a call by name. */
  readonly triggers: Triggers;
  /** Its nodes, as written. */
  readonly nodes: readonly FlowNode[];
  /** Whether it serves. */
  readonly state: 'published' | 'draft';
  /** The Chinese title as it sounds. */
  readonly pinyin: string;
  /** The first letter of each of its sounds. */
  readonly initials: string;
  /** The hash of its plan. */
  readonly planHash: string | null;
  /** The revision it serves from. */
  readonly revision: number;
  /** What its calls come to. */
  readonly stats: FlowFigures;
}
/** A part of a list. */
export interface FlowItemPage {
  /** The things. */
  readonly items: readonly FlowItem[];
  /** The cursor of the next page; null = this is all. */
  readonly next: string | null;
}
/** A node by id. */
export interface FlowNode {
  /** Its id. */
  readonly id: string;
  /** The word of its kind. */
  readonly kind: string;
}
/** A patch of a flow for a business. */
export interface FlowVariant {
  /** `metadata.name`. */
  readonly name: string;
  /** For which business. */
  readonly bizId: string | null;
  /** In which circumstances. */
  readonly scenario: string | null;
  /** The level at which it answers. */
  readonly level: 1 | 2 | 3;
}
/** A flow's own route. */
export interface HttpTrigger {
  /** The method. */
  readonly method: string;
  /** The path with `{name}` parameters. */
  readonly path: string;
}
/** What came within the last second. */
export interface LiveTick {
  /** When this was. */
  readonly at: string;
  /** The flow as a whole. */
  readonly flow: Traffic;
  /** What ran behind each edge. */
  readonly edges: readonly EdgeTraffic[];
}
/** A node that is not there any more. */
export interface RemovedNode {
  /** Its id. */
  readonly id: string;
  /** The word of its kind. */
  readonly kind: string;
  /** The variant that took it away. */
  readonly by: string;
}
/** A case: what a flow is given, and what is to come of it. What is not stated is not compared. */
export interface TestCase {
  /** What it shows: a text, or one for each language (`{zh, en}`). */
  readonly name?: Json;
  /** The input. */
  readonly input?: Json;
  /** For whom: `bizId`, `scenario`. */
  readonly identity?: { readonly [key: string]: string } | null;
  /** What stands in for calls, by node: a value, or `{fail: CODE}`. */
  readonly mocks?: { readonly [key: string]: Json } | null;
  /**
   * What is expected: `output`, `status`, `error`, `http`, `ran`, `skipped`, `compensated`, `level`,
   * `attempts`.
   */
  readonly expect?: { readonly [key: string]: Json } | null;
}
/** A draft to run, and the case to run it by. */
export interface TestRequest {
  /** The text of the draft; absent = what serves. */
  readonly text?: string | null;
  /** The file the text is of. */
  readonly file?: string | null;
  /** The case; one with only a `name` is the flow's own of that name. */
  readonly case?: TestCase | null;
  /** The run ends when this node has settled. */
  readonly until?: string | null;
  /** Nothing is mocked: every node calls its real service. */
  readonly live?: boolean;
  /**
   * These nodes (`load`, `channels.theirs`) call their real services, with all that lies below them; every
   * other one answers as the case says. The run takes real time.
   */
  readonly liveNodes?: readonly string[];
}
/** What became of a case. */
export interface TestResult {
  /** The run; null when the draft does not load. */
  readonly run: Run | null;
  /** Everything is as expected. */
  readonly passed: boolean;
  /** What is not. */
  readonly differences: readonly Difference[];
  /** Why the draft does not load. */
  readonly diagnostics: readonly Diagnostic[];
}
/** What came within a second. */
export interface Traffic {
  /** How many a second. */
  readonly rate: number;
  /** 95 % of them took no longer; 0 when none came. */
  readonly p95Ms: number;
  /** How many a second failed. */
  readonly errors: number;
  /** How many go on. */
  readonly inflight: number;
}
/** What starts a flow beside a call by name. */
export interface Triggers {
  /** Its own route. */
  readonly http?: HttpTrigger;
  /** Its schedule. */
  readonly cron?: string;
  /** The topic it consumes. */
  readonly consume?: string;
}
