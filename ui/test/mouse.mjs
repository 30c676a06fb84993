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

  await dropped(world, page);

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

/** What is dropped in the open stands there; what the next one of its name gets is the layout's choice. */
async function dropped({ assert, api }, page) {
  const pane = await page.locator('.react-flow__pane').boundingBox();
  const spot = { x: Math.round(pane.width / 2), y: Math.round(pane.height - 90) };
  const entry = page.locator('.palette-entry', { hasText: 'log' }).first();
  await entry.dragTo(page.locator('.react-flow__pane'), { targetPosition: spot, force: true });
  await node(page, 'log').waitFor();
  await page.waitForTimeout(500);
  const box = await node(page, 'log').boundingBox();
  const off = [box.x + box.width / 2 - pane.x - spot.x, box.y + box.height / 2 - pane.y - spot.y];
  assert.ok(Math.hypot(...off) < 12, `it stands ${off} beside the drop`);
  const pins = async () => (await (await fetch(`${api}/v1/layout/cancel-order`)).json()).pins;
  assert.ok('log' in (await pins()), 'the place is kept');
  await page.getByRole('button', { name: '撤销' }).click();
  await node(page, 'log').waitFor({ state: 'detached' });

  const from = await node(page, 'load').locator('.react-flow__handle-right').boundingBox();
  await page.mouse.move(from.x + 4, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(pane.x + 300, pane.y + pane.height - 120, { steps: 12 });
  await page.mouse.up();
  await page.locator('.quick-input').fill('映射');
  await page.locator('.quick .palette-entry').first().click();
  await node(page, 'map').waitFor();
  await page.waitForTimeout(500);
  const away = await node(page, 'map').boundingBox();
  const beside = [away.x - pane.x - 300, away.y + away.height / 2 - pane.y - pane.height + 120];
  assert.ok(Math.hypot(...beside) < 12, `it stands ${beside} beside the end of the line`);
  await page.getByRole('button', { name: '撤销' }).click();
  await node(page, 'map').waitFor({ state: 'detached' });

  await node(page, 'load').click();
  await entry.dblclick();
  await node(page, 'log').waitFor();
  assert.ok(!('log' in (await pins())), 'nobody chose a place for this one');
  await page.getByRole('button', { name: '撤销' }).click();
  await node(page, 'log').waitFor({ state: 'detached' });
}
