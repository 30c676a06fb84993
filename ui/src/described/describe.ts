/**
 * What components and the language say of themselves, in the reader's language. The engine speaks English; the table
 * is keyed by its sentences, so that a sentence that was changed is a sentence without Chinese, and a test says so.
 * Whoever is not in the table keeps the engine's words.
 */
import { type Json, type JsonObject, isObject } from '../core/json';
import { hashOf } from './hash';

export interface Table {
  /** Sentences by the short name of the English one. */
  readonly texts: Readonly<Record<string, string>>;
  /** What people call a setting, by its key, or by `component.key` where that differs. */
  readonly fields: Readonly<Record<string, string>>;
}

export function sentenceIn(table: Table | undefined, text: string): string {
  return table?.texts[hashOf(text)] ?? text;
}

/** `maxResponse` → `Max response`. */
function spelledOut(key: string): string {
  const words = key.replace(
    /([a-z0-9])([A-Z])/g,
    (_, end: string, start: string) => `${end} ${start.toLowerCase()}`,
  );
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A schema whose descriptions and settings read in the language of the table; without one, in English. */
export function describe(schema: JsonObject, owner: string, table: Table | undefined): JsonObject {
  const titleOf = (key: string) =>
    table === undefined ? spelledOut(key) : (table.fields[`${owner}.${key}`] ?? table.fields[key]);
  const walk = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(walk);
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]): [string, Json] => {
        if (key === 'description' && typeof one === 'string') return [key, sentenceIn(table, one)];
        if (key === 'properties' && isObject(one)) return [key, settings(one)];
        return [key, PLAIN.has(key) ? one : walk(one)];
      }),
    );
  };
  const settings = (properties: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(properties).map(([key, one]): [string, Json] => {
        const title = titleOf(key);
        const said = walk(one);
        const isNamed = !isObject(said) || said['title'] !== undefined || title === undefined;
        return [key, isNamed ? said : { ...said, title }];
      }),
    );
  const found = walk(schema);
  return isObject(found) ? found : schema;
}

const PLAIN = new Set(['enum', 'const', 'default', 'examples', 'required']);
