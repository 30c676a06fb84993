/** From a run to a case that passes, and one node played again on what the run gave it. */
import { draft, dropDraft, fileOf, node, open } from './editor.mjs';

export async function replay(world) {
  if (world.kind === 'stand-in') return;
  const { assert } = world;
  const flow = await fileOf(world, 'cancel-order');
  await dropDraft(world, flow.file);
  const { items } = await (await fetch(`${world.api}/v1/runs?flow=cancel-order&status=succeeded`)).json();
  const run = items.find((one) => one.bizId === null);
  const { page, errors } = await open(world, 'cancel-order', `?run=${run.id}&node=close&drawer=test`);
  await page.locator('.card-run-succeeded').first().waitFor();
  await page.getByRole('button', { name: '重放 close' }).click();
  await page.locator('.test-verdict').waitFor();
  assert.equal(await node(page, 'notify').locator('.card-run-pending').count(), 1, 'nothing after it runs');

  await page.getByRole('button', { name: '存为用例', exact: true }).click();
  const text = await draft(world, page, flow.file);
  assert.equal(text.startsWith(flow.text.slice(0, flow.text.indexOf('nodes:'))), true);
  const name = `run ${run.id.slice(0, 13)}`;
  const answer = await fetch(`${world.api}/v1/flows/cancel-order/cases`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text, file: flow.file }),
  });
  const { cases } = await answer.json();
  const own = cases.find((one) => one.name === name);
  assert.deepEqual([own?.passed, own?.differences], [true, []], `${name} passes`);
  assert.deepEqual(errors, []);
  await page.close();
  await dropDraft(world, flow.file);
}
