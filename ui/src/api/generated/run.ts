/** Written by scripts/api.mjs from the engine's /openapi.json; change it there. */
import type { Json } from '../../core/json';
import type {
  Class,
  LateMessage,
  Level,
  NodeFailure,
  NodeStatus,
  ServedBy,
  UndoReason,
  WaitKind,
} from './shared';

/** A run with all that is known of it. */
export interface Run {
  /** Its id; later runs have greater ones. */
  readonly id: string;
  /** The flow. */
  readonly flow: string;
  /** `metadata.version` of the flow. */
  readonly version: number;
  /** Level one of its identity. */
  readonly useCase: string;
  /** The biz id, null for the default. */
  readonly bizId: string | null;
  /** The scenario, null for the default. */
  readonly scenario: string | null;
  /** The level of the lookup at which its plan answered: 1 exact, 2 business, 3 use case. */
  readonly level: 1 | 2 | 3;
  /** The plan's hash. */
  readonly planHash: string;
  /** How it stands. */
  readonly status: RunStatus;
  /** Journalled. */
  readonly isDurable: boolean;
  /** Something that was not critical failed. */
  readonly isDegraded: boolean;
  /** When it started. */
  readonly startedAt: string;
  /** When it ended. */
  readonly endedAt: string | null;
  /** How long it took, or takes so far. */
  readonly durationMs: number;
  /** What started it. */
  readonly trigger: RunTrigger;
  /** Its business key. */
  readonly key: string | null;
  /** Why it did not end well, whole. */
  readonly error?: RunFailure;
  /** What it was given; null when it was too large to keep. */
  readonly input: Json;
  /** What it answered; null while it has not, and when it was too large to keep. */
  readonly output: Json;
  /** False when what its nodes did was not kept. */
  readonly isTraced: boolean;
  /** Its nodes in the order in which they settled. */
  readonly nodes: readonly RunNode[];
  /** What undid nodes, in the order in which it began. */
  readonly compensations: readonly RunCompensation[];
  /** What it waits for. */
  readonly waits: readonly RunWait[];
  /** The run that started it. */
  readonly parent: string | null;
  /** What an operator may do with it. */
  readonly actions: readonly RunAction[];
  /** Messages that came after their wait had ended; of durable runs. */
  readonly late?: readonly LateMessage[];
  /** The first hundred runs it started: of detached flows, and when it was run again. */
  readonly children: readonly RunChild[];
}
/** What an operator asked for. */
export type RunAction = 'retry' | 'skip' | 'resume' | 'cancel';
/** One try of one node. */
export interface RunAttempt {
  /** From 1. */
  readonly number: number;
  /** Since the run started. */
  readonly offsetMs: number;
  /** How long it took. */
  readonly durationMs: number;
  /** How it failed. */
  readonly error?: NodeFailure;
}
/** One failed node behind a failure. */
export interface RunCause {
  /** The node's address. */
  readonly node: string;
  /** Its code. */
  readonly code: string;
  /** Its class. */
  readonly class: Class;
  /** What happened. */
  readonly message: string;
}
/** A run that another one started. */
export interface RunChild {
  /** Its id. */
  readonly id: string;
  /** Its flow. */
  readonly flow: string;
  /** How it stands. */
  readonly status: RunStatus;
  /** The address of the node that started it; null when it is the run again. */
  readonly node: string | null;
}
/** What undid one node, in the shape of a node. */
export interface RunCompensation {
  /** The address of the node that was undone. */
  readonly address: string;
  /** The same. */
  readonly id: string;
  /** The word of the kind of what undoes it. */
  readonly kind: string;
  /** The component, point or flow that undoes it. */
  readonly use: string | null;
  /** How far it has come. */
  readonly status: NodeStatus;
  /** Why the node was to be undone. */
  readonly reason?: UndoReason;
  /** When it began. */
  readonly startedAt: string | null;
  /** Since the run started. */
  readonly offsetMs: number;
  /** How long it took. */
  readonly durationMs: number;
  /** Its tries. */
  readonly attempts: readonly RunAttempt[];
  /** How often it was tried. */
  readonly tries?: number;
  /** A value was too large to keep. */
  readonly isTruncated: boolean;
  /** Why it could not be undone. */
  readonly error?: NodeFailure;
}
/** Why a run did not end well: a list says which code, class and node, the run's own page all of it. */
export interface RunFailure {
  /** The code the caller saw. */
  readonly code: string;
  /** Its class. */
  readonly class: Class;
  /** The node that failed. */
  readonly node: string | null;
  /** The page of the code. */
  readonly type?: string;
  /** The HTTP status the caller got. */
  readonly status?: number;
  /** What the caller was told. */
  readonly detail?: string;
  /** What happened. */
  readonly message?: string;
  /** The run. */
  readonly run?: string;
  /** Whether the same call may succeed later. */
  readonly retriable?: boolean;
  /** Every failure on the way. */
  readonly causes?: readonly RunCause[];
}
/** A run as lists show it. */
export interface RunItem {
  /** Its id; later runs have greater ones. */
  readonly id: string;
  /** The flow. */
  readonly flow: string;
  /** `metadata.version` of the flow. */
  readonly version: number;
  /** Level one of its identity. */
  readonly useCase: string;
  /** The biz id, null for the default. */
  readonly bizId: string | null;
  /** The scenario, null for the default. */
  readonly scenario: string | null;
  /** The level of the lookup at which its plan answered: 1 exact, 2 business, 3 use case. */
  readonly level: 1 | 2 | 3;
  /** The plan's hash. */
  readonly planHash: string;
  /** How it stands. */
  readonly status: RunStatus;
  /** Journalled. */
  readonly isDurable: boolean;
  /** Something that was not critical failed. */
  readonly isDegraded: boolean;
  /** When it started. */
  readonly startedAt: string;
  /** When it ended. */
  readonly endedAt: string | null;
  /** How long it took, or takes so far. */
  readonly durationMs: number;
  /** What started it. */
  readonly trigger: RunTrigger;
  /** Its business key. */
  readonly key: string | null;
  /** Why it did not end well. */
  readonly error?: RunFailure;
}
/** What is told about one node. */
export interface RunNode {
  /** Its address within the run, such as `close[3].lock`. */
  readonly address: string;
  /** Its id within its body. */
  readonly id: string;
  /** The word of its kind. */
  readonly kind: string;
  /** The component, point or flow it names. */
  readonly use?: string;
  /** Where it stands. */
  readonly status: NodeStatus;
  /** Why it did not run. */
  readonly skip?: RunNodeSkip;
  /** When it started. */
  readonly startedAt?: string;
  /** Since the run started. */
  readonly offsetMs: number;
  /** How long it took. */
  readonly durationMs: number;
  /** Its tries. */
  readonly attempts: readonly RunAttempt[];
  /** Which extension answered. */
  readonly extension?: RunNodeExtension;
  /** What it was given, when values are kept. */
  readonly input?: Json;
  /** What it gave, when values are kept. */
  readonly output?: Json;
  /** A value was too large to keep. */
  readonly isTruncated: boolean;
  /** How it failed. */
  readonly error?: NodeFailure;
  /** Who gave its output. */
  readonly servedBy?: ServedBy;
  /** How its items fared. */
  readonly items?: RunNodeItems;
}
/** Which extension answered. */
export interface RunNodeExtension {
  /** The point. */
  readonly point: string;
  /** The extension; several by a comma. */
  readonly name: string;
  /** Where it was found. */
  readonly level: Level;
  /** The keys tried (use case, biz id, scenario), the one that hit last. */
  readonly tried: readonly (readonly [string, string, string])[];
}
/** How the items of a `foreach` fared. */
export interface RunNodeItems {
  /** All of them. */
  readonly total: number;
  /** Those that failed. */
  readonly failed: number;
}
/** Why a node did not run. */
export interface RunNodeSkip {
  /**
   * `when`: an optional step; `dead`: not on the way that was taken; `filtered`: a switch let nothing through
   * to it.
   */
  readonly kind: 'when' | 'dead' | 'filtered';
  /** In words. */
  readonly reason: string;
}
/** What one call asks for. */
export interface RunOrder {
  /** Why; it stands in the run's journal. */
  readonly reason?: string;
  /** The address of the node it is about; absent = whatever the run is stuck at. */
  readonly node?: string | null;
}
/** What became of one run. */
export interface RunOrderResult {
  /** The run. */
  readonly id: string;
  /** It was done, or would be. */
  readonly ok: boolean;
  /** Why not. */
  readonly code?: string;
}
/** What became of each run. */
export interface RunOrderResults {
  /** In the order in which they were asked for. */
  readonly results: readonly RunOrderResult[];
}
/** One action on several runs. */
export interface RunOrders {
  /** What to do. */
  readonly action: RunAction;
  /** The runs. */
  readonly ids: readonly string[];
  /** Why; it stands in the runs' journals. */
  readonly reason?: string | null;
  /** Only say what would be allowed. */
  readonly dryRun?: boolean;
}
/** A part of the list of runs. */
export interface RunPage {
  /** Newest first. */
  readonly items: readonly RunItem[];
  /** The cursor of the next page; null = this is all. */
  readonly next: string | null;
  /**
   * How many there are of each status, for the filter without `status`; of durable runs the newest 5,000
   * count.
   */
  readonly counts: { readonly [key: string]: number };
}
/** Where a run stands. */
export type RunStatus =
  | 'running'
  | 'waiting'
  | 'succeeded'
  | 'failed'
  | 'compensated'
  | 'cancelled'
  | 'timed_out'
  | 'parked';
/** What started a run. */
export type RunTrigger = 'call' | 'cron' | 'flow' | 'rerun';
/** What a run waits for. */
export interface RunWait {
  /** The address of the node that waits. */
  readonly address: string;
  /** For a message, or for a time. */
  readonly kind: WaitKind;
  /** Since when. */
  readonly since: string;
  /** Until when at the latest. */
  readonly until: string | null;
  /** The channel its message comes in by. */
  readonly channel: string | null;
  /** What its message is about. */
  readonly key: string | null;
}
