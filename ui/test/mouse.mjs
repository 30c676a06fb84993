/** Mouse only: drop on an edge, add by the plus, connect, refuse a circle, rename, delete, undo, test, publish. */
import { changed, draft, dropDraft, fileOf, fit, node, open } from './editor.mjs';

export async function mouse(world) {
  const { assert } = world;
  const flow = await fileOf(world, 'cancel-order');
  await dropDraft(world, flow.file);
  const { page, errors } = await open(world, 'cancel-order');

  await page
    .locator('.palette-entry', { hasText: 'log' })
    .first()
    .dragTo(page.locator('[data-edge=":load>guard"]'), { force: true });
  await node(page, 'log').waitFor();
  let text = await draft(world, page, flow.file);
  const diff = changed(flow.text, text);
  assert.equal(diff.gone.length, 1, `only the order line changes: ${diff.gone.join(' | ')}`);
  assert.match(diff.added.join('\n'), /order: \[load, log, guard, close/);

  await page.locator('[data-edge=":log>guard"] .line-plus').click({ force: true });
  await page.locator('.quick-input').fill('映射');
  await page.locator('.quick .palette-entry').first().click();
  await node(page, 'map').waitFor();

  // A press on the ground is enough for single keys to act.
  await page.locator('.react-flow__pane').click({ position: { x: 20, y: 20 } });
  await page.keyboard.press('/');
  await page.locator('.quick-input').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.quick-input').waitFor({ state: 'detached' });

  await fit(page);
  const from = await node(page, 'notify').locator('.react-flow__handle-right').boundingBox();
  const to = await node(page, 'load').locator('.react-flow__handle-left').boundingBox();
  if (from !== null && to !== null) {
    await page.mouse.move(from.x + 4, from.y + 4);
    await page.mouse.down();
    await page.mouse.move(to.x + 30, to.y + 40, { steps: 12 });
    await page.mouse.move(to.x + 4, to.y + to.height / 2, { steps: 6 });
    await page.locator('.canvas-why').waitFor();
    await page.mouse.up();
  }

  await node(page, 'map').click();
  const id = page.getByLabel('节点标识');
  await id.fill('prepare');
  await id.blur();
  await node(page, 'prepare').waitFor();

  await node(page, 'log').click();
  await page.locator('[data-canvas]').press('Delete');
  await node(page, 'log').waitFor({ state: 'detached' });
  text = await draft(world, page, flow.file);
  assert.match(text, /order: \[load, prepare, guard, close/);

  for (let i = 0; i < 4; i += 1) await page.getByRole('button', { name: '撤销' }).click();
  await page.waitForTimeout(2400);
  text = await draft(world, page, flow.file);
  assert.equal(text, flow.text, 'undo gives the exact bytes back');

  await page.getByRole('button', { name: '测试运行' }).click();
  await page.locator('.test').getByRole('button', { name: '运行', exact: true }).click();
  await page.locator('.test-verdict').waitFor();
  await page.locator('.card-run-succeeded').first().waitFor();
  await page.getByRole('button', { name: '发布', exact: true }).click();
  await page.getByRole('dialog').waitFor();
  assert.deepEqual(errors, []);
  await page.close();
}
