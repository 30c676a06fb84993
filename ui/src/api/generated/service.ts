/** Written by scripts/api.mjs from the engine's /openapi.json; change it there. */
import type { Diagnostic } from './shared';

/** What a breaker does with calls. */
export type BreakerState = 'closed' | 'open' | 'half_open';
/** One circuit breaker. */
export interface BreakerStatus {
  /** Component and target. */
  readonly key: string;
  /** What it does with calls. */
  readonly state: BreakerState;
}
/** A file that changed on both sides. */
export interface Conflict {
  /** The file. */
  readonly path: string;
}
/** What serves, and what was refused. */
export interface EngineStatus {
  /** Of the program. */
  readonly version: string;
  /** Whether the designer is built in. */
  readonly ui: boolean;
  /** The revision that serves. */
  readonly revision: number;
  /** SHA-256 over its documents, in hex. */
  readonly hash: string;
  /** When it was published. */
  readonly publishedAt: string;
  /** How many documents serve. */
  readonly documents: number;
  /** How many warnings they have. */
  readonly warnings: number;
  /** The last set that did not load, until one does. */
  readonly rejected: RejectedSet | null;
  /** Files that both the directory and a publish have changed. */
  readonly conflicts: readonly Conflict[];
  /** Circuit breakers. */
  readonly breakers: readonly BreakerStatus[];
  /** Where state is kept. */
  readonly store: StoreStatus;
  /** It is stopping. */
  readonly isClosing: boolean;
}
/** The process lives. */
export interface Health {
  /** `ok`. */
  readonly status: string;
}
/** Who asks. */
export interface Me {
  /** The name in histories. */
  readonly name: string;
  /** What they may do. */
  readonly rights: readonly Permission[];
  /** The language their browser asks for. */
  readonly locale: 'en' | 'zh';
}
/** What a caller may do with a route. */
export type Permission = 'open' | 'view' | 'invoke' | 'operate' | 'author' | 'publish';
/** It takes calls. */
export interface Readiness {
  /** `ready`. */
  readonly status: string;
  /** The revision that serves. */
  readonly revision: number;
}
/** A set of documents that does not load. */
export interface RejectedSet {
  /** When it was refused. */
  readonly at: string;
  /** Everything found. */
  readonly diagnostics: readonly Diagnostic[];
}
/** Where state is kept. */
export interface StoreStatus {
  /** On disk, or gone with the process. */
  readonly kind: 'sled' | 'memory';
}
