/** The flow's own cases in the test drawer: renamed, for another identity, with another input, taken away. */
import { changed, draft, dropDraft, fileOf, open } from './editor.mjs';

export async function cases(world) {
  const { assert } = world;
  const flow = await fileOf(world, 'place-order');
  await dropDraft(world, flow.file);
  const { page, errors } = await open(world, 'place-order', '?drawer=test');
  const form = page.locator('.case-form');
  const [name, bizId, input] = ['用例名称', '业务线', '输入'].map((label) => form.getByLabel(label));
  const update = page.getByRole('button', { name: '更新用例' });
  await name.waitFor();
  assert.ok(await update.isDisabled(), 'nothing is changed yet');

  const given = await input.inputValue();
  await input.fill(`${given}  - [`);
  await page.locator('.case-form .k-error').waitFor();
  assert.ok(
    await page.locator('.test-case').getByRole('button', { name: '运行', exact: true }).isDisabled(),
    'what cannot be read is not run',
  );
  await input.fill(`${given}idCard: '1'\n`);
  await name.fill('换个名字');
  await bizId.fill('travel');
  await update.click();
  await page.waitForTimeout(2400);
  const text = await draft(world, page, flow.file);
  const at = flow.text.indexOf('tests:');
  assert.equal(text.slice(0, at), flow.text.slice(0, at), 'only the case changes');
  assert.match(text.slice(at), /换个名字/);
  assert.match(text.slice(at), /bizId: travel/);
  const lines = changed(flow.text, text);
  assert.ok(lines.gone.length <= 3, lines.gone.join(' | '));
  await page.locator('.test-row', { hasText: '换个名字' }).waitFor();

  const before = await page.locator('.test-row').count();
  await page.getByRole('button', { name: '移除用例 换个名字' }).click();
  await page.waitForFunction((count) => document.querySelectorAll('.test-row').length !== count, before);
  const undo = page.getByRole('button', { name: '撤销' });
  await undo.click();
  await page.locator('.test-row', { hasText: '换个名字' }).waitFor();
  await undo.click();
  await page.waitForTimeout(2400);
  assert.equal(await draft(world, page, flow.file), flow.text, 'undo gives the exact bytes back');
  assert.deepEqual(errors, []);
  await page.close();
  await dropDraft(world, flow.file);
}
