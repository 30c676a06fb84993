/** A flow of six nodes is built, validated, run and published: once by mouse, once by keyboard alone. */
import { dropDraft, fileOf, fit, node, open } from './editor.mjs';

export async function buildByMouse(world) {
  const { assert } = world;
  const flow = await fileOf(world, 'place-order');
  await dropDraft(world, flow.file);
  const { page, errors } = await open(world, 'place-order');
  for (let count = 3; count <= 6; count += 1) {
    await fit(page);
    await page.locator('[data-edge$=">create"] .line-plus').click({ force: true });
    await page.locator('.quick-input').fill('映射');
    await page.locator('.quick .palette-entry').first().click();
    await nodes(page, count);
  }
  await node(page, 'map').click();
  const id = page.getByLabel('节点标识');
  await id.fill('prepare');
  await id.blur();
  await node(page, 'prepare').waitFor();

  await page.getByRole('button', { name: '测试运行' }).click();
  await page.locator('.test').getByRole('button', { name: '运行', exact: true }).click();
  await page.locator('.test-verdict').waitFor();
  await page.locator('.card-run-succeeded').first().waitFor();

  await page.getByRole('button', { name: '发布', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /说明/ }).click();
  await dialog.locator('textarea').fill('下单前先准备数据');
  await dialog.getByRole('button', { name: '发布给所有人' }).click();
  await dialog.waitFor({ state: 'detached' });
  await published(world, 'place-order', flow, 'prepare');
  assert.deepEqual(errors, []);
  await page.close();
}

export async function buildByKeyboard(world) {
  const { assert } = world;
  const flow = await fileOf(world, 'calculate-rebate');
  await dropDraft(world, flow.file);
  const { page, errors } = await open(world, 'calculate-rebate');
  const { keyboard } = page;
  for (let count = 3; count <= 6; count += 1) {
    await page.evaluate(() => document.querySelector('[data-canvas] .react-flow__node')?.focus());
    await keyboard.press('ArrowRight');
    await keyboard.press('i');
    await page.locator('.quick-input').waitFor();
    await keyboard.type('yingshe');
    await keyboard.press('Enter');
    await nodes(page, count);
  }
  await keyboard.press('Control+Enter');
  await page.locator('.test').waitFor();
  await reach(page, /^运行$/);
  await keyboard.press('Enter');
  await page.locator('.test-verdict').waitFor();
  await keyboard.press('Control+s');
  await page.getByRole('dialog').waitFor();
  await reach(page, /说明/);
  await keyboard.press('Enter');
  await page.locator('[role="dialog"] textarea').waitFor();
  await reach(page, 'TEXTAREA');
  await keyboard.type('four more steps');
  await page.waitForFunction(
    () => document.querySelector('.k-dialog-foot button:last-child')?.disabled === false,
  );
  await reach(page, /发布给所有人/);
  await keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await published(world, 'calculate-rebate', flow, 'map');
  assert.deepEqual(errors, []);
  await page.close();
}

function nodes(page, count) {
  return page.waitForFunction(
    (wanted) => document.querySelectorAll('.react-flow__node').length === wanted,
    count,
  );
}

/** Tabs until what is wanted has the focus: an element of that name, or a button with that text. */
async function reach(page, wanted) {
  for (let i = 0; i < 150; i += 1) {
    const [tag, label] = await page.evaluate(() => [
      document.activeElement?.tagName ?? '',
      document.activeElement?.textContent ?? '',
    ]);
    if (typeof wanted === 'string' ? tag === wanted : tag === 'BUTTON' && wanted.test(label)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${wanted} cannot be reached by keys`);
}

async function published({ assert, api }, name, before, added) {
  const after = await (await fetch(`${api}/v1/flows/${name}`)).json();
  assert.equal(after.nodes.length, 6, 'six nodes are published');
  assert.ok(after.revision > before.revision, 'as a new revision');
  assert.match(after.text, new RegExp(`\\n  ${added}:`));
  const { diagnostics } = await (
    await fetch(`${api}/v1/catalog/validate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path: after.file, text: after.text }),
    })
  ).json();
  assert.deepEqual(
    diagnostics.filter((one) => one.severity === 'error'),
    [],
  );
}
