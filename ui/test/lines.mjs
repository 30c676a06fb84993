/** Lines end where the ports are drawn: canvas/ports.ts and canvas.css say the same. */
import { fit, open } from './editor.mjs';

/** Ends of lines that no port is drawn at; in pixels of the screen. */
function astray() {
  const middles = (side, edge) =>
    [...document.querySelectorAll(`.react-flow__handle-${side}`)].map((port) => {
      const box = port.getBoundingClientRect();
      return { x: box[edge], y: box.top + box.height / 2 };
    });
  const [outs, ins] = [middles('right', 'right'), middles('left', 'left')];
  const paths = [...document.querySelectorAll('.react-flow__edge-path')];
  const isAt = (ports, { x, y }) => ports.some((port) => Math.hypot(port.x - x, port.y - y) < 1);
  const lost = paths.filter((path) => {
    const place = path.getScreenCTM();
    const end = (at) => path.getPointAtLength(at).matrixTransform(place);
    return !isAt(outs, end(0)) || !isAt(ins, end(path.getTotalLength()));
  });
  return { lines: paths.length, lost: lost.map((path) => path.id) };
}

export async function lines(world) {
  const { assert } = world;
  for (const flow of ['cancel-order', 'close-auction', 'pay-order']) {
    const { page } = await open(world, flow);
    await fit(page);
    const found = await page.evaluate(astray);
    assert.ok(found.lines > 3, `${flow} has lines`);
    assert.deepEqual(found.lost, [], `lines of ${flow} that end beside their ports`);
    await page.close();
  }
}
