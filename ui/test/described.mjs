/** The stored copies of the API's description and of the language's schema are the engine's own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resources } from '../scripts/api.mjs';
import { language } from '../scripts/language.mjs';
import { binaries } from './engine.mjs';

export async function described({ api, assert, kind }) {
  if (kind !== 'built') return;
  const copy = JSON.parse(readFileSync(new URL('../scripts/openapi.json', import.meta.url), 'utf8'));
  const told = resources(await (await fetch(`${api}/openapi.json`)).json());
  assert.deepEqual(copy, told, 'node scripts/api.mjs URL fetches the copy anew');
  const own = JSON.parse(readFileSync(new URL('../src/editor/language.json', import.meta.url), 'utf8'));
  const said = language(join(binaries(), 'bactrian'));
  assert.deepEqual(own, said, 'node scripts/language.mjs PATH-OF-BACTRIAN writes the copy anew');
}
