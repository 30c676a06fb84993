/**
 * How long a big flow takes: to open, to drag a card in, to paint a live tick on; and the matrix of 200 × 300 to
 * appear. Prints figures and holds none of them: times depend on what else the machine does. `--profile` adds where
 * the script's time went while the flow opened and while a card was dragged.
 */
import { createServer, request } from 'node:http';
import { cpus, loadavg } from 'node:os';
import { bigMatrix, partOf } from '../dev/data.mjs';
import { start, watch } from './browser.mjs';
import { binaries, realEngine } from './engine.mjs';

const GOAL = { interactive: 1500, drag: 33, tick: 8, matrix: 500 };
const SECTIONS = 50;
const VISITS = 5;
const TICKS = 10;
const NAME = 'speed-300';
const FILE = 'speed/speed-300.yaml';
const isProfiled = process.argv.includes('--profile');

/** 300 nodes as people write them: a spine with parallel groups, a switch in every section, reads of earlier nodes. */
function bigFlow() {
  const order = [];
  const nodes = [];
  for (let i = 0; i < SECTIONS; i += 1) {
    order.push(`  - load_${i}`, `  - [left_${i}, right_${i}]`, `  - route_${i}`);
    const before = i === 0 ? 'input.id' : `nodes.join_${i - 1}.id`;
    const step = (id, rest) => nodes.push(`  ${id}: {use: map, ${rest}}`);
    nodes.push(
      `  # section ${i}`,
      `  load_${i}:`,
      `    title: 读取 ${i}`,
      '    use: map',
      `    with: {id: "\${${before}}"}`,
    );
    step(`left_${i}`, `with: {id: "\${nodes.load_${i}.id}"}, timeout: 2s`);
    step(`right_${i}`, `with: {id: "\${nodes.load_${i}.id}"}, retry: {attempts: 3}`);
    nodes.push(
      `  route_${i}:`,
      '    switch:',
      `      - {case: "nodes.load_${i}.id == 'x'", to: rare_${i}}`,
      `      - {default: true, to: join_${i}}`,
    );
    step(`rare_${i}`, `with: {id: "\${nodes.left_${i}.id}"}`);
    nodes.push(
      `  join_${i}:`,
      '    use: map',
      `    needs: [route_${i}, rare_${i}]`,
      '    join: any',
      `    with: {id: "\${nodes.load_${i}.id}"}`,
    );
    order.push(`  - join_${i}`);
  }
  return `apiVersion: bactrian/v1
kind: Flow
metadata: {name: ${NAME}, version: 1, title: 三百个节点}
input: {type: object, properties: {id: {type: string}}}
order:
${order.join('\n')}
nodes:
${nodes.join('\n')}
output: {id: "\${input.id}"}
`;
}

async function publish(url, text) {
  const { revision } = await (await fetch(`${url}/v1/catalog`)).json();
  const answer = await fetch(`${url}/v1/catalog/publish`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ files: [{ path: FILE, text }], note: 'speed', baseRevision: revision }),
  });
  if (!answer.ok) throw new Error(`publish: ${answer.status} ${await answer.text()}`);
}

/** The engine with traffic on every edge and a matrix of 200 × 300. */
async function busy(api) {
  const flow = await (await fetch(`${api}/v1/flows/${NAME}/effective`)).json();
  const edges = flow.nodes.flatMap((node) => node.needs.map((need) => ({ from: need.from, to: node.id })));
  const matrix = bigMatrix();
  const tick = (n) => {
    const values = edges.map((edge, i) => ({
      ...edge,
      rate: ((i * 37 + n * 91) % 400) + 1,
      p95Ms: 12,
      errors: (i + n) % 9 === 0 ? 2 : 0,
      inflight: 1,
    }));
    return {
      at: new Date().toISOString(),
      flow: { rate: 400, p95Ms: 12, errors: 2, inflight: 4 },
      edges: values,
    };
  };
  const server = createServer((incoming, response) => {
    const { pathname, searchParams } = new URL(incoming.url, api);
    if (pathname === '/v1/extensions')
      return response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(partOf(matrix, searchParams)));
    if (pathname.startsWith('/v1/live/')) return stream(response, tick);
    const to = request(
      new URL(incoming.url, api),
      { method: incoming.method, headers: incoming.headers },
      (answer) => answer.pipe(response.writeHead(answer.statusCode, answer.headers)),
    );
    to.on('error', () => response.writeHead(502).end());
    return incoming.pipe(to);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    edges: edges.length,
    close: () => server.close(),
  };
}

