/** The designer in a real browser: the same work by mouse and by keyboard alone, then every screen under axe. */
import { readFileSync } from 'node:fs';
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { start, watch } from '../test/browser.mjs';
import { cases } from '../test/cases.mjs';
import { begin } from '../test/begin.mjs';
import { described } from '../test/described.mjs';
import { buildByKeyboard, buildByMouse } from '../test/build.mjs';
import { keyboard } from '../test/keyboard.mjs';
import { lines } from '../test/lines.mjs';
import { live } from '../test/live.mjs';
import { matrix } from '../test/matrix.mjs';
import { mouse } from '../test/mouse.mjs';
import { operate } from '../test/operate.mjs';
import { alone, hints, replay } from '../test/replay.mjs';
import { rerun } from '../test/rerun.mjs';
import { screens } from '../test/screens.mjs';
import { settings } from '../test/settings.mjs';
import { shipped } from '../test/shipped.mjs';
import { together } from '../test/together.mjs';
import { variant } from '../test/variant.mjs';

const only = process.argv[2];
let checks = 0;
const counted =
  (check) =>
  (...given) => {
    checks += 1;
    check(...given);
  };
const world = {
  ...(await start()),
  watch,
  assert: Object.fromEntries(
    Object.entries({ deepEqual, equal, match, ok }).map(([name, check]) => [name, counted(check)]),
  ),
  axe: readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8'),
};
let [failed, passed] = [0, 0];
const seconds = (since) => ((performance.now() - since) / 1000).toFixed(1);
const opened = performance.now();
for (const [name, run] of Object.entries({
  described,
  begin,
  buildByMouse,
  buildByKeyboard,
  lines,
  mouse,
  keyboard,
  variant,
  replay,
  alone,
  hints,
  operate,
  rerun,
  matrix,
  settings,
  cases,
  shipped,
  together,
  live,
  screens,
})) {
  if (only !== undefined && only !== name) continue;
  const [began, before] = [performance.now(), checks];
  try {
    await run(world);
    passed += 1;
    process.stdout.write(`ok   ${name}: ${checks - before} checks in ${seconds(began)} s\n`);
  } catch (error) {
    failed += 1;
    process.stdout.write(`FAIL ${name}\n${error instanceof Error ? error.stack : error}\n`);
  }
}
await world.stop();
process.stdout.write(
  `browser tests: ${passed} passed, ${failed} failed, ${checks} checks in ${seconds(opened)} s\n`,
);
process.exit(failed === 0 ? 0 : 1);
