/** Two editors on one draft: what does not collide is joined, what does is asked, nothing is lost. */
import { draft, dropDraft, fileOf, node, open } from './editor.mjs';

const FLOW = 'place-order';

async function retitle(page, id, text) {
  await node(page, id).click();
  const title = page.locator('[data-inspector]').getByLabel('名称', { exact: true });
  await title.fill(text);
  await title.press('Enter');
  await title.blur();
}

async function join(page) {
  await page.getByRole('button', { name: '合并两份修改' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  return dialog;
}

export async function together(world) {
  const { assert } = world;
  const { file } = await fileOf(world, FLOW);
  await dropDraft(world, file);
  const one = await open(world, FLOW);
  const two = await open(world, FLOW);

  await retitle(one.page, 'id_card', '甲改的');
  await draft(world, one.page, file);
  await retitle(two.page, 'create', '乙改的');
  let dialog = await join(two.page);
  await dialog.getByRole('button', { name: '使用合并结果' }).click();
  await dialog.waitFor({ state: 'detached' });
  let text = await draft(world, two.page, file);
  assert.match(text, /甲改的/, 'what the first saved is still there');
  assert.match(text, /乙改的/, 'and so is what the second wrote');

  await retitle(one.page, 'create', '甲也改');
  dialog = await join(one.page);
  const done = dialog.getByRole('button', { name: '使用合并结果' });
  assert.ok(await done.isDisabled(), 'what collides is asked');
  await dialog.getByText('两份都留').first().click();
  await dialog.getByText('用我的').first().click();
  await done.click();
  await dialog.waitFor({ state: 'detached' });
  text = await draft(world, one.page, file);
  assert.match(text, /甲改的/);
  assert.match(text, /甲也改/);
  for (const { page, errors } of [one, two]) {
    assert.deepEqual(
      errors.filter((error) => !error.includes('412')),
      [],
    );
    await page.close();
  }
  await dropDraft(world, file);
}
