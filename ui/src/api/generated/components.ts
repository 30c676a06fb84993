/** Written by scripts/api.mjs from the engine's /openapi.json; change it there. */
import type { Json } from '../../core/json';
import type { Title } from '../../core/title';

/** What can stand behind `use:`. */
export interface Component {
  /** The word behind `use:`. */
  readonly name: string;
  /** What it does to the world. */
  readonly effect: Effect;
  /** What people read. */
  readonly title: Title;
  /** The Chinese title as it sounds. */
  readonly pinyin: string;
  /** The first letter of each of its sounds. */
  readonly initials: string;
  /** What it is for. */
  readonly description: string | null;
  /** The JSON Schema of its `with:`. */
  readonly schema: { readonly [key: string]: Json };
  /** The group it stands in. */
  readonly category: string | null;
  /** An icon of the designer's set. */
  readonly icon: string | null;
  /** More words to find it by. */
  readonly keywords: readonly string[] | null;
  /** How many flows use it. */
  readonly uses: number;
  /** Their names. */
  readonly flows: readonly string[];
}
/** A part of a list. */
export interface ComponentPage {
  /** The things. */
  readonly items: readonly Component[];
  /** The cursor of the next page; null = this is all. */
  readonly next: string | null;
}
/** What a component does to the world. It decides what is journalled, cached, cancelled and undone. */
export type Effect = 'pure' | 'read' | 'write';
