/** The input of a flow as rows: what the usual flat schema says of each field, and what is left over. */
import { type Json, type JsonObject, isList, isObject } from '../core/json';
import { flowText } from '../core/print';

export const TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object'] as const;

export interface InputRow {
  readonly name: string;
  /** Undefined: several, or said in another way. */
  readonly type: (typeof TYPES)[number] | undefined;
  readonly isRequired: boolean;
  /** One text, or one for each language under `x-title`. */
  readonly title: Json | undefined;
  readonly isSpoken: boolean;
  readonly default: Json | undefined;
  /** What only the text can change, such as `minLength: 1`. */
  readonly rest: string;
}

const ABOUT = new Set(['type', 'required', 'properties', 'additionalProperties', 'title', 'description']);
const SHOWN = new Set(['type', 'title', 'x-title', 'default']);

/** Undefined: the schema says more than rows can show. */
export function inputRows(schema: Json): readonly InputRow[] | undefined {
  if (schema === null) return [];
  if (!isObject(schema) || Object.keys(schema).some((key) => !ABOUT.has(key))) return undefined;
  const { properties = {}, required = [], type = 'object' } = schema;
  if (type !== 'object' || !isObject(properties) || !isList(required)) return undefined;
  const names = Object.keys(properties);
  if (required.some((one) => typeof one !== 'string' || !names.includes(one))) return undefined;
  return names.map((name) => rowOf(name, properties[name] ?? null, required.includes(name)));
}

function rowOf(name: string, stated: Json, isRequired: boolean): InputRow {
  const field: JsonObject = isObject(stated) ? stated : {};
  const isSpoken = isObject(field['x-title']);
  const rest = Object.entries(field).filter(([key]) => !SHOWN.has(key));
  const type = TYPES.find((one) => one === field['type']);
  return {
    ...{ name, type, isRequired, isSpoken },
    title: isSpoken ? field['x-title'] : field['title'],
    default: field['default'],
    rest: [
      ...(type === undefined && field['type'] !== undefined ? [`type: ${flowText(field['type'])}`] : []),
      ...rest.map(([key, value]) => `${key}: ${flowText(value)}`),
    ].join(', '),
  };
}

/** A default as a person reads it: an empty text must look like something. */
export function defaultText(value: Json | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

/** What was typed as a value of the field's type; undefined when it is none. */
export function defaultOf(typed: string, type: InputRow['type']): Json | undefined {
  if (type === 'string') return typed === '""' ? '' : typed;
  const value = parsed(typed);
  if (type === undefined) return value ?? typed;
  const is = isList(value) ? 'array' : isObject(value) ? 'object' : typeof value;
  const isWhole = type === 'integer' && Number.isSafeInteger(value);
  return isWhole || (is === type && value !== null) ? value : undefined;
}

function parsed(typed: string): Json | undefined {
  try {
    return JSON.parse(typed);
  } catch {
    return undefined;
  }
}
