/** JSON Schema → rows of a table. Shows what a reader asks first; it checks nothing. */
import { type Json, type JsonObject, isList, isObject } from '../core/json';

export interface FieldRow {
  readonly path: string;
  readonly name: string;
  /** What people call it. */
  readonly title: string | undefined;
  readonly depth: number;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
  readonly values: string | undefined;
  readonly initial: string | undefined;
}

const DEEPEST = 3;

export function fieldsOf(schema: unknown): FieldRow[] {
  if (!isObject(schema)) return [];
  return walk(schema, schema, '', 0);
}

function walk(root: JsonObject, schema: JsonObject, above: string, depth: number): FieldRow[] {
  const properties = schema['properties'];
  if (!isObject(properties) || depth > DEEPEST) return [];
  const needed = schema['required'] ?? null;
  const required = new Set<Json>(isList(needed) ? needed : []);
  return Object.entries(properties).flatMap(([name, stated]) => {
    const field = follow(root, stated);
    const path = above === '' ? name : `${above}.${name}`;
    const row: FieldRow = {
      path,
      name,
      title: word(field['title']),
      depth,
      type: typeOf(root, field),
      isRequired: required.has(name),
      description: word(field['description']) ?? '',
      values: isList(field['enum'] ?? null)
        ? JSON.stringify(field['enum']).slice(1, -1).replaceAll(',', ' | ')
        : undefined,
      initial: initialOf(field['default']),
    };
    const items = field['items'] === undefined ? undefined : follow(root, field['items']);
    return [row, ...walk(root, items ?? field, path, depth + 1)];
  });
}

/** A default worth telling: nothing at all is what everybody expects. */
function initialOf(value: Json | undefined): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'object' && Object.keys(value).length === 0) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function word(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function follow(root: JsonObject, schema: Json): JsonObject {
  if (!isObject(schema)) return {};
  const target = word(schema['$ref']);
  if (target === undefined || !target.startsWith('#/')) return schema;
  let at: Json = root;
  for (const step of target.slice(2).split('/')) at = isObject(at) ? (at[step] ?? {}) : {};
  return isObject(at) ? { ...at, ...schema } : schema;
}

function typeOf(root: JsonObject, field: JsonObject): string {
  const type = field['type'] ?? null;
  if (type === 'array')
    return `[${field['items'] === undefined ? 'any' : typeOf(root, follow(root, field['items']))}]`;
  if (typeof type === 'string') return type;
  if (isList(type)) return type.filter((one) => one !== 'null').join(' | ');
  const choices = field['oneOf'] ?? field['anyOf'] ?? null;
  if (isList(choices)) return [...new Set(choices.map((one) => typeOf(root, follow(root, one))))].join(' | ');
  return 'any';
}