function stream(response, tick) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let n = 0;
  const timer = setInterval(() => {
    response.write(`event: live\ndata: ${JSON.stringify(tick(n))}\n\n`);
    n += 1;
  }, 1000);
  response.on('close', () => clearInterval(timer));
}

const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const at95 = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)];

/** Time by function, its own and with what it called, of what ran in between. */
async function profiled(client, name, work) {
  if (!isProfiled) return work();
  await client.send('Profiler.enable');
  await client.send('Profiler.setSamplingInterval', { interval: 200 });
  await client.send('Profiler.start');
  const result = await work();
  const { profile } = await client.send('Profiler.stop');
  const frames = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const parents = new Map(
    profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])),
  );
  const [own, whole] = [new Map(), new Map()];
  const add = (sums, key, ms) => sums.set(key, (sums.get(key) ?? 0) + ms);
  for (const [i, id] of profile.samples.entries()) {
    const ms = (profile.timeDeltas[i] ?? 0) / 1000;
    add(own, place(frames.get(id)), ms);
    const stack = new Set();
    for (let at = id; at !== undefined; at = parents.get(at)) stack.add(place(frames.get(at)));
    for (const key of stack) add(whole, key, ms);
  }
  for (const [title, sums, count] of [
    ['own', own, 25],
    ['whole', whole, 60],
  ]) {
    process.stdout.write(`--- ${name}, ${title}\n`);
    for (const [key, ms] of [...sums].sort((a, b) => b[1] - a[1]).slice(0, count))
      process.stdout.write(`${ms.toFixed(1).padStart(9)} ms  ${key}\n`);
  }
  return result;
}

function place({ functionName, url, lineNumber, columnNumber }) {
  return `${functionName || '(anonymous)'} ${url.split('/').at(-1)}:${lineNumber + 1}:${columnNumber}`;
}

/** Interactive: cards are on screen and no task longer than 50 ms follows for a second. */
async function opened(page, url) {
  await page.addInitScript(() => {
    const seen = { cards: 0, end: 0 };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const one of list.getEntries()) seen.end = Math.max(seen.end, one.startTime + one.duration);
    }).observe({ type: 'longtask', buffered: true });
    const look = () => {
      const card = document.querySelector('.react-flow__node');
      if (card !== null && getComputedStyle(card).visibility !== 'hidden') seen.cards = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.goto(url, { waitUntil: 'commit' });
  return page.evaluate(
    () =>
      new Promise((done) => {
        const { seen } = window;
        const wait = () => {
          const last = Math.max(seen.cards, seen.end);
          if (seen.cards > 0 && performance.now() - last > 1000)
            done({ cards: seen.cards, interactive: last });
          else setTimeout(wait, 50);
        };
        wait();
      }),
  );
}

async function drag(page) {
  const card = page.locator('.react-flow__node').nth(4);
  const box = await card.boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + 20];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 5, y + 5);
  await page.evaluate(() => {
    const frames = [];
    let last = performance.now();
    const beat = (now) => {
      frames.push(now - last);
      last = now;
      if (window.frames300 === frames) requestAnimationFrame(beat);
    };
    window.frames300 = frames;
    requestAnimationFrame(beat);
  });
  for (let i = 1; i <= 90; i += 1) {
    await page.mouse.move(x + 5 + i * 2, y + 5 + Math.round(40 * Math.sin(i / 8)));
    await page.waitForTimeout(12);
  }
  const frames = await page.evaluate(() => {
    const { frames300 } = window;
    window.frames300 = undefined;
    return frames300;
  });
  await page.mouse.up();
  return frames.slice(2);
}

