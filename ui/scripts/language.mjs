/**
 * The language's own schema, as `bactrian schema` prints it, cut to what a hover and a completion tell.
 * `node scripts/language.mjs PATH-OF-BACTRIAN` writes it anew. What components take comes from the engine at run time.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const COPY = new URL('../src/editor/language.json', import.meta.url);
const PLAIN = new Set(['enum', 'type', 'default', 'description', 'title', '$ref']);
const DEEP = new Set(['items', 'anyOf', 'oneOf', 'allOf', 'additionalProperties', 'then', 'else']);

function cut(schema) {
  if (Array.isArray(schema)) return schema.map(cut);
  if (typeof schema !== 'object' || schema === null) return schema;
  const rows = Object.entries(schema).flatMap(([key, value]) => {
    if (PLAIN.has(key)) return [[key, value]];
    if (key === 'properties')
      return [[key, Object.fromEntries(Object.entries(value).map(([name, one]) => [name, cut(one)]))]];
    return DEEP.has(key) && typeof value !== 'boolean' ? [[key, cut(value)]] : [];
  });
  return Object.fromEntries(rows);
}

export function language(program) {
  const schema = JSON.parse(execFileSync(program, ['schema'], { encoding: 'utf8', maxBuffer: 1 << 24 }));
  const own = Object.entries(schema.$defs).filter(([name]) => !name.startsWith('with.'));
  return { $defs: Object.fromEntries(own.map(([name, one]) => [name, cut(one)])) };
}

if (process.argv[1] === new URL(import.meta.url).pathname)
  writeFileSync(COPY, `${JSON.stringify(language(process.argv[2]))}\n`);
