/** A title as the language has it: one text, or one for each language. */
import { type Json, isObject } from './json';

export interface Words {
  readonly en: string;
  readonly zh: string;
}
export type Title = string | Words;

export function titleIn(value: Json | undefined): Title | undefined {
  if (typeof value === 'string') return value;
  if (!isObject(value)) return undefined;
  const { en, zh } = value;
  return typeof en === 'string' && typeof zh === 'string' ? { en, zh } : undefined;
}

/** Both texts, to search in. */
export function bothOf(title: Title | null | undefined): string[] {
  if (title == null) return [];
  return typeof title === 'string' ? [title] : [title.zh, title.en];
}
