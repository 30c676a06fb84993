/** Editing as an identity: only its variant's file changes, and what the editor shows is what the engine compiles. */
import { changed, draft, dropDraft, fileOf, fit, node, open } from './editor.mjs';

const FILE = 'order/used-car.yaml';

export async function variant(world) {
  if (world.kind === 'stand-in') return;
  await own(world);
  await fresh(world);
  await extension(world);
}

async function published(world, file) {
  return (await (await fetch(`${world.api}/v1/catalog/files/${file}`)).json()).text;
}

/** Nodes on the canvas but for ghosts, and those the engine has. */
async function same(world, page, query) {
  const shown = await page
    .locator('.react-flow__node:not(:has(.card-removed))')
    .evaluateAll((nodes) => nodes.map((one) => one.getAttribute('data-id')?.replace('nodes/', '')).sort());
  const effective = await (await fetch(`${world.api}/v1/flows/cancel-order/effective?${query}`)).json();
  const top = effective.nodes.map((one) => one.id).sort();
  world.assert.deepEqual(
    shown.filter((id) => id !== undefined && !id.includes('/')),
    top,
    `what ${query} gets`,
  );
}

async function own(world) {
  const { assert } = world;
  await dropDraft(world, FILE);
  const before = await published(world, FILE);
  const flow = await fileOf(world, 'cancel-order');
  const { page, errors } = await open(world, 'cancel-order', '?bizId=used-car');
  await page.locator('.card-removed').first().waitFor();
  await same(world, page, 'bizId=used-car');

  await fit(page);
  await node(page, 'notify').click();
  await page.getByLabel('名称').fill('告诉车主');
  await page.getByLabel('名称').blur();
  const text = await draft(world, page, FILE);
  const lines = changed(before, text);
  assert.deepEqual(lines.gone, []);
  assert.match(lines.added.join('\n'), /set:\n {4}nodes:\n {6}notify:\n {8}title:\n {10}zh: 告诉车主/);
  assert.equal((await fileOf(world, 'cancel-order')).text, flow.text, 'the flow itself stays');
  assert.equal(await page.locator('.card-changed').count(), 1);

  // The view went along with the node at the far end.
  await fit(page);
  await node(page, 'load').click();
  await page.locator('[data-canvas]').press('Delete');
  await page
    .locator('.k-note, [role="status"], [role="alert"]')
    .filter({ hasText: '仍被引用' })
    .first()
    .waitFor();
  await page.getByRole('button', { name: '撤销' }).click();
  await page.waitForTimeout(2400);
  assert.equal(await draft(world, page, FILE), before, 'undo gives the exact bytes back');

  await dropDraft(world, FILE);
  await fit(page);
  await node(page, 'notify').click();
  await page.getByLabel('名称').fill('再次告知');
  await page.getByLabel('名称').blur();
  await page.waitForTimeout(2600);
  assert.match(
    await draft(world, page, FILE),
    /再次告知/,
    'a draft that went with its publication begins anew',
  );
  assert.deepEqual(
    errors.filter((one) => !one.includes('412')),
    [],
  );
  await page.close();
  await dropDraft(world, FILE);
}

async function fresh(world) {
  const { assert } = world;
  const file = 'order/cancel-order-travel-hotel.yaml';
  await dropDraft(world, file);
  const { page, errors } = await open(world, 'cancel-order', '?bizId=travel&scenario=hotel');
  await page.locator('.card-added').first().waitFor();
  await same(world, page, 'bizId=travel&scenario=hotel');
  await page.locator('[data-edge=":load>guard"] .line-plus').click({ force: true });
  await page.locator('.quick-input').fill('log');
  await page.locator('.quick .palette-entry').first().click();
  await node(page, 'log').waitFor();
  const text = await draft(world, page, file);
  assert.match(text, /^apiVersion: bactrian\/v1\nkind: Variant\n/);
  assert.match(
    text,
    /for: \{bizId: travel, scenario: hotel\}\npatch:\n {2}add:\n {4}log:\n {6}after: \[load\]\n {6}before: \[guard\]/,
  );
  const answer = await fetch(`${world.api}/v1/catalog/validate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ files: [{ path: file, text }] }),
  });
  const { diagnostics } = await answer.json();
  assert.deepEqual(
    diagnostics.filter((one) => one.severity === 'error').map((one) => one.code),
    [],
  );
  assert.deepEqual(errors, []);
  await page.close();
  await dropDraft(world, file);
}

/** An answer of its own for an identity is drawn as a small flow. */
async function extension(world) {
  const { assert } = world;
  const file = 'extensions/points-return-travel-hotel.yaml';
  await dropDraft(world, file);
  const { page, errors } = await open(world, 'cancel-order', '?bizId=travel&scenario=hotel');
  await node(page, 'return_points').click();
  await page.locator('.answers-hit').waitFor();
  await page.locator('.answers').getByRole('button').click();
  await node(page, 'answer').waitFor();
  assert.match(page.url(), /flows\/points-return-travel-hotel.*bizId=travel/);
  const kept = await (await fetch(`${world.api}/v1/catalog/drafts/${file}`)).json();
  assert.match(kept.text, /kind: Extension\n/);
  assert.deepEqual(
    errors.filter((one) => !one.includes('404')),
    [],
  );
  await page.close();
  await dropDraft(world, file);
}
