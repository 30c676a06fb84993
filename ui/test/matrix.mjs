/** The matrix: its look-up answers as the engine does, keys move in it, and 200 × 300 is on screen at once. */
import { readFileSync } from 'node:fs';
import { transformWithOxc } from 'vite';
import { bigMatrix } from '../dev/data.mjs';

const FIRST_PAINT_MS = 500;
const ASKED = 1000;

export async function matrix(world) {
  await explain(world);
  await keys(world);
  await paint(world);
}

async function lookup() {
  const file = new URL('../src/matrix/lookup.ts', import.meta.url);
  const { code } = await transformWithOxc(readFileSync(file, 'utf8'), file.pathname);
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}

/** Known identities and made-up ones, the same at every run. */
async function explain({ assert, api }) {
  const { find, lookupOf } = await lookup();
  const answer = await (await fetch(`${api}/v1/extensions`)).json();
  const known = lookupOf(answer);
  let seed = 7;
  const pick = (list) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return list[seed % list.length];
  };
  const part = (name) => [...new Set(answer.identities.map((one) => one[name] ?? null))];
  const [cases, biz, scenes] = [
    part('useCase'),
    [...part('bizId'), 'nobody'],
    [...part('scenario'), 'nowhere'],
  ];
  for (let i = 0; i < ASKED; i += 1) {
    const point = pick(answer.points).name;
    const bizId = pick(biz);
    const place = { useCase: pick(cases), bizId, scenario: bizId === null ? null : pick(scenes) };
    const query = new URLSearchParams(Object.entries(place).filter(([, value]) => value !== null));
    const told = await (
      await fetch(`${api}/v1/extensions/${encodeURIComponent(point)}/resolve?${query}`)
    ).json();
    const found = find(known, point, place);
    const where = `${point} for ${JSON.stringify(place)}`;
    assert.equal(found.level, told.level ?? null, where);
    if (typeof told.level === 'number') assert.equal(found.cell.implementation, told.implementation, where);
    const keys = told.tried.slice(0, found.tried.length);
    assert.deepEqual(
      found.tried,
      keys.map((key) => key.map((part) => (part === 'default' ? null : part))),
      where,
    );
  }
}

async function keys({ assert, url, watch, context }) {
  const page = await context.newPage();
  const errors = watch(page);
  await page.goto(`${url}/extensions`, { waitUntil: 'load' });
  await page.waitForSelector('.mx-cell');
  await page.focus('.mx-grid');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.waitForSelector('#mx-chosen');
  const first = await page.locator('#mx-chosen').getAttribute('aria-colindex');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(
    (old) => document.querySelector('#mx-chosen')?.getAttribute('aria-colindex') !== old,
    first,
  );
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role="menu"]');
  await page.keyboard.press('Escape');
  await page.waitForSelector('[role="menu"]', { state: 'detached' });
  assert.match(page.url(), /at=/, 'the chosen cell is part of the link');
  assert.deepEqual(errors, []);
  await page.close();
}

/** From the press on the rail to cells on screen, as the browser's own clock tells; the middle of three visits. */
async function paint({ assert, url, context }) {
  const page = await context.newPage();
  const body = JSON.stringify(bigMatrix());
  await page.route('**/v1/extensions', (route) => route.fulfill({ contentType: 'application/json', body }));
  await page.goto(`${url}/capabilities`, { waitUntil: 'load' });
  const times = [];
  for (let visit = 0; visit < 3; visit += 1) {
    await page.waitForTimeout(1500);
    times.push(await page.evaluate(visitMatrix));
    if (visit === 0) {
      const cells = await page.locator('.mx-cell').count();
      assert.ok(cells < 600, `${cells} cells are drawn, only those in sight may be`);
    }
    await page.click('a[href^="/capabilities"]');
  }
  const took = Math.round([...times].sort((a, b) => a - b)[1]);
  process.stdout.write(`     200 × 300 on screen after ${took} ms (${times.map(Math.round).join(', ')})\n`);
  assert.ok(took <= FIRST_PAINT_MS, `200 × 300 took ${took} ms`);
  await page.close();
}

async function visitMatrix() {
  const began = performance.now();
  document.querySelector('a[href^="/extensions"]')?.click();
  await new Promise((done) => {
    const look = () => {
      if (document.querySelectorAll('.mx-cell').length > 60) requestAnimationFrame(() => setTimeout(done));
      else requestAnimationFrame(look);
    };
    look();
  });
  return performance.now() - began;
}
