/** The stored copy of the API's description is the engine's own. */
import { readFileSync } from 'node:fs';
import { resources } from '../scripts/api.mjs';

export async function described({ api, assert, kind }) {
  if (kind !== 'built') return;
  const copy = JSON.parse(readFileSync(new URL('../scripts/openapi.json', import.meta.url), 'utf8'));
  const told = resources(await (await fetch(`${api}/openapi.json`)).json());
  assert.deepEqual(copy, told, 'node scripts/api.mjs URL fetches the copy anew');
}
