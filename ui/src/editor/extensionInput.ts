/** What an extension is given when it is run by itself: something that fits its point's schema as far as it says. */
import { type Json, type JsonObject, isObject } from '../core/json';
import { usePoints } from './facts';
import { useValue } from './session';

/** The input to begin with, when what is open is an extension; undefined for a flow. */
export function useExtensionInput(): Json | undefined {
  const kind = useValue(['kind']);
  const name = useValue(['point']);
  const point = usePoints().find((one) => one.name === name);
  if (kind !== 'Extension') return undefined;
  return point?.input == null ? {} : sampleOf(point.input);
}

const EMPTY: Readonly<Record<string, Json>> = {
  string: '',
  integer: 0,
  number: 0,
  boolean: false,
  array: [],
  null: null,
};

/** A value in the shape of a schema: what it states, else nothing of its type. */
export function sampleOf(schema: JsonObject): Json {
  const { default: usual, const: only, enum: choices, examples, type, properties } = schema;
  for (const stated of [usual, only, first(choices), first(examples)])
    if (stated !== undefined) return stated;
  if (isObject(properties)) {
    const members = Object.entries(properties).map(([key, one]) => [
      key,
      isObject(one) ? sampleOf(one) : null,
    ]);
    return Object.fromEntries(members);
  }
  const word = Array.isArray(type) ? type[0] : type;
  return typeof word === 'string' ? (EMPTY[word] ?? {}) : {};
}

function first(list: Json | undefined): Json | undefined {
  return Array.isArray(list) ? list[0] : undefined;
}
