/** Written by scripts/api.mjs from the engine's /openapi.json; change it there. */
import type { Json } from '../../core/json';
import type { Title } from '../../core/title';
import type { Identity, Level } from './shared';

/** One extension that may answer. */
export interface Candidate {
  /** Its name. */
  readonly name: string;
  /** Where it stands. */
  readonly level: 1 | 2 | 3;
  /** The higher one wins at one key. */
  readonly priority: number;
  /** Its guard, as written. */
  readonly when: string | null;
  /** It answers. */
  readonly chosen: boolean;
}
/** Who answers a point for an identity. */
export interface Cell {
  /** The point. */
  readonly point: string;
  /** The identity, by its place in `identities`. */
  readonly identity: number;
  /** The level that answers; null = nobody does. */
  readonly level: Level | null;
  /** The extension that answers. */
  readonly implementation: string | null;
  /** What it is written in. */
  readonly kind: 'flow' | 'rust';
  /** How many stand there; guards decide at run time. */
  readonly candidates: number;
  /** It is stated for this very identity. */
  readonly isOwn: boolean;
  /** The file that states it. */
  readonly file: string | null;
  /** Where it begins there, from 1. */
  readonly line: number | null;
}
/** All points against all identities that some document names. */
export interface Matrix {
  /** The rows. */
  readonly points: readonly Point[];
  /** The columns. */
  readonly identities: readonly Identity[];
  /** Who answers; only points that the identity's flows use, or that are implemented for it, have one. */
  readonly cells: readonly Cell[];
}
/** One extension point. */
export interface Point {
  /** Its name. */
  readonly name: string;
  /** What people read. */
  readonly title: Title | null;
  /** Its label `description`. */
  readonly description: Title | null;
  /** `metadata.version`. */
  readonly version: number;
  /** Who looks after it. */
  readonly owner: string | null;
  /** Its label `domain`. */
  readonly group: Title | null;
  /** The file that states it. */
  readonly file: string;
  /** Where it begins there, from 1. */
  readonly line: number;
  /** It has an implementation for whoever has none. */
  readonly hasDefault: boolean;
  /** The JSON Schema of what it is given. */
  readonly input: { readonly [key: string]: Json } | null;
  /** The JSON Schema of what it gives. */
  readonly output: { readonly [key: string]: Json } | null;
  /** The flows that use it. */
  readonly flows: readonly string[];
}
/** Who answers a point for an identity, and why. */
export interface Resolution {
  /** The point. */
  readonly point: string;
  /** For whom. */
  readonly identity: Identity;
  /** The keys tried (use case, biz id, scenario), in order. */
  readonly tried: readonly (readonly [string, string, string])[];
  /** The level that answers. */
  readonly level: Level;
  /** The extension that answers. */
  readonly implementation: string | null;
  /** All that stand at a key that was tried. */
  readonly candidates: readonly Candidate[];
  /** Keys that missed by a slip of spelling. */
  readonly nearMisses: readonly string[];
}
