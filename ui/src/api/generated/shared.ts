/** Written by scripts/api.mjs from the engine's /openapi.json; change it there. */
import type { Json } from '../../core/json';

/** What kind of failure it was. Retries, fallbacks, breakers and HTTP statuses go by it. */
export type Class =
  | 'validation'
  | 'business'
  | 'not_found'
  | 'conflict'
  | 'timeout'
  | 'unavailable'
  | 'rate_limited'
  | 'cancelled'
  | 'internal';
/** A finding for programs. */
export interface Diagnostic {
  /** The code. */
  readonly code: string;
  /** How bad it is. */
  readonly severity: 'error' | 'warning';
  /** The file; empty when no text is to blame. */
  readonly file: string;
  /** Where in it. */
  readonly range: Range;
  /** The path within the document. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** The words that the message quotes, for those who translate it by its code. */
  readonly params: readonly string[];
  /** How to mend it. */
  readonly help: string;
  /** Other places that matter. */
  readonly related: readonly Related[];
}
/** Who is served: (use case, biz id, scenario). An absent part means the default. */
export interface Identity {
  /** What is being done. */
  readonly useCase: string;
  /** The business line, or the default. */
  readonly bizId?: string;
  /** The circumstances, or the default. */
  readonly scenario?: string;
}
/** A message that came after its wait had ended. */
export interface LateMessage {
  /** The channel it came in by. */
  readonly channel: string;
  /** What it is about. */
  readonly key: string;
  /** Its id. */
  readonly event: string;
  /** What it says. */
  readonly payload: Json;
  /** When it came. */
  readonly receivedAt: string;
  /** The wait it was for, if any is known. */
  readonly address: string | null;
}
/** Where the lookup found it: 1 exact, 2 business, 3 use case, or the point's own default. */
export type Level = 1 | 2 | 3 | 'default';
/** A failure as it is shown to an author. */
export interface NodeFailure {
  /** Its code. */
  readonly code: string;
  /** Its class. */
  readonly class: Class;
  /** What happened. */
  readonly message: string;
}
/** Where a node stands. */
export type NodeStatus =
  | 'pending'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'skipped'
  | 'waiting'
  | 'cancelled'
  | 'compensated';
/** A place in a text. */
export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}
/** RFC 9457 problem details with our members. */
export interface Problem {
  /** The page of the code. */
  readonly type: string;
  /** What the code means. */
  readonly title: string;
  /** The HTTP status, also in the body. */
  readonly status: number;
  /** The code. */
  readonly code: string;
  /** This occurrence. */
  readonly detail?: string;
  /** The run, when there is one. */
  readonly run?: string;
  /** The node that failed. */
  readonly node?: string;
  /** The class. */
  readonly class: Class;
  /** Whether the same call may succeed later. */
  readonly retriable: boolean;
  /** All failed nodes. */
  readonly causes?: readonly ProblemCause[];
}
/** One failed node behind a failure; never its text. */
export interface ProblemCause {
  /** The node's address. */
  readonly node: string;
  /** Its code. */
  readonly code: string;
  /** Its class. */
  readonly class: Class;
}
/** From where to where, the end excluded. */
export interface Range {
  /** The first character. */
  readonly start: Position;
  /** Behind the last one. */
  readonly end: Position;
}
/** Another place that matters. */
export interface Related {
  /** The file. */
  readonly file: string;
  /** Where in it. */
  readonly range: Range;
  /** Why it matters. */
  readonly message: string;
}
/** Who gave a node's output. */
export type ServedBy = 'call' | 'cache' | 'stale' | 'fallback' | 'otherwise' | 'mock';
/** Why a node is undone. */
export type UndoReason = 'succeeded' | 'unknown';
/** What ends a wait. */
export type WaitKind = 'callback' | 'timer';
