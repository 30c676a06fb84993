/** A schema as the form needs it: no defaults that would be written, hints as placeholders, first what must be set. */
import type { RJSFSchema, UiSchema } from '@rjsf/utils';
import { type Json, type JsonObject, isList, isObject } from '../core/json';

const FOREIGN = [
  'if',
  'then',
  'else',
  'patternProperties',
  'not',
  'dependentSchemas',
  'unevaluatedProperties',
];
const MOST_BRANCHES = 12;

/** Takes `default` out and keeps it as an example for the placeholder. */
export function stripDefaults(schema: Json): Json {
  if (isList(schema)) return schema.map(stripDefaults);
  if (!isObject(schema)) return schema;
  const kept = Object.entries(schema).filter(([key]) => key !== 'default');
  const copy = Object.fromEntries(
    kept.map(([key, value]) => [key, isPlain(key) ? value : below(key, value, stripDefaults)]),
  );
  const { default: hint } = schema;
  const words = choiceOf(copy);
  const isLeaf = hint !== undefined && !isObject(hint) && !isList(hint) && hint !== null && hint !== '';
  return isLeaf ? { ...copy, ...words, 'x-default': hint } : { ...copy, ...words };
}

/** Under `properties` stand names, which may be words of JSON Schema too: a switch has a field called `default`. */
function below(key: string, value: Json, each: (schema: Json) => Json): Json {
  if (key !== 'properties' || !isObject(value)) return each(value);
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, each(schema)]));
}

/** A choice among words that each say what they mean: the form shows both, and knows the type. */
function choiceOf({ type, oneOf }: JsonObject): JsonObject {
  if (type !== undefined || !isList(oneOf)) return {};
  const named = oneOf.flatMap((one) => (isObject(one) && typeof one['const'] === 'string' ? [one] : []));
  if (named.length === 0 || named.length !== oneOf.length) return {};
  const titled = named.map((one) => {
    const { const: word, description } = one;
    const meaning = typeof description === 'string' ? description.replace(/[.。]$/, '') : '';
    return meaning === '' ? one : { ...one, title: `${String(word)} · ${meaning}` };
  });
  return { type: 'string', oneOf: titled };
}

function isPlain(key: string): boolean {
  return key === 'enum' || key === 'const' || key === 'examples' || key === 'required';
}

/** Keywords the form cannot show: such a part is edited as YAML. */
export function isShowable(schema: Json, depth = 0): boolean {
  if (isList(schema)) return schema.every((one) => isShowable(one, depth));
  if (!isObject(schema)) return true;
  if (depth > 12 || FOREIGN.some((key) => Object.hasOwn(schema, key))) return false;
  const branches = schema['oneOf'] ?? schema['anyOf'];
  if (isList(branches) && branches.length > MOST_BRANCHES) return false;
  return Object.entries(schema).every(([key, value]) => {
    if (isPlain(key) || key === '$defs') return true;
    if (key !== 'properties' || !isObject(value)) return isShowable(value, depth + 1);
    return Object.values(value).every((one) => isShowable(one, depth + 1));
  });
}

export function asForm(schema: JsonObject): RJSFSchema {
  const stripped = stripDefaults(schema);
  return isObject(stripped) ? JSON.parse(JSON.stringify(ordered(stripped))) : {};
}

/** Required fields first, written order otherwise. */
function ordered(schema: JsonObject): JsonObject {
  const { properties, required } = schema;
  if (!isObject(properties)) return schema;
  const must = isList(required) ? required.map(String) : [];
  const rows = Object.entries(properties);
  const sorted = [
    ...rows.filter(([key]) => must.includes(key)),
    ...rows.filter(([key]) => !must.includes(key)),
  ];
  return { ...schema, properties: Object.fromEntries(sorted) };
}

export const UI: UiSchema = { 'ui:submitButtonOptions': { norender: true } };
