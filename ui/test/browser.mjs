/**
 * A fresh browser over the built designer. Behind it: the engine at BACTRIAN_URL, else the one that was built, else
 * the stand-in of dev/mock.mjs.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { answers, binaries, freePort, realEngine } from './engine.mjs';
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

async function engine() {
  const given = process.env['BACTRIAN_URL'];
  if (given !== undefined) return { kind: 'given', url: given, stop: () => undefined };
  const folder = binaries();
  if (folder !== undefined) return { kind: 'built', ...(await realEngine(folder)) };
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [new URL('../dev/mock.mjs', import.meta.url).pathname, String(port)],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/v1/me`);
  return { kind: 'stand-in', url, stop: () => child.kill() };
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
  process.stdout.write(`engine: ${api.kind}\n`);
  return { context, url: server.url, api: api.url, kind: api.kind, stop };
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
