/** An ended run once more: with an input that is no JSON, one that does not fit, and one that does. */

export async function rerun(world) {
  if (world.kind === 'stand-in') return;
  const { assert, api, url } = world;
  const { items } = await (await fetch(`${api}/v1/runs?flow=cancel-order&status=succeeded`)).json();
  const old = items.find((one) => one.bizId === null);
  const page = await world.context.newPage();
  const errors = world.watch(page);
  await page.goto(`${url}/runs/${old.id}`, { waitUntil: 'load' });
  const open = page.locator('.tr-actions button', { hasText: /再次运行|Run again/ });
  await open.click();
  const input = page.locator('.k-dialog textarea').first();
  const go = page.locator('.k-dialog-foot button').last();
  const given = await input.inputValue();
  assert.equal(JSON.parse(given).reason, '买家改变主意', 'the input of the run stands there');

  await input.fill(`${given.slice(0, -1)},\n]`);
  await page.locator('.k-dialog .k-error', { hasText: String(given.split('\n').length + 1) }).waitFor();
  assert.ok(await go.isDisabled(), 'what is no JSON is not sent');

  await input.fill(JSON.stringify({ ...JSON.parse(given), reason: 7 }, null, 2));
  await go.click();
  await page.locator('.tr-misfits', { hasText: '/reason' }).waitFor();
  const chosen = await input.evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd));
  assert.equal(chosen, '7', 'the value that does not fit is chosen');

  await input.fill(JSON.stringify({ ...JSON.parse(given), reason: '再试一次' }, null, 2));
  await go.click();
  await page.waitForFunction((id) => !location.pathname.endsWith(id), old.id);
  const back = page.locator(`.tr-facts a[href="/runs/${old.id}"]`);
  await back.waitFor();
  const id = page.url().split('/').at(-1);
  const made = await (await fetch(`${api}/v1/runs/${id}`)).json();
  assert.deepEqual(
    [made.parent, made.trigger, made.input.reason],
    [old.id, 'rerun', '再试一次'],
    'the new run names the old one',
  );
  await back.click();
  await page.locator(`.tr-facts a[href="/runs/${id}"]`).waitFor();

  // The list without what schedules started.
  await page.goto(`${url}/runs`, { waitUntil: 'load' });
  await page.locator('.rn-hide').click();
  await page.waitForFunction(() => location.search.includes('hide='));
  await page.reload({ waitUntil: 'load' });
  await page.locator('.rn-row').first().waitFor();
  const filtered = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map((entry) => entry.name)
      .find((name) => name.includes('trigger=call%2Cflow%2Crerun')),
  );
  assert.ok(filtered !== undefined, 'the address keeps the filter');
  const shown = (await (await fetch(filtered)).json()).items.map((one) => one.trigger);
  assert.ok(shown.includes('rerun') && !shown.includes('cron'), 'nothing that a schedule started');
  assert.equal(await page.locator('.rn-hide').getAttribute('aria-pressed'), 'true');
  assert.deepEqual(
    errors.filter((error) => !error.includes('status of 400')),
    [],
  );
  await page.close();
}
