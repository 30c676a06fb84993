/** Words the recorded tests share: open a flow, read its draft, find its nodes. */

export async function open(world, flow, search = '') {
  const page = await world.context.newPage();
  page.setDefaultTimeout(8000);
  const errors = world.watch(page);
  await page.addInitScript(() => localStorage.setItem('bactrian.locale', 'zh-CN'));
  await page.goto(`${world.url}/flows/${flow}${search}`);
  await page.waitForSelector('.react-flow__node');
  return { page, errors };
}

export function node(page, id) {
  return page.locator(`.react-flow__node[data-id="nodes/${id}"]`);
}

/** The draft once it is saved. */
export async function draft(world, page, file) {
  await page.waitForSelector('.editor-state-saved', { timeout: 8000 });
  const answer = await fetch(`${world.api}/v1/catalog/drafts/${file}`);
  return (await answer.json()).text;
}

export async function fileOf(world, flow) {
  const answer = await fetch(`${world.api}/v1/flows/${flow}`);
  return answer.json();
}

/** Lines that differ between two texts, without their place. */
export function changed(before, after) {
  const old = new Set(before.split('\n'));
  const now = new Set(after.split('\n'));
  return {
    gone: [...old].filter((line) => !now.has(line)),
    added: [...now].filter((line) => !old.has(line)),
  };
}

export async function dropDraft(world, file) {
  await fetch(`${world.api}/v1/catalog/drafts/${file}`, { method: 'DELETE' });
}

/** The whole flow in sight, and no longer on its way there. */
export async function fit(page) {
  await page.getByRole('button', { name: '适应窗口' }).click();
  const place = () =>
    page.evaluate(() => document.querySelector('.react-flow__viewport')?.style.transform ?? '');
  let before = '';
  for (let i = 0; i < 40; i += 1) {
    await page.waitForTimeout(250);
    const now = await place();
    if (now === before) return;
    before = now;
  }
}
