/**
 * The server validates, so here nothing is ever wrong. Only `isValid` looks at the data: rjsf asks it which branch of a
 * `oneOf` the data belongs to, and a constant answer would always choose the first.
 */
import type { RJSFSchema, ValidatorType } from '@rjsf/utils';
import { type Json, isList, isObject } from '../core/json';

type Schema = Json | undefined;

/** Does data have the shape a schema states? Formats, lengths and ranges do not tell branches apart. */
export function fits(schema: Schema, data: Json | undefined, root: Schema): boolean {
  if (schema === true || !isObject(schema)) return schema !== false;
  const { $ref: ref, type, enum: allowed, required, properties, additionalProperties, items } = schema;
  if (typeof ref === 'string' && !fits(lookUp(root, ref), data, root)) return false;
  if (schema['const'] !== undefined && !same(schema['const'], data)) return false;
  if (isList(allowed) && !allowed.some((one) => same(one, data))) return false;
  if (type !== undefined && !(isList(type) ? type : [type]).some((one) => isType(String(one), data)))
    return false;
  if (isObject(data)) {
    if (isList(required) && !required.every((key) => Object.hasOwn(data, String(key)))) return false;
    const known = isObject(properties) ? properties : {};
    for (const [key, value] of Object.entries(data)) {
      if (Object.hasOwn(known, key) ? !fits(known[key], value, root) : additionalProperties === false)
        return false;
    }
  }
  if (isList(data) && items !== undefined && !data.every((one) => fits(items, one, root))) return false;
  return combined(schema, data, root);
}

function combined(schema: { readonly [key: string]: Json }, data: Json | undefined, root: Schema): boolean {
  const { allOf, anyOf, oneOf } = schema;
  if (isList(allOf) && !allOf.every((one) => fits(one, data, root))) return false;
  if (isList(anyOf) && !anyOf.some((one) => fits(one, data, root))) return false;
  return !(isList(oneOf) && !oneOf.some((one) => fits(one, data, root)));
}

function lookUp(root: Schema, ref: string): Schema {
  let at: Schema = root;
  for (const step of ref.replace(/^#\/?/, '').split('/'))
    if (step !== '') at = isObject(at) ? at[step] : undefined;
  return at;
}

function same(a: Json, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isType(type: string, data: Json | undefined): boolean {
  if (type === 'null') return data === null || data === undefined;
  if (type === 'object') return isObject(data);
  if (type === 'array') return isList(data);
  if (type === 'integer') return Number.isInteger(data);
  return typeof data === type;
}

function asJson(value: unknown): Json | undefined {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

export const validator: ValidatorType = {
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  rawValidation: () => ({ errors: [] }),
  isValid: (schema: RJSFSchema, data: unknown, root: RJSFSchema) =>
    fits(asJson(schema), asJson(data), asJson(root)),
};

// biome-ignore lint/style/noDefaultExport: the form library imports it this way
export default validator;
