import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { stored } from '../../scripts/api.mjs';

it('the types are those of the stored copy; `node scripts/api.mjs` writes them', () => {
  for (const [name, text] of stored()) {
    const types = readFileSync(new URL(`./generated/${name}.ts`, import.meta.url), 'utf8');
    expect(types, name).toBe(text);
  }
});
