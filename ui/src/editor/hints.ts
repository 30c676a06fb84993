/** What is known about a place of the text: schemas as the engine tells them, values as the last run had them. */
import type { Component } from '../api/components';
import type { Point } from '../api/extensions';
import type { Run } from '../api/runs';
import { type Json, type JsonObject, type Path, isList, isObject } from '../core/json';
import { inWords } from '../app/words';
import { kindOf } from '../core/language';

export interface Sample {
  readonly input: Json;
  /** Outputs by node. */
  readonly nodes: JsonObject;
}
export interface Facts {
  readonly components: ReadonlyMap<string, Component>;
  readonly points: readonly Point[];
  /** Schemas of the language's own keys on a node, by kind. */
  readonly nodeSchema: (node: JsonObject) => JsonObject;
  readonly sample: Sample | undefined;
  readonly flow: JsonObject;
  /** The language's own schema. */
  readonly language?: JsonObject;
}
/** A place of the file and the kind of document it stands in. */
export interface Place {
  readonly path: Path;
  readonly kind: string;
}
export interface Hint {
  readonly name: string;
  readonly type?: string;
  readonly text?: string;
  readonly standard?: Json;
  readonly sample?: Json;
}

export function sampleOf(run: Pick<Run, 'input' | 'nodes'>): Sample {
  const top = run.nodes.filter((node) => !/[.[]/.test(node.address) && node.output !== undefined);
  return {
    input: run.input,
    nodes: Object.fromEntries(top.map((node) => [node.address, node.output ?? null])),
  };
}

/** A variant states parts of nodes under its patch: the same place in the flow it patches. */
export function plainPath(path: Path): Path {
  const [first, part, ...rest] = path;
  if (first !== 'patch') return path;
  if (part === 'set') return rest;
  return part === 'add' || part === 'replace' ? ['nodes', ...rest] : [];
}

/** The node a place belongs to, and the way from it. */
function within(
  path: Path,
  flow: JsonObject,
): { readonly node: JsonObject; readonly rest: Path } | undefined {
  const last = path.findLastIndex((step, i) => (step === 'nodes' || step === 'race') && i + 1 < path.length);
  if (last < 0) return undefined;
  const node = valueAt(flow, path.slice(0, last + 2));
  return { node: isObject(node ?? null) ? Object(node) : {}, rest: path.slice(last + 2) };
}

export function valueAt(value: Json, path: Path): Json | undefined {
  let found: Json | undefined = value;
  for (const step of path) {
    if (isList(found) && typeof step === 'number') found = found[step];
    else if (isObject(found)) found = found[String(step)];
    else return undefined;
  }
  return found;
}

export function hintAt(at: Place, facts: Facts): Hint | undefined {
  const path = plainPath(at.path);
  const place = within(path, facts.flow);
  const last = path.at(-1);
  if (last === undefined) return undefined;
  if (place !== undefined) {
    const { node, rest } = place;
    if (rest.length === 1 && (last === 'use' || last === 'extension'))
      return named(String(node[last]), facts);
    const isConfig = rest[0] === 'with' && rest.length > 1;
    const config = isConfig ? schemaAt(schemaOf(node, facts), rest) : undefined;
    if (config !== undefined) return hintOf(String(last), config);
  }
  const said = languageAt(at, facts.language);
  if (said !== undefined) return hintOf(String(last), said);
  const schema = place === undefined ? undefined : schemaAt(schemaOf(place.node, facts), place.rest);
  return schema === undefined ? undefined : hintOf(String(last), schema);
}

const DOCUMENTS: Readonly<Record<string, string>> = {
  Flow: 'flow',
  Variant: 'variant',
  ExtensionPoint: 'extension-point',
  Extension: 'extension',
  Config: 'configuration',
  Identity: 'identity-rules',
  Connection: 'connection',
  Decision: 'decision',
};

/** A patch states parts of a flow, so a place in it means what it means there. */
function languageAt({ path, kind }: Place, language: JsonObject | undefined): JsonObject | undefined {
  const plain = plainPath(path);
  const name = DOCUMENTS[plain === path ? kind : 'Flow'];
  if (language === undefined || name === undefined || plain.length === 0) return undefined;
  const found = schemaAt({ $ref: `#/$defs/${name}` }, plain, language);
  return found?.['description'] === undefined && found?.['type'] === undefined ? undefined : found;
}

function named(name: string, { components, points }: Facts): Hint {
  const component = components.get(name);
  const text = component?.description ?? inWords(points.find((one) => one.name === name)?.description);
  return {
    name,
    ...(component === undefined ? {} : { type: component.effect }),
    ...(text == null ? {} : { text }),
  };
}

/** Everything that may stand on one node. */
function schemaOf(node: JsonObject, { components, points, nodeSchema }: Facts): JsonObject {
  const kind = kindOf(node);
  const called = kind === undefined ? '' : String(node[kind]);
  const config =
    kind === 'use'
      ? components.get(called)?.schema
      : kind === 'extension'
        ? points.find((one) => one.name === called)?.input
        : undefined;
  const own = nodeSchema(node);
  const { properties } = own;
  return {
    $defs: config?.['$defs'] ?? {},
    properties: { ...(isObject(properties ?? null) ? Object(properties) : {}), with: config ?? {} },
  };
}

/** The schema of a place below; of several branches the first that knows it. References lead to `$defs`. */
export function schemaAt(
  schema: Json | undefined,
  path: Path,
  root: Json | undefined = schema,
): JsonObject | undefined {
  if (!isObject(schema ?? null)) return undefined;
  const here = resolved(Object(schema), root);
  const [step, ...rest] = path;
  if (step === undefined) return here;
  const { properties, items, additionalProperties, anyOf, oneOf, then, else: otherwise } = here;
  const direct =
    typeof step === 'number' ? items : isObject(properties ?? null) ? Object(properties)[step] : undefined;
  const found = schemaAt(direct ?? additionalProperties, rest, root);
  if (found !== undefined) return found;
  for (const branch of [anyOf, oneOf, [then ?? null, otherwise ?? null]].flatMap((one) =>
    isList(one) ? one : [],
  )) {
    const inner = schemaAt(branch, path, root);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** What a reference names, with what is said beside it. */
function resolved(schema: JsonObject, root: Json | undefined): JsonObject {
  const { $ref, ...beside } = schema;
  if (typeof $ref !== 'string' || !$ref.startsWith('#/')) return schema;
  const named = valueAt(root ?? null, $ref.slice(2).split('/'));
  return isObject(named ?? null) ? { ...Object(named), ...beside } : schema;
}

function hintOf(name: string, schema: JsonObject): Hint {
  const { title, description, type, default: standard, enum: allowed } = schema;
  const text = [title, description].filter((one) => typeof one === 'string' && one !== name).join('\n');
  const word = isList(allowed) ? allowed.map(String).join(' | ') : isList(type) ? type.join(' | ') : type;
  return {
    name,
    ...(typeof word === 'string' ? { type: word } : {}),
    ...(text === '' ? {} : { text }),
    ...(standard === undefined ? {} : { standard }),
  };
}

/** Keys that may stand at a place: the schema's, with what they mean. */
export function keysAt({ path }: Pick<Place, 'path'>, facts: Facts): readonly Hint[] {
  const place = within(plainPath(path), facts.flow);
  if (place === undefined) return [];
  const properties = schemaAt(schemaOf(place.node, facts), place.rest)?.['properties'];
  if (!isObject(properties ?? null)) return [];
  return Object.entries(Object(properties)).map(([key, schema]) =>
    hintOf(key, isObject(schema) ? schema : {}),
  );
}

/** What the last run had for a read such as `nodes.load.status`. */
export function sampleAt(read: string, sample: Sample | undefined): Json | undefined {
  const [root, ...rest] = read.split('.');
  if (sample === undefined || (root !== 'nodes' && root !== 'input')) return undefined;
  return valueAt(sample[root], rest);
}

/** One line of a value. */
export function preview(value: Json, most = 40): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** The dotted read an offset of a line lies in. */
export function readIn(
  line: string,
  at: number,
): { readonly text: string; readonly from: number } | undefined {
  for (const found of line.matchAll(/[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/g))
    if (found.index <= at && at <= found.index + found[0].length)
      return { text: found[0], from: found.index };
  return undefined;
}

/** Keys above a line, told by their indent: where a new line stands while the text does not parse. */
export function pathByIndent(lines: readonly string[], at: number, column: number): Path {
  const path: string[] = [];
  let limit = column;
  for (let i = at - 1; i >= 0 && limit > 0; i -= 1) {
    const found = /^(\s*(?:- )*)([A-Za-z_][\w-]*):\s*(?:#.*)?$/.exec(lines[i] ?? '');
    const indent = found?.[1]?.length ?? limit;
    if (found?.[2] === undefined || indent >= limit) continue;
    path.unshift(found[2]);
    limit = indent;
  }
  return path;
}
