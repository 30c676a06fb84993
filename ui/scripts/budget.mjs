/**
 * Prints what every screen costs to open and fails where a budget is passed. KB are 1024 bytes after gzip -9. The
 * worker's budget also says that it does not pull in the page itself.
 */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { filesOf } from './manifest.mjs';

const dist = new URL('../dist/', import.meta.url).pathname;
const manifest = JSON.parse(
  readFileSync(new URL('../node_modules/.bactrian-manifest.json', import.meta.url), 'utf8'),
);
const BUDGET = { route: 230, editor: 480, lazy: 120, worker: 60, brotli: 700, raw: 2560 };

const sizes = new Map();
const size = (file) => {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(join(dist, file)), { level: 9 }).length / 1024);
  return sizes.get(file);
};
const sum = (files) => [...files].reduce((total, file) => total + size(file), 0);

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const early = readdirSync(join(dist, 'assets')).find((name) => /^early-.*\.js$/.test(name));
const shell = new Set([...filesOf(manifest, entry), `assets/${early}`]);
const rows = [];
for (const key of manifest[entry].dynamicImports ?? []) {
  const isEditor = key.includes('/editor/');
  const isScreen = key.endsWith('.tsx');
  if (isScreen)
    rows.push([
      key,
      sum(new Set([...shell, ...filesOf(manifest, key)])),
      isEditor ? BUDGET.editor : BUDGET.route,
    ]);
}
const opened = new Set([
  ...shell,
  ...Object.keys(manifest)
    .filter((key) => key.endsWith('editor/Editor.tsx'))
    .flatMap((key) => [...filesOf(manifest, key)]),
]);
for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry || (manifest[entry].dynamicImports ?? []).includes(key)) continue;
  rows.push([
    `lazy ${key}`,
    sum([...filesOf(manifest, key)].filter((file) => !opened.has(file))),
    BUDGET.lazy,
  ]);
}
const worker = Object.keys(manifest).find((key) => key.endsWith('worker/work.ts'));
rows.push(['worker, with what it shares', sum(filesOf(manifest, worker)), BUDGET.worker]);
let raw = 0;
let brotli = 0;
for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  const path = join(dist, name);
  if (!statSync(path).isFile() || /\.(br|gz)$/.test(name)) continue;
  const bytes = readFileSync(path);
  raw += bytes.length / 1024;
  brotli += (/\.(woff2|png)$/.test(name) ? bytes.length : brotliCompressSync(bytes).length) / 1024;
}
rows.push(['whole dist, brotli', brotli, BUDGET.brotli], ['whole dist, raw', raw, BUDGET.raw]);

let failed = false;
for (const [name, kilobytes, limit] of rows) {
  const isOver = kilobytes > limit;
  failed ||= isOver;
  process.stdout.write(
    `${isOver ? 'OVER' : 'ok  '} ${kilobytes.toFixed(1).padStart(7)} of ${limit} KB  ${name}\n`,
  );
}
process.exit(failed ? 1 : 0);
