/**
 * Puts a small script into the page that asks for the opened screen's files while the entry still loads; otherwise
 * they are asked for only after the entry ran. Runs between `vite build` and the compression.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesOf } from './manifest.mjs';

const dist = new URL('../dist/', import.meta.url).pathname;
const manifest = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'));

/** Address of a screen → the sources it is made of. */
const SCREENS = {
  '^/(flows/?)?$': ['src/flows/FlowList.tsx'],
  '^/flows/[^/]': ['src/editor/Editor.tsx', 'src/worker/work.ts'],
  '^/runs/?$': ['src/runs/Runs.tsx'],
  '^/runs/[^/]': ['src/trace/Trace.tsx'],
  '^/extensions': ['src/matrix/Matrix.tsx'],
  '^/capabilities': ['src/capabilities/Capabilities.tsx'],
  '^/revisions': ['src/publish/Revisions.tsx'],
};

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const routes = readFileSync(new URL('../src/app/routes.tsx', import.meta.url), 'utf8');
const screens = [...routes.matchAll(/import\('\.\.\/([^']+)'\)/g)].map(([, path]) => `src/${path}.tsx`);
const missing = screens.filter((key) => !Object.values(SCREENS).flat().includes(key));
if (missing.length > 0)
  throw new Error(`scripts/early.mjs does not know the address of ${missing.join(', ')}`);

const shell = filesOf(manifest, entry);
const early = Object.entries(SCREENS).map(([address, sources]) => [
  address,
  [...new Set(sources.flatMap((source) => [...filesOf(manifest, source)]))].filter(
    (file) => !shell.has(file),
  ),
]);
const names = [...new Set(early.flatMap(([, files]) => files))];
const rows = early.map(([address, files]) => [address, files.map((file) => names.indexOf(file))]);
const script = `const names=${JSON.stringify(names)};
for(const[address,files]of ${JSON.stringify(rows)})if(new RegExp(address).test(location.pathname))for(const file of files){
const link=document.createElement('link');
link.crossOrigin='';
link.href='/'+names[file];
if(link.href.endsWith('.css')){link.rel='preload';link.as='style'}else link.rel='modulepreload';
document.head.append(link)}
`;
const name = `assets/early-${createHash('sha256').update(script).digest('base64url').slice(0, 8)}.js`;
writeFileSync(join(dist, name), `{${script}}`);
const page = join(dist, 'index.html');
writeFileSync(
  page,
  readFileSync(page, 'utf8').replace('<script ', `<script async src="/${name}"></script>\n    <script `),
);
