/**
 * The words a contract has for its fields. JSON Schema takes one text for a title; `x-title` and `x-description` hold
 * one for each language, as the `title` of a flow does, and this puts the reader's in their place.
 */
import { inWords } from '../app/words';
import { type Json, type JsonObject, isList, isObject } from '../core/json';
import { titleIn } from '../core/title';

const SAID = { 'x-title': 'title', 'x-description': 'description' } as const;

export function spoken(schema: JsonObject): JsonObject {
  const found = walk(schema);
  return isObject(found) ? found : schema;
}

function walk(value: Json): Json {
  if (isList(value)) return value.map(walk);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !(key in SAID));
  const said = Object.entries(SAID).flatMap(([from, to]) => {
    const words = inWords(titleIn(value[from]));
    return words === undefined ? [] : [[to, words] as const];
  });
  return Object.fromEntries([...kept.map(([key, one]) => [key, walk(one)] as const), ...said]);
}
