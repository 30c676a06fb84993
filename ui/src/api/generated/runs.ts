/** Written by scripts/api.mjs from the engine's /openapi.json; change it there. */
import type { UndoReason } from './shared';

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
