/** A fresh browser over the built designer: a real engine at BACTRIAN_URL, else the stand-in of dev/mock.mjs. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { serve } from './serve.mjs';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
];

function freePort() {
  return new Promise((done) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

async function engine() {
  const given = process.env['BACTRIAN_URL'];
  if (given !== undefined) return { url: given, stop: () => undefined };
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [new URL('../dev/mock.mjs', import.meta.url).pathname, String(port)],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  for (let i = 0; i < 100; i += 1) {
    const up = await fetch(`${url}/v1/me`).then(
      () => true,
      () => false,
    );
    if (up) break;
    await new Promise((done) => setTimeout(done, 50));
  }
  return { url, stop: () => child.kill() };
}

export async function start() {
  const api = await engine();
  const server = await serve(api.url);
  const profile = mkdtempSync(join(tmpdir(), 'bactrian-ui-'));
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    (path) => existsSync(path),
  );
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    viewport: { width: 1440, height: 900 },
    args: FLAGS,
  });
  const stop = async () => {
    await context.close();
    server.close();
    api.stop();
    rmSync(profile, { recursive: true, force: true });
  };
  return { context, url: server.url, api: api.url, stop };
}

/** Errors of the page that no test expects; a missing draft is an ordinary answer. */
export function watch(page) {
  const found = [];
  page.on('pageerror', (error) => found.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('status of 404')) found.push(message.text());
  });
  return found;
}
