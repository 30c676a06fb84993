/** Written by scripts/api.mjs from the engine's /openapi.json; change it there. */
import type { Json } from '../../core/json';

/** The pins of one flow, by node id. */
export interface Layout {
  /** By node id. */
  readonly pins: { readonly [key: string]: Pin };
}
/** A place on the canvas, in its pixels. */
export interface Pin {
  /** From the left. */
  readonly x: number;
  /** From the top. */
  readonly y: number;
}
/** One setting as an identity sees it. */
export interface Setting {
  /** Whose setting. */
  readonly useCase: string;
  /** The key. */
  readonly key: string;
  /** Its value. */
  readonly value: Json;
  /** The level that answered: 1 exact, 2 business, 3 use case. */
  readonly level: 1 | 2 | 3;
  /** The document that states it. */
  readonly document: string;
  /** The keys tried, the one that hit last. */
  readonly tried: readonly string[];
}
/** Settings with their levels. */
export interface Settings {
  /** By use case and key. */
  readonly settings: readonly Setting[];
}