/** Script time of one tick, as the browser itself counts it, less what an idle second costs. */
async function live(page, client) {
  const script = async () => {
    const { metrics } = await client.send('Performance.getMetrics');
    return metrics.find((one) => one.name === 'ScriptDuration').value * 1000;
  };
  await client.send('Performance.enable');
  const button = page.locator('.canvas-tools button').last();
  await button.click();
  await page.waitForSelector('.line-errors', { state: 'attached' });
  const before = await script();
  await page.waitForTimeout(TICKS * 1000);
  const during = (await script()) - before;
  await button.click();
  return during / TICKS;
}

async function matrix(page, url) {
  await page.goto(`${url}/capabilities`, { waitUntil: 'load' });
  const times = [];
  for (let visit = 0; visit < 3; visit += 1) {
    await page.waitForTimeout(1200);
    times.push(
      await page.evaluate(async () => {
        const began = performance.now();
        document.querySelector('a[href^="/extensions"]').click();
        await new Promise((done) => {
          const look = () => {
            if (document.querySelectorAll('.mx-cell').length > 60)
              requestAnimationFrame(() => setTimeout(done));
            else requestAnimationFrame(look);
          };
          look();
        });
        return performance.now() - began;
      }),
    );
    await page.click('a[href^="/capabilities"]');
  }
  return times;
}

function tell(name, value, goal, detail = '') {
  const mark = value <= goal ? 'ok  ' : 'over';
  process.stdout.write(`${mark} ${value.toFixed(1).padStart(8)} ms of ${goal}  ${name}${detail}\n`);
}

async function measure(world) {
  const [load] = loadavg();
  process.stdout.write(`${load.toFixed(1)} tasks at work on ${cpus().length} processors\n`);
  const address = `${world.url}/flows/${NAME}`;
  const visits = [];
  let page;
  let client;
  for (let i = 0; i < VISITS; i += 1) {
    await page?.close();
    page = await world.context.newPage();
    const errors = watch(page);
    client = await world.context.newCDPSession(page);
    const visit = () => opened(page, address);
    visits.push(i === VISITS - 1 ? await profiled(client, 'open', visit) : await visit());
    if (errors.length > 0) process.stdout.write(`page errors: ${errors.join('; ')}\n`);
  }
  const plain = isProfiled ? visits.slice(0, -1) : visits;
  const list = plain.map((one) => Math.round(one.interactive)).join(', ');
  tell('300 nodes interactive', middle(plain.map((one) => one.interactive)), GOAL.interactive, ` (${list})`);
  tell('first cards on screen', middle(plain.map((one) => one.cards)), GOAL.interactive);
  const frames = await profiled(client, 'drag', () => drag(page));
  tell(
    'drag frame p95',
    at95(frames),
    GOAL.drag,
    ` (middle ${middle(frames).toFixed(1)}, ${frames.length} frames)`,
  );
  tell('live tick, script', await live(page, client), GOAL.tick, ` (${world.edges} edges)`);
  const times = await matrix(page, world.url);
  tell('matrix 200 × 300', middle(times), GOAL.matrix, ` (${times.map(Math.round).join(', ')})`);
}

const folder = binaries();
if (folder === undefined) throw new Error('build bactrian and bactrian-sandbox first');
const engine = await realEngine(folder);
try {
  await publish(engine.url, bigFlow());
  const front = await busy(engine.url);
  process.env.BACTRIAN_URL = front.url;
  const world = { ...(await start()), edges: front.edges };
  try {
    await measure(world);
  } finally {
    await world.stop();
    front.close();
  }
} finally {
  engine.stop();
}
process.exit(0);
