import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { typesOf } from '../../scripts/api.mjs';

it('the types are those of the stored copy; `node scripts/api.mjs` writes them', () => {
  const copy = readFileSync(new URL('../../scripts/openapi.json', import.meta.url), 'utf8');
  const types = readFileSync(new URL('./generated.ts', import.meta.url), 'utf8');
  expect(types).toBe(typesOf(JSON.parse(copy)));
});
