/**
 * Types of the engine's API from its own description: `node scripts/api.mjs` writes them from the stored copy, which a
 * test of the engine keeps as the engine tells it (`make golden`).
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const COPY = new URL('./openapi.json', import.meta.url);
const TYPES = new URL('../src/api/generated/', import.meta.url);
const HEAD = "/** Written by scripts/api.mjs from the engine's /openapi.json; change it there. */";
/** Stands beside what it is told of by several parts. */
const SHARED = 'shared';
/** First words of names that make a file of their own. */
const FAMILIES = ['Run', 'Effective'];
/** Lines as long as the formatter has them. */
const WIDTH = 110;
const METHODS = ['get', 'post', 'put', 'delete'];
const SCHEMAS = '#/components/schemas/';

/** Titles of texts and of the engine are treated alike. */
const TITLE = 'Title';

/** The text of every file: one for each part of the product, one for what several of them share, one for addresses. */
export function typesOf(openapi) {
  const { schemas } = openapi.components;
  const homes = homesOf(openapi);
  for (const name of homes.keys())
    for (const family of FAMILIES) if (name.startsWith(family)) homes.set(name, family.toLowerCase());
  const files = [...new Set(homes.values())].sort().map((home) => {
    const own = Object.keys(schemas).filter((name) => homes.get(name) === home && name !== TITLE);
    const shapes = own.map((name) => `${told(schemas[name], '')}${declared(name, schemas[name])}`).join('\n');
    const foreign = [...new Set(own.flatMap((name) => named(schemas[name])))].sort();
    const from = (other) => foreign.filter((name) => homes.get(name) === other && name !== TITLE);
    const title = foreign.includes(TITLE) ? [imported([TITLE], '../../core/title')] : [];
    const others = [...new Set(foreign.map((name) => homes.get(name)))]
      .sort()
      .filter((other) => other !== home);
    const known = /: Json\b|\bJson[ ;\]|)]/.test(shapes) ? [imported(['Json'], '../../core/json')] : [];
    const full = others.filter((other) => from(other).length > 0);
    const imports = full.map((other) => imported(from(other), `./${other}`));
    return [home, [HEAD, ...known, ...title, ...imports, '', shapes, ''].join('\n')];
  });
  return new Map([...files, ['paths', `${HEAD}\n\n${pathsOf(openapi.paths).join('\n')}\n`]]);
}

function pathsOf(paths) {
  const own = Object.keys(paths).filter((path) => path.startsWith('/v1/') || path === '/openapi.json');
  return METHODS.map((method) => {
    const name = `export type ${method[0].toUpperCase()}${method.slice(1)}Path =`;
    return union(name, own.filter((path) => method in paths[path]).map(addressOf));
  });
}

/** Where each schema stands: with the one part of the product that speaks of it, or with what is shared. */
function homesOf({ paths, components: { schemas } }) {
  const homes = new Map();
  const visit = (name, tag) => {
    const known = homes.get(name);
    if (known === tag || known === SHARED) return;
    homes.set(name, known === undefined ? tag : SHARED);
    for (const next of named(schemas[name])) visit(next, homes.get(name));
  };
  for (const item of Object.values(paths))
    for (const operation of Object.values(item))
      for (const name of named(operation)) visit(name, operation.tags[0]);
  for (const name of Object.keys(schemas)) if (!homes.has(name)) visit(name, SHARED);
  return homes;
}

/** The schemas that something refers to. */
function named(thing) {
  const found = JSON.stringify(thing).matchAll(/#\/components\/schemas\/(\w+)/g);
  return [...found].map(([, name]) => name);
}

function imported(names, from) {
  const line = `import type { ${names.join(', ')} } from '${from}';`;
  return line.length <= WIDTH ? line : `import type {\n  ${names.join(',\n  ')},\n} from '${from}';`;
}

function addressOf(path) {
  return path.includes('{') ? `\`${path.replaceAll(/\{[^}]*\}/g, '${string}')}\`` : `'${path}'`;
}

/** A union in one line, or with one member a line. */
function union(head, members) {
  const line = `${head} ${members.join(' | ')};`;
  return line.length <= WIDTH ? line : `${head}\n${members.map((member) => `  | ${member}`).join('\n')};`;
}

function declared(name, schema) {
  if (schema.properties !== undefined) return `export interface ${name} ${objectOf(schema, '')}`;
  return union(`export type ${name} =`, membersOf(schema, ''));
}

function told({ description }, indent) {
  if (description === undefined) return '';
  const [first, ...rest] = description.split('\n');
  const line = `${indent}/** ${[first, ...rest].join(' ')} */\n`;
  if (line.length <= WIDTH + 1) return line;
  return `${indent}/**\n${wrapped(description.replaceAll('\n', ' '), `${indent} * `)}\n${indent} */\n`;
}

function wrapped(text, head) {
  const lines = [head];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last.length + word.length > WIDTH && last !== head) lines.push(`${head}${word}`);
    else lines[lines.length - 1] = last === head ? `${head}${word}` : `${last} ${word}`;
  }
  return lines.join('\n');
}

function typeOf(schema, indent) {
  return membersOf(schema, indent).join(' | ');
}

/** The members of the union that a schema is; most have one. */
function membersOf(schema, indent) {
  if (schema === true) return ['Json'];
  if (schema.$ref !== undefined) return [schema.$ref.slice(SCHEMAS.length)];
  if (schema.const !== undefined) return [literal(schema.const)];
  if (schema.enum !== undefined) return schema.enum.map(literal);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.flatMap((choice) => membersOf(choice, indent));
  if (schema.type === undefined) return ['Json'];
  return [schema.type].flat().map((type) => one(type, schema, indent));
}

function literal(value) {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

function one(type, schema, indent) {
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'array') return listOf(schema, indent);
  return type === 'object' ? objectOf(schema, indent) : type;
}

/** A list of a fixed few is a tuple. */
function listOf({ items = true, minItems, maxItems }, indent) {
  const item = typeOf(items, indent);
  if (minItems !== undefined && minItems === maxItems)
    return `readonly [${Array.from({ length: minItems }, () => item).join(', ')}]`;
  return `readonly ${/\||^readonly /.test(item) ? `(${item})` : item}[]`;
}

function objectOf({ properties, required = [], additionalProperties = true }, indent) {
  if (properties === undefined) return `{ readonly [key: string]: ${typeOf(additionalProperties, indent)} }`;
  const inner = `${indent}  `;
  const rows = Object.entries(properties).map(([key, value]) => {
    const name = `${told(value, inner)}${inner}readonly ${key}${required.includes(key) ? '' : '?'}`;
    return field(name, membersOf(value, inner), inner);
  });
  return `{\n${rows.join('\n')}\n${indent}}`;
}

function field(name, members, indent) {
  const line = `${name}: ${members.join(' | ')};`;
  const last = line.slice(line.lastIndexOf('\n') + 1);
  if (last.length <= WIDTH || members.length === 1) return line;
  return `${name}:\n${members.map((member) => `${indent}  | ${member}`).join('\n')};`;
}

/** What stands in the stored copy, as files by name. */
export const stored = () => typesOf(JSON.parse(readFileSync(COPY, 'utf8')));

if (process.argv[1] === new URL(import.meta.url).pathname) {
  mkdirSync(TYPES, { recursive: true });
  for (const [name, text] of stored()) writeFileSync(new URL(`${name}.ts`, TYPES), text);
}
