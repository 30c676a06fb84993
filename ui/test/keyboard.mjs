/** Keyboard only: add nodes by name, walk the graph, edit in the inspector, delete, undo, open every view. */
import { draft, dropDraft, fileOf, node, open } from './editor.mjs';

export async function keyboard(world) {
  const { assert } = world;
  const flow = await fileOf(world, 'refund-payment');
  await dropDraft(world, flow.file);
  const { page, errors } = await open(world, 'refund-payment');
  const canvas = page.locator('[data-canvas] .react-flow');
  await canvas.evaluate((element) =>
    element.closest('[data-canvas]')?.querySelector('.react-flow__node')?.focus(),
  );

  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('/');
  await page.keyboard.type('fenzhi');
  await page.keyboard.press('Enter');
  await node(page, 'route').waitFor();

  await canvas.evaluate((element) => element.querySelector('.react-flow__node')?.focus());
  await page.keyboard.press('i');
  await page.keyboard.type('log');
  await page.keyboard.press('Enter');
  await node(page, 'log').waitFor();

  await page.keyboard.press('Control+z');
  await node(page, 'log').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+Shift+z');
  await node(page, 'log').waitFor();

  await composition(page, assert);

  const text = await draft(world, page, flow.file);
  assert.match(text, /switch:/);
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await canvas.evaluate((element) => element.querySelector('.react-flow__node')?.focus());
  for (const [key, part] of [
    ['4', '.diff'],
    ['1', '.react-flow__node'],
  ]) {
    await page.keyboard.press(key);
    await page.locator(part).first().waitFor();
    if (key === '4') await page.locator('[aria-label^="画布 (1)"]').press('Enter');
  }
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await page.waitForTimeout(2400);
  assert.equal(await draft(world, page, flow.file), flow.text);
  assert.deepEqual(errors, []);
  await page.close();
}

/** The Enter that confirms Chinese input fires no command, whichever order the browser sends the events in. */
async function composition(page, assert) {
  const before = await page.locator('.react-flow__node').count();
  await page.evaluate(() => {
    const target = document.querySelector('.react-flow__node');
    const send = (type, init) =>
      target?.dispatchEvent(
        new (type.startsWith('comp') ? CompositionEvent : KeyboardEvent)(type, {
          bubbles: true,
          cancelable: true,
          ...init,
        }),
      );
    send('compositionstart', { data: '' });
    send('keydown', { key: 'Delete', isComposing: true });
    send('compositionend', { data: '删除' });
    send('keydown', { key: 'Delete' });
    send('keydown', { key: '/', keyCode: 229 });
  });
  await page.waitForTimeout(50);
  assert.equal(await page.locator('.react-flow__node').count(), before);
  assert.equal(await page.locator('.quick').count(), 0);
}
