/** The stored copies of the API's description and of the language's schema are the engine's own; all has Chinese. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { language } from '../scripts/language.mjs';
import { dropDraft, open } from './editor.mjs';
import { binaries } from './engine.mjs';

export async function described(world) {
  const { api, assert, kind } = world;
  if (kind !== 'built') return;
  await refused(world);
  const copy = JSON.parse(readFileSync(new URL('../scripts/openapi.json', import.meta.url), 'utf8'));
  const told = await (await fetch(`${api}/openapi.json`)).json();
  assert.deepEqual(copy.components.schemas, told.components.schemas, '`make golden` writes the copy anew');
  const own = JSON.parse(readFileSync(new URL('../src/editor/language.json', import.meta.url), 'utf8'));
  const said = language(join(binaries(), 'bactrian'));
  assert.deepEqual(own, said, 'node scripts/language.mjs PATH-OF-BACTRIAN writes the copy anew');
  await spoken(api, assert);
}

/** What is wrong with a draft, each in a line of its own. */
const BROKEN = [
  ['metadata: {', 'colour: red\nmetadata: {'],
  ['method: POST\n    path: /orders/{id}/cancel', 'method: FETCH\n    path: orders/{id}/cancel?a'],
  ['order: [load,', 'order: [laod,'],
  ['retry: {attempts: 3}', 'retry: {attempts: 3000}'],
  ["'/${input.orderId}'", "'/${inptu.orderId}'"],
  ['class: business,', 'class: fatal,'],
  ['connection: coupons,', 'connection: cuopons, verb: POST,'],
];

/** Outside code, the list of problems holds no word of English. */
async function refused(world) {
  const { api, assert } = world;
  const path = 'order/cancel-order.yaml';
  await dropDraft(world, path);
  const published = (await (await fetch(`${api}/v1/catalog/files/${path}`)).json()).text;
  const text = BROKEN.reduce((so, [right, wrong]) => {
    assert.ok(so.includes(right), right);
    return so.replace(right, wrong);
  }, published);
  const { revision } = await (await fetch(`${api}/v1/catalog`)).json();
  await fetch(`${api}/v1/catalog/drafts/${path}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'if-none-match': '*' },
    body: JSON.stringify({ text, baseRevision: revision }),
  });
  const { page, errors } = await open(world, 'cancel-order');
  await page
    .getByRole('button', { name: /^问题/ })
    .or(page.getByRole('tab', { name: /^问题/ }))
    .first()
    .click();
  const problems = page.locator('.problem-text');
  await problems.nth(BROKEN.length - 2).waitFor();
  await problems.filter({ hasText: '没有 colour 这个键' }).first().waitFor();
  const bare = await problems.evaluateAll((all) =>
    all.map((one) => {
      const copy = one.cloneNode(true);
      for (const code of copy.querySelectorAll('code')) code.remove();
      return copy.textContent ?? '';
    }),
  );
  assert.deepEqual(
    bare.filter((one) => /[A-Za-z]{2,}/.test(one.replace(/HTTP|YAML|JSON|CEL|Schema/g, ''))),
    [],
    'problems are told in Chinese',
  );
  assert.deepEqual(errors, []);
  await page.close();
  await dropDraft(world, path);
}

const read = (path) => JSON.parse(readFileSync(new URL(`../src/${path}`, import.meta.url), 'utf8'));

/** Whoever registers a component or changes what one says of itself says it in Chinese too. */
async function spoken(api, assert) {
  const texts = read('described/texts.zh.json');
  const names = read('described/fields.zh.json');
  const { items } = await (await fetch(`${api}/v1/components`)).json();
  const said = new Set(sentences(read('editor/language.json')));
  const bare = new Set();
  for (const { name, schema, title } of items) {
    if (!/[\u4e00-\u9fff]/.test(title.zh)) bare.add(`${name}: title`);
    for (const text of sentences(schema)) {
      said.add(text);
      if (texts[text] === undefined) bare.add(`${name}: ${text}`);
    }
    for (const key of settings(schema))
      if (names[`${name}.${key}`] === undefined && names[key] === undefined) bare.add(`${name}.${key}`);
  }
  assert.deepEqual([...bare], [], 'every component and setting has a Chinese text in src/described');
  const codes = readdirSync(new URL('../../engine/errors/', import.meta.url)).map((name) =>
    name.replace(/\.md$/, ''),
  );
  assert.deepEqual(
    Object.keys(read('described/codes.zh.json')).sort(),
    codes.sort(),
    'every code has a Chinese text',
  );
  const unsaid = Object.keys(texts).filter((text) => !said.has(text));
  assert.deepEqual(unsaid, [], 'no Chinese for what nobody says any more');
}

function parts(schema) {
  return typeof schema === 'object' && schema !== null ? Object.entries(schema) : [];
}

function sentences(schema) {
  return parts(schema).flatMap(([key, one]) =>
    key === 'description' && typeof one === 'string' ? [one.split(/\s+/).join(' ')] : sentences(one),
  );
}

function settings(schema) {
  return parts(schema).flatMap(([key, one]) =>
    key === 'properties' ? [...Object.keys(one), ...settings(Object.values(one))] : settings(one),
  );
}
