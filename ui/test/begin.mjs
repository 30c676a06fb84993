/** A new flow by keyboard: from every template it opens as a draft without faults, and one key runs it. */
import { dropDraft } from './editor.mjs';

export async function begin(world) {
  const { assert } = world;
  const page = await world.context.newPage();
  page.setDefaultTimeout(8000);
  const errors = world.watch(page);
  await page.addInitScript(() => localStorage.setItem('bactrian.locale', 'zh-CN'));
  const templates = ['空白', '下单', '支付回调幂等', '对账'];
  for (const [i, title] of templates.entries()) {
    const name = `begun-${i}`;
    await dropDraft(world, `${name}.yaml`);
    await page.goto(`${world.url}/flows`);
    await page.locator('.fl-table').waitFor();
    await page.keyboard.press('n');
    await page.getByLabel('名称', { exact: true }).fill(`新的${title}`);
    await page.getByLabel('标识').fill(name);
    await page.getByRole('radio', { name: title }).focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: '创建并打开' }).press('Enter');
    await page.getByRole('heading', { name: `新的${title}` }).waitFor();
    await valid(world, `${name}.yaml`);
    if (i === 0) await page.locator('.canvas-empty').waitFor();
    else await runs(page);
    await page.goto(`${world.url}/flows?view=drafts`);
    await page.locator('.fl-table').getByText(name).waitFor();
    await dropDraft(world, `${name}.yaml`);
  }
  assert.deepEqual(errors, []);
  await page.close();
}

/** The engine finds nothing in the draft; a flow without nodes is only unfinished. */
async function valid({ api, assert }, path) {
  const { text } = await (await fetch(`${api}/v1/catalog/drafts/${path}`)).json();
  const answer = await fetch(`${api}/v1/catalog/validate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ files: [{ path, text }] }),
  });
  const { diagnostics } = await answer.json();
  const found = diagnostics.filter((one) => one.file.endsWith(path) && !text.includes('nodes: {}'));
  assert.deepEqual(found, [], path);
}

async function runs(page) {
  await page.locator('.react-flow__node').first().waitFor();
  await page.keyboard.press('Control+Enter');
  await page.locator('.test').waitFor();
  await page.locator('.test-result .test-verdict, .test-result .k-error').first().waitFor();
}
