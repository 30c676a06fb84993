/** Every screen in both themes and both languages: axe finds nothing, nothing runs over at 1280 px, a picture is kept. */
import { mkdirSync } from 'node:fs';

const SCREENS = {
  flows: '/flows',
  editor: '/flows/cancel-order?drawer=test',
  text: '/flows/cancel-order?view=split',
  runs: '/runs',
  extensions: '/extensions',
  capabilities: '/capabilities',
};
const OUT = new URL('../screenshots/', import.meta.url).pathname;

export async function screens(world) {
  mkdirSync(OUT, { recursive: true });
  const faults = [];
  for (const theme of ['light', 'dark'])
    for (const locale of ['zh-CN', 'en']) {
      const page = await world.context.newPage();
      await page.setViewportSize({ width: 1280, height: 800 });
      const errors = world.watch(page);
      await page.addInitScript(
        ([a, b]) => {
          localStorage.setItem('bactrian.theme', a);
          localStorage.setItem('bactrian.locale', b);
        },
        [theme, locale],
      );
      for (const [name, path] of Object.entries(SCREENS)) {
        await page.goto(world.url + path, { waitUntil: 'networkidle' });
        await page.waitForTimeout(300);
        await page.screenshot({ path: `${OUT}${name}-${theme}-${locale}.png` });
        await page.evaluate(world.axe);
        const result = await page.evaluate(() =>
          globalThis.axe.run(document, { resultTypes: ['violations'] }),
        );
        for (const one of result.violations)
          faults.push(
            `${name} ${theme} ${locale}: ${one.id} ${one.nodes
              .slice(0, 3)
              .map((part) => part.target.join(' '))
              .join(' · ')}`,
          );
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
        if (wide) faults.push(`${name} ${theme} ${locale}: runs over at 1280 px`);
      }
      faults.push(...errors.map((error) => `${theme} ${locale}: ${error}`));
      await page.close();
    }
  if (faults.length > 0) throw new Error(faults.join('\n'));
}
