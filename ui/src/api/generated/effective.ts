/** Written by scripts/api.mjs from the engine's /openapi.json; change it there. */
import type { Title } from '../../core/title';
import type { RemovedNode } from './flows';
import type { Identity, Level } from './shared';

/** A flow as an identity sees it. */
export interface Effective {
  /** The level at which its plan was found. */
  readonly level: 1 | 2 | 3;
  /** The hash of the plan. */
  readonly planHash: string;
  /** The variants it was built from, outermost first. */
  readonly variants: readonly string[];
  /** For whom. */
  readonly identity: Identity;
  /** The level of what would be stated for this very identity; null = nobody could reach it. */
  readonly ownLevel: 1 | 2 | 3 | null;
  /** Its nodes. */
  readonly nodes: readonly EffectiveNode[];
  /** Nodes of the flow as written that are not there any more. */
  readonly removed: readonly RemovedNode[];
}
/** Who answers an extension node. */
export interface EffectiveExtension {
  /** The extension; null = nobody. */
  readonly name: string | null;
  /** Where it was found. */
  readonly level: Level | null;
}
/** An edge into a node. */
export interface EffectiveNeed {
  /** The node it comes from. */
  readonly from: string;
  /** What it is for. */
  readonly kind: 'need' | 'switch' | 'data';
}
/** One node of it. */
export interface EffectiveNode {
  /** Its id. */
  readonly id: string;
  /** What people read. */
  readonly title: Title | null;
  /** The word of its kind. */
  readonly kind: string;
  /** The component, point or flow that it names. */
  readonly use: string | null;
  /** What a variant did to it. */
  readonly change: 'added' | 'replaced' | 'changed' | null;
  /** What it needs. */
  readonly needs: readonly EffectiveNeed[];
  /** `base`, or the variant that states it. */
  readonly origin: string;
  /** The keys that variants changed. */
  readonly touched: readonly string[] | null;
  /** Who answers an extension node. */
  readonly extension: EffectiveExtension | null;
  /** It has a `when`. */
  readonly isOptional: boolean;
  /** It has a `compensate`. */
  readonly isUndoable: boolean;
}
