/** Every shipped flow opens in the editor; one edit changes its own line only, and undoing it gives the exact bytes back. */
import { changed, dropDraft, open } from './editor.mjs';

const AT_ONCE = 4;

export async function shipped(world) {
  const { items } = await (await fetch(`${world.api}/v1/flows`)).json();
  const files = [...new Set(items.map((flow) => flow.file))].map((file) =>
    items.filter((flow) => flow.file === file),
  );
  world.assert.ok(files.length > 8, 'the shipped flows are there');
  const next = async () => {
    for (let flows = files.pop(); flows !== undefined; flows = files.pop())
      for (const flow of flows) await edited(world, flow.name);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

async function edited(world, name) {
  const { assert } = world;
  const flow = await (await fetch(`${world.api}/v1/flows/${name}`)).json();
  await dropDraft(world, flow.file);
  const { page, errors } = await open(world, name);
  await page
    .locator('.react-flow__node')
    .first()
    .click({ position: { x: 30, y: 16 }, timeout: 20_000 });
  const title = page.locator('[data-inspector]').getByLabel('名称', { exact: true });
  await title.fill('改过的名称');
  const put = saving(page);
  await title.press('Enter');
  await title.blur();
  const { gone, added } = changed(flow.text, await put);
  assert.ok(gone.length <= 1, `${name}: ${gone.join(' | ')}`);
  assert.ok(added.length === 1 && added[0].includes('改过的名称'), `${name}: ${added.join(' | ')}`);
  const back = saving(page);
  await page.getByRole('button', { name: '撤销' }).click();
  assert.equal(await back, flow.text, `${name}: undo gives the exact bytes back`);
  assert.deepEqual(errors, [], name);
  await page.close();
  await dropDraft(world, flow.file);
}

/** The text the editor saves next. */
async function saving(page) {
  const request = await page.waitForRequest(
    (one) => one.method() === 'PUT' && one.url().includes('/v1/catalog/drafts/'),
    { timeout: 20_000 },
  );
  return request.postDataJSON().text;
}
