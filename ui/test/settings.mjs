/** The flow's own settings by form: what starts it and what goes in, each edit the lines it means. */
import { changed, draft, dropDraft, fileOf, open } from './editor.mjs';

export async function settings(world) {
  const { assert } = world;
  const flow = await fileOf(world, 'cancel-order');
  await dropDraft(world, flow.file);
  const { page, errors } = await open(world, 'cancel-order');
  await page.getByRole('button', { name: '流程设置' }).click();
  const saved = async () => {
    await page.waitForTimeout(2400);
    return changed(flow.text, await draft(world, page, flow.file));
  };

  const path = page.locator('[data-trigger="http"]').getByLabel('路径');
  await path.fill('/orders/{id}/void');
  await path.blur();
  await page.getByRole('button', { name: '定时', exact: true }).click();
  const schedule = page.locator('[data-trigger="cron"]').getByLabel('计划（cron）');
  await schedule.fill('0 3 * * 1');
  await schedule.blur();
  let diff = await saved();
  assert.deepEqual(diff.gone, ['    path: /orders/{id}/cancel']);
  assert.deepEqual(diff.added.slice(0, 3), [
    '    path: /orders/{id}/void',
    '  cron:',
    '    schedule: 0 3 * * 1',
  ]);
  await page.getByRole('button', { name: '移除定时' }).click();
  await page.locator('[data-trigger="cron"]').waitFor({ state: 'detached' });

  await page.getByPlaceholder('字段名').fill('channel');
  await page.getByRole('button', { name: '添加字段' }).click();
  const row = page.locator('[data-field="channel"]');
  await row.waitFor();
  await row.getByText('必填').click();
  await row.getByRole('button', { name: /channel 的类型/ }).click();
  await page.getByRole('option', { name: /整数/ }).click();
  const initial = row.getByLabel('channel 的默认值');
  await initial.fill('many');
  await initial.blur();
  await page.locator('.k-note-failed', { hasText: 'channel' }).first().waitFor();
  await initial.fill('3');
  await initial.blur();
  const name = page.locator('[data-field="orderId"]').getByLabel('字段名');
  await name.fill('order');
  await name.blur();
  await page.locator('[data-field="order"]').waitFor();
  diff = await saved();
  assert.ok(
    diff.added.some((line) => /^ +channel: \{type: integer, default: 3\}$/.test(line)),
    diff.added.join('\n'),
  );
  assert.ok(
    diff.added.every((line) => !line.includes('input.orderId')) &&
      diff.added.some((line) => line.includes('input.order}')),
    'what read the field reads it by its new name',
  );

  const undo = page.getByRole('button', { name: '撤销' });
  for (let i = 0; i < 20 && (await undo.isEnabled()); i += 1) await undo.click();
  await page.waitForTimeout(2400);
  assert.equal(await draft(world, page, flow.file), flow.text, 'undo gives the exact bytes back');
  assert.deepEqual(errors, []);
  await page.close();
  await dropDraft(world, flow.file);
}
