/** Live traffic: what is called right now is on the lines of the open flow within two seconds, and goes when it is switched off. */
import { open } from './editor.mjs';

export async function live(world) {
  const { assert, api } = world;
  const { page, errors } = await open(world, 'cancel-order');
  const line = page.locator('.react-flow__edge[data-id=":load>guard"] .react-flow__edge-path');
  const width = () => line.evaluate((path) => Number.parseFloat(path.style.strokeWidth || '0'));
  assert.equal(await width(), 0, 'nothing is painted before it is asked for');
  const call = () =>
    fetch(`${api}/orders/O1102/cancel`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    }).catch(() => undefined);
  const timer = setInterval(call, 100);
  try {
    await page.getByRole('button', { name: '实时流量' }).click();
    await page.waitForFunction(() => {
      const path = document.querySelector('.react-flow__edge[data-id=":load>guard"] .react-flow__edge-path');
      return Number.parseFloat(path?.style.strokeWidth || '0') > 1.6;
    });
    assert.ok((await page.locator('.line-errors').count()) > 0, 'a delivered order is refused: errors show');
    assert.match((await page.locator('.canvas-sums').textContent()) ?? '', /^[1-9][\d.,]* 次\/秒 · p95/);
  } finally {
    clearInterval(timer);
  }
  await page.getByRole('button', { name: '实时流量' }).click();
  assert.equal(await width(), 0, 'switched off, the lines are as they were');
  assert.equal(await page.locator('.line-errors').count(), 0);
  assert.deepEqual(errors, []);
  await page.close();
}
