/** An operator at work: finds parked runs, sees what an action would do, does it, and reads one run. */

async function resumeParked({ assert, url, api }, page) {
  const counts = async () => (await (await fetch(`${api}/v1/runs?limit=1`)).json()).counts;
  const before = await counts();

  await page.goto(`${url}/runs`, { waitUntil: 'load' });
  await page.getByRole('tab', { name: /已搁置|parked/ }).click();
  await page.waitForFunction(() => location.search.includes('status=parked'));
  await page.waitForFunction(() => document.querySelectorAll('.rn-row').length > 1);
  const boxes = page.locator('.rn-row .rn-tick');
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  await page.locator('.rn-bulk button').first().click();
  await page.waitForSelector('.rn-preview li');
  assert.equal(await page.locator('.rn-preview li').count(), 2, 'the preview lists what was chosen');
  assert.equal((await counts()).parked, before.parked, 'a preview changes nothing');
  const go = page.locator('.k-dialog-foot button').last();
  assert.ok(await go.isDisabled(), 'no action without a reason');
  await page.locator('.k-dialog textarea').fill('库存服务已恢复');
  await page.waitForFunction(
    () => document.querySelector('.k-dialog-foot button:last-child')?.disabled === false,
  );
  await go.click();
  await page.waitForSelector('.k-veil', { state: 'detached' });
  assert.equal((await counts()).parked, before.parked - 2, 'both runs went on');
}

/** Nothing to act on: the preview says so run by run, and the deed stays out of reach. */
async function refusal({ assert, url }, page) {
  await page.goto(`${url}/runs?status=succeeded`, { waitUntil: 'load' });
  await page.waitForFunction(() => document.querySelectorAll('.rn-row').length > 1);
  await page.locator('.rn-row .rn-tick').first().check();
  await page.locator('.rn-bulk button').first().click();
  await page.waitForSelector('.rn-preview li[data-refused]');
  await page.locator('.k-dialog textarea').fill('为什么');
  assert.ok(
    await page.locator('.k-dialog-foot button').last().isDisabled(),
    'what may not be done is not offered',
  );
  await page.keyboard.press('Escape');
}

export async function operate(world) {
  const { assert, api } = world;
  const page = await world.context.newPage();
  const errors = world.watch(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  const { counts } = await (await fetch(`${api}/v1/runs?limit=1`)).json();
  if ((counts.parked ?? 0) > 1) await resumeParked(world, page);
  await refusal(world, page);
  await trace(world, page);
  assert.deepEqual(errors, []);
  await page.close();
}

async function trace({ assert, url, api }, page) {
  const item = (await (await fetch(`${api}/v1/runs?status=compensated&limit=1`)).json()).items[0];
  const run = await (await fetch(`${api}/v1/runs/${item.id}`)).json();
  await page.goto(`${url}/runs/${item.id}`, { waitUntil: 'load' });
  await page.waitForSelector('.tr-line');
  assert.equal(
    await page.locator('.tr-line').count(),
    run.nodes.filter((node) => node.id !== '').length + run.compensations.length,
    'a row for every node and every compensation',
  );
  assert.equal(await page.locator('.tr-line[data-undo]').count(), run.compensations.length);
  const answered = run.nodes.find((node) => node.extension !== undefined && node.extension !== null);
  if (answered === undefined) return;
  await page.locator('.tr-line', { hasText: answered.address }).first().click();
  await page.getByRole('tab', { name: /解析|Resolution/ }).click();
  await page.waitForSelector('.tr-answer');
  assert.equal(
    await page.locator('.tr-table tbody tr').count(),
    answered.extension.tried.length + (answered.extension.level === 'default' ? 1 : 0),
    'every key that was tried',
  );
  assert.match((await page.locator('.tr-answer').textContent()) ?? '', new RegExp(answered.extension.name));
}
