/** Every screen in both themes and both languages: axe finds nothing, nothing runs over at 1280 px, a picture is kept. */
import { mkdirSync, readFileSync } from 'node:fs';

const OUT = new URL('../screenshots/', import.meta.url).pathname;
const KEYS = new Set(
  Object.keys(JSON.parse(readFileSync(new URL('../src/locales/zh-CN.json', import.meta.url), 'utf8'))),
);
const press = (selector) => (page) => page.click(selector);

/** A screen, and what is done there before it is looked at. */
async function screensOf(world) {
  const answer = async (path) => (await fetch(world.api + path)).json();
  const run = async (status) => (await answer(`/v1/runs?status=${status}&limit=1`)).items[0]?.id;
  const [undone, parked, waiting] = await Promise.all(['compensated', 'parked', 'waiting'].map(run));
  const { points, identities } = await answer('/v1/extensions');
  const at = identities.find((one) => one.scenario) ?? identities[0];
  const place = [at?.bizId, at?.scenario].filter(Boolean).map(encodeURIComponent).join('/') || '-';
  const point = points.find((one) => one.flows.includes(at?.useCase)) ?? points[0];
  const cell = `at=${encodeURIComponent(at?.useCase ?? '')}:${place}&point=${point?.name}`;
  return [
    ['flows', '/flows'],
    ['flow', '/flows?flow=cancel-order'],
    [
      'editor',
      '/flows/cancel-order?drawer=test',
      async (page) => {
        await page.click('.test-case .k-button-main');
        await page.waitForSelector('.test-verdict');
      },
    ],
    ['text', '/flows/cancel-order?view=split'],
    ['variant', '/flows/cancel-order?bizId=used-car'],
    [
      'publish',
      '/flows/product-page',
      async (page) => {
        await page.click('header .k-button-main');
        await page.waitForSelector('.pb-steps li:nth-child(2)[data-state="good"]', { timeout: 60_000 });
      },
    ],
    [
      'settings',
      '/flows/close-unpaid-order',
      press('header [aria-label="流程设置"], header [aria-label="Flow settings"]'),
    ],
    ['runs', '/runs'],
    ...(undone === undefined
      ? []
      : [
          ['trace', `/runs/${undone}`],
          ['rerun', `/runs/${undone}`, press('.tr-actions button:last-child')],
        ]),
    ...(waiting === undefined ? [] : [['waiting', `/runs/${waiting}`]]),
    ...(parked === undefined
      ? []
      : [
          ['parked', `/runs/${parked}?tab=attempts`],
          ['action', `/runs/${parked}`, press('.tr-actions button')],
        ]),
    ['extensions', `/extensions?${cell}`],
    ['compare', `/extensions?compare=-~${place}`],
    ['contract', `/extensions?panel=${point?.name}&only=overrides`],
    ['capabilities', '/capabilities'],
    ['component', '/capabilities?open=component%20http'],
    ['revisions', '/revisions'],
  ];
}

export async function screens(world) {
  mkdirSync(OUT, { recursive: true });
  const list = await screensOf(world);
  await drafted(world);
  const faults = [];
  for (const theme of ['light', 'dark']) {
    const both = ['zh-CN', 'en'].map((locale) => look(world, list, theme, locale));
    faults.push(...(await Promise.all(both)).flat());
  }
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

/** A draft that differs from what is published, so that there is something to publish. */
async function drafted({ api }) {
  const path = 'page/product-page.yaml';
  const { text } = await (await fetch(`${api}/v1/catalog/files/${path}`)).json();
  const { revision } = await (await fetch(`${api}/v1/catalog`)).json();
  await fetch(`${api}/v1/catalog/drafts/${path}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'if-none-match': '*' },
    body: JSON.stringify({
      text: text
        .replace('version: 10', 'version: 11')
        .replace('timeout: 800ms', 'timeout: 600ms')
        .replace('ttl: 30s, staleIfError: 10m', 'ttl: 1m, staleIfError: 30m'),
      baseRevision: revision,
    }),
  });
}

async function look(world, list, theme, locale) {
  const faults = [];
  const hold = (is, fault) => (is ? world.assert.ok(is) : faults.push(fault));
  const page = await world.context.newPage();
  await page.setViewportSize({ width: 1280, height: 800 });
  const errors = world.watch(page);
  await page.addInitScript(
    ([a, b]) => {
      // Pages beside this one share the store and choose otherwise.
      const own = { 'bactrian.theme': a, 'bactrian.locale': b };
      const read = Storage.prototype.getItem;
      Storage.prototype.getItem = function (key) {
        return own[key] ?? read.call(this, key);
      };
    },
    [theme, locale],
  );
  for (const [name, path, act] of list) {
    const where = `${name} ${theme} ${locale}`;
    // A run that goes on keeps its stream open, so the network never rests there.
    await page.goto(world.url + path, { waitUntil: 'load' });
    await page.waitForLoadState('networkidle', { timeout: 2500 }).catch(() => undefined);
    if (act !== undefined) {
      await act(page);
      await page.waitForTimeout(1000);
    }
    // Nothing is judged half-way through its entrance.
    await page.evaluate(() =>
      Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined))),
    );
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${OUT}${name}-${theme}-${locale}.png` });
    await page.evaluate(world.axe);
    const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
    for (const one of result.violations) {
      const places = one.nodes.slice(0, 3).map((part) => part.target.join(' '));
      faults.push(`${where}: ${one.id} ${places.join(' · ')}`);
    }
    const words = await page.evaluate(() =>
      [...document.querySelectorAll('body *')].map((one) => one.textContent ?? ''),
    );
    const bare = words.filter((word) => KEYS.has(word));
    hold(bare.length === 0, `${where}: keys without text: ${bare.join(' ')}`);
    hold(result.violations.length === 0, `${where}: ${result.violations.length} findings of axe`);
    const isOver = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    hold(!isOver, `${where}: runs over at 1280 px`);
  }
  faults.push(...errors.map((error) => `${theme} ${locale}: ${error}`));
  await page.close();
  return faults;
}
