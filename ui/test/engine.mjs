/** The real engine over the sandbox's services, on free ports with a directory of its own, after a few runs. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;

/** Where both binaries lie; undefined when they were not built. */
export function binaries() {
  const given = process.env['BACTRIAN_BINARIES'];
  const places =
    given === undefined ? ['target/debug', 'target/release'].map((path) => join(root, path)) : [given];
  return places.find(
    (path) => existsSync(join(path, 'bactrian')) && existsSync(join(path, 'bactrian-sandbox')),
  );
}

export function freePort() {
  return new Promise((done) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

export async function answers(url) {
  for (let i = 0; i < 200; i += 1) {
    const up = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (up) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`${url} does not answer`);
}

export async function realEngine(folder) {
  const home = mkdtempSync(join(tmpdir(), 'bactrian-e2e-'));
  const [port, services] = [await freePort(), await freePort()];
  cpSync(join(root, 'flows'), join(home, 'flows'), { recursive: true });
  const connections = join(home, 'flows/connections.yaml');
  writeFileSync(
    connections,
    readFileSync(connections, 'utf8').replaceAll('127.0.0.1:9000', `127.0.0.1:${services}`),
  );
  const start = (name, options) => spawn(join(folder, name), options, { stdio: 'ignore' });
  const sandbox = start('bactrian-sandbox', [
    '--listen',
    `127.0.0.1:${services}`,
    '--data',
    join(home, 'sandbox'),
  ]);
  const secrets = join(root, 'examples/secrets.json');
  const engine = start('bactrian', [
    'serve',
    '--flows',
    join(home, 'flows'),
    '--data',
    join(home, 'data'),
    '--listen',
    `127.0.0.1:${port}`,
    '--secrets',
    secrets,
  ]);
  const url = `http://127.0.0.1:${port}`;
  const stop = () => {
    engine.kill();
    sandbox.kill();
    rmSync(home, { recursive: true, force: true });
  };
  try {
    await answers(`http://127.0.0.1:${services}/healthz`);
    await answers(`${url}/readyz`);
    await seed(url, `http://127.0.0.1:${services}`);
  } catch (error) {
    stop();
    throw error;
  }
  return { url, stop };
}

/** Three businesses cancel their orders; then the stock is down, and what was done is undone. */
async function seed(url, services) {
  const cancel = (order, headers = {}) =>
    fetch(`${url}/orders/${order}/cancel`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"reason":"changed my mind"}',
    });
  for (const order of ['O1001', 'O1002', 'O1003', 'O9999']) await cancel(order);
  for (const order of ['U2001', 'U2002']) await cancel(order, { 'x-biz-id': 'used-car' });
  await cancel('T3002', { 'x-biz-id': 'travel', 'x-biz-scenario': 'flight' });
  await cancel('T3001', { 'x-biz-id': 'travel', 'x-biz-scenario': 'hotel' });
  const stock = (switches) =>
    fetch(`${services}/switches/stock/*`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(switches),
    });
  await stock({ errorRate: 1 });
  for (const order of ['O1004', 'O1005']) await cancel(order);
  await stock({});
}
