/** The designer in a real browser: the same work by mouse and by keyboard alone, then every screen under axe. */
import { readFileSync } from 'node:fs';
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { start, watch } from '../test/browser.mjs';
import { keyboard } from '../test/keyboard.mjs';
import { matrix } from '../test/matrix.mjs';
import { mouse } from '../test/mouse.mjs';
import { operate } from '../test/operate.mjs';
import { screens } from '../test/screens.mjs';

const only = process.argv[2];
const world = {
  ...(await start()),
  watch,
  assert: { deepEqual, equal, match, ok },
  axe: readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8'),
};
let failed = 0;
for (const [name, run] of Object.entries({ mouse, keyboard, operate, matrix, screens })) {
  if (only !== undefined && only !== name) continue;
  const began = performance.now();
  try {
    await run(world);
    process.stdout.write(`ok   ${name} (${Math.round(performance.now() - began)} ms)\n`);
  } catch (error) {
    failed += 1;
    process.stdout.write(`FAIL ${name}\n${error instanceof Error ? error.stack : error}\n`);
  }
}
await world.stop();
process.exit(failed === 0 ? 0 : 1);
