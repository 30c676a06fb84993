/** Written by scripts/api.mjs from the engine's /openapi.json; change it there. */
import type { Json } from '../../core/json';
import type { UndoReason } from './shared';

/** What is to be different. */
export interface Rerun {
  /** Why; it stands in the log. */
  readonly reason?: string;
  /** The input of the new run; absent = that of the old one. */
  readonly input?: Json;
}
/** The run goes on in the background. */
export interface Started {
  /** The run: `GET /v1/runs/{id}`. */
  readonly id: string;
  /** How it stands. */
  readonly status: string;
}
/** What a compensation would undo. */
export interface Undo {
  /** In the order in which it would be undone. */
  readonly steps: readonly UndoStep[];
}
/** One node that would be undone. */
export interface UndoStep {
  /** Its address. */
  readonly address: string;
  /** The component, point or flow that it names. */
  readonly use: string | null;
  /** It succeeded, or nobody knows whether it did. */
  readonly reason: UndoReason;
}
