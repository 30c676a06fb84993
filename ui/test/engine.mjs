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

/**
 * A morning of four businesses: cancellations, one of a kind of travel nobody answers for, one whose announcement is
 * lost, two that are undone, two that cannot be undone and wait for an operator; a lot sold, one that cannot be; an
 * account opened, one refused; payments that wait for the bank.
 */
async function seed(url, services) {
  const post = (base, path, body, headers = {}) =>
    fetch(base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const cancel = (order, bizId, scenario) =>
    post(
      url,
      `/orders/${order}/cancel`,
      { reason: '买家改变主意' },
      {
        'idempotency-key': order,
        ...(bizId === undefined ? {} : { 'x-biz-id': bizId }),
        ...(scenario === undefined ? {} : { 'x-biz-scenario': scenario }),
      },
    );
  const faults = (place, switches) =>
    fetch(`${services}/switches/${place}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(switches),
    });
  await publish(url, 'order/cancel-order.yaml', '退款多试两次', (text) =>
    text
      .replace('retry: {attempts: 6,', 'retry: {attempts: 8,')
      .replace('refund-payment, version: 2', 'refund-payment, version: 3'),
  );
  await publish(url, 'page/product-page.yaml', '评价多取两条', (text) =>
    text.replace('query: {top: 3}', 'query: {top: 5}').replace('version: 9,', 'version: 10,'),
  );
  await shop(post, url);
  for (const order of ['O1001', 'O1002', 'O1003', 'O1102', 'O9999']) await cancel(order);
  for (const order of ['U2001', 'U2002']) await cancel(order, 'used-car');
  await cancel('T3001', 'travel', 'hotel');
  await cancel('T3002', 'travel', 'flight');
  await cancel('T3003', 'travel', 'cruise');
  await faults('notify/*', { errorRate: 1 });
  await cancel('O1006');
  await faults('notify/*', {});
  await faults('stock/*', { errorRate: 1 });
  await Promise.all(['O1004', 'O1005'].map((order) => cancel(order)));
  await faults('orders/reopen', { errorRate: 1 });
  await Promise.all(['O1007', 'O1008', 'O1009'].map((order) => cancel(order)));
  await faults('orders/reopen', {});
  await faults('stock/*', {});
  const lot = (id, n) =>
    post(url, `/auctions/${id}/close`, { vehicleId: `V${n}`, buyer: 'U4', priceFen: 8_800_000 });
  await lot('L1', 1);
  await lot('L2', 1);
  await faults('finance/receivable', { errorRate: 1 });
  await lot('L3', 3);
  await faults('finance/receivable', {});
  for (const [applicationNo, photo] of Object.entries({ A1: 'clear', A2: 'blurred' }))
    await post(url, '/accounts', { applicationNo, name: '张伟', idCard: '11010519491231002X', photo });
  for (const no of ['P1', 'P2', 'P3'])
    await post(url, '/payments', { paymentNo: no, orderId: 'O1101', fen: 9900, channel: 'bank' });
}

/** People who look at products, order them and think better of it, ask for rebates; old callers with their orders. */
async function shop(post, url) {
  for (let visit = 0; visit < 40; visit += 1) {
    await fetch(`${url}/page/product/${visit === 30 ? 'none' : ['S1', 'S2', 'S3', 'V1'][visit % 4]}`);
    const made = await post(url, '/orders', { userId: `U${(visit % 4) + 1}`, lines: [{ sku: 'S1', n: 1 }] });
    const { orderId } = await made.json();
    if (visit % 3 !== 0)
      await post(url, `/orders/${orderId}/cancel`, { reason: '重复下单' }, { 'idempotency-key': orderId });
    if (visit % 4 === 0)
      await post(url, '/rebates/quote', {
        project: 'overseas-student',
        priceFen: 30_000_000,
        customerLevel: 'S',
      });
    if (visit % 10 === 0) await post(url, '/old/order/query', { order_no: `L${9001 + visit / 10}` });
    if (visit % 8 === 0)
      await post(url, '/accounts', {
        applicationNo: `B${visit}`,
        name: '李娜',
        idCard: '11010519491231002X',
        photo: 'clear',
      });
  }
  await post(url, '/orders', { userId: 'U1', lines: [{ sku: 'S1' }] }, { 'x-biz-id': 'travel' });
}

async function publish(url, path, note, edit) {
  const { text } = await (await fetch(`${url}/v1/catalog/files/${path}`)).json();
  const { revision } = await (await fetch(`${url}/v1/catalog`)).json();
  await fetch(`${url}/v1/catalog/publish`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ files: [{ path, text: edit(text) }], note, baseRevision: revision }),
  });
}
