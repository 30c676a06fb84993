/**
 * Types of the engine's API from its own description. `node scripts/api.mjs` writes them from the stored copy,
 * `node scripts/api.mjs http://127.0.0.1:8080` fetches a new copy first. What answers look like the description does
 * not say yet, so those types stay by hand; addresses, methods and problems are told here.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const COPY = new URL('./openapi.json', import.meta.url);
const TYPES = new URL('../src/api/generated.ts', import.meta.url);
/** Lines as long as the formatter has them. */
const WIDTH = 110;
const METHODS = ['get', 'post', 'put', 'delete'];

/** The resources alone: flows differ from one catalog to the next. */
export function resources(openapi) {
  const kept = Object.entries(openapi.paths)
    .filter(([path]) => path.startsWith('/v1/') || path === '/openapi.json')
    .map(([path, item]) => [
      path,
      METHODS.filter((method) => method in item && !item[method].operationId.startsWith('run_')),
    ])
    .filter(([, methods]) => methods.length > 0);
  return { paths: Object.fromEntries(kept), schemas: openapi.components.schemas };
}

export function typesOf({ paths, schemas }) {
  const rows = METHODS.map((method) => {
    const own = Object.keys(paths).filter((path) => paths[path].includes(method));
    const name = `export type ${method[0].toUpperCase()}${method.slice(1)}Path =`;
    const line = `${name} ${own.map(addressOf).join(' | ')};`;
    return line.length <= WIDTH
      ? line
      : `${name}\n${own.map((path) => `  | ${addressOf(path)}`).join('\n')};`;
  });
  const shapes = Object.entries(schemas).map(
    ([name, schema]) => `/** ${schema.description} */\nexport interface ${name} ${typeOf(schema)}`,
  );
  return `/** Written by scripts/api.mjs from the engine's /openapi.json; change it there. */
import type { Json } from '../core/json';

${[...shapes, ...rows].join('\n')}
`;
}

function addressOf(path) {
  return path.includes('{') ? `\`${path.replaceAll(/\{[^}]*\}/g, '${string}')}\`` : `'${path}'`;
}

function typeOf(schema) {
  const types = [schema.type].flat();
  return types.map((type) => one(type, schema)).join(' | ');
}

function one(type, { properties, required = [], items = {} }) {
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'array') return `readonly ${wrapped(typeOf(items))}[]`;
  if (type === 'string' || type === 'boolean' || type === 'null') return type;
  if (properties === undefined) return '{ readonly [key: string]: Json }';
  const rows = Object.entries(properties).map(
    ([key, value]) => `  readonly ${key}${required.includes(key) ? '' : '?'}: ${typeOf(value)};`,
  );
  return `{\n${rows.join('\n')}\n}`;
}

function wrapped(type) {
  return type.includes('|') ? `(${type})` : type;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const from = process.argv[2];
  if (from !== undefined) {
    const openapi = await (await fetch(`${from}/openapi.json`)).json();
    writeFileSync(COPY, `${JSON.stringify(resources(openapi), null, 2)}\n`);
  }
  writeFileSync(TYPES, typesOf(JSON.parse(readFileSync(COPY, 'utf8'))));
}
