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

  await page.getByRole('radio', { name: '真实调用服务' }).click();
  const [asked] = await Promise.all([
    page.waitForResponse((response) => response.url().endsWith('/v1/flows/cancel-order/test')),
    page.getByRole('button', { name: '重放 close' }).click(),
  ]);
  assert.deepEqual(asked.request().postDataJSON().liveNodes, ['close']);
  const again = (await asked.json()).run.nodes.filter((one) => ['load', 'close'].includes(one.address));
  const served = Object.fromEntries(again.map((one) => [one.address, one.servedBy]));
  assert.deepEqual(served, { load: 'mock', close: 'call' }, 'only the named node is called');

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

/** An extension runs by itself, on what its point is given. */
export async function alone(world) {
  if (world.kind === 'stand-in') return;
  const { assert } = world;
  const name = 'points-return-wanlitong';
  const { page, errors } = await open(world, name, '?file=order/used-car.yaml&drawer=test');
  await page.locator('.test-list .pane-none').waitFor();
  const [asked] = await Promise.all([
    page.waitForResponse((response) => response.url().endsWith(`/v1/flows/${name}/test`)),
    page.locator('.test-case').getByRole('button', { name: '运行', exact: true }).click(),
  ]);
  const { run } = await asked.json();
  assert.deepEqual([run?.bizId, run?.nodes.map((one) => one.address)], ['used-car', ['member', 'refund']]);
  await page.locator('.test-verdict').waitFor();
  assert.deepEqual(errors, []);
  await page.close();
}

/** The text pane tells what a key means and what an expression had in the last run. */
export async function hints(world) {
  if (world.kind === 'stand-in') return;
  const { assert } = world;
  const { page, errors } = await open(world, 'cancel-order', '?view=split');
  await page.locator('.cm-line', { hasText: 'method: GET' }).first().waitFor();
  const over = async (line, word) => {
    const box = await page
      .locator('.cm-line', { hasText: line })
      .first()
      .evaluate((element, at) => {
        const range = document.createRange();
        const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
          const found = node.data.indexOf(at);
          if (found < 0) continue;
          range.setStart(node, found);
          range.setEnd(node, found + at.length);
          const { x, y, width, height } = range.getBoundingClientRect();
          return { x: x + width / 2, y: y + height / 2 };
        }
        return undefined;
      }, word);
    await page.mouse.move(box.x - 40, box.y - 60);
    await page.mouse.move(box.x, box.y, { steps: 4 });
    await page.locator('.cm-hint', { hasText: word }).first().waitFor();
    return page.locator('.cm-hint').first().textContent();
  };
  assert.match(await over('method: GET', 'method'), /GET/);
  assert.match(await over('nodes.load.status', 'nodes.load.status'), /上次运行/);
  assert.deepEqual(errors, []);
  await page.close();
}
