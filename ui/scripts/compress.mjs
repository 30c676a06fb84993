/** Writes .br and .gz beside every text file of dist but the page, whose nonce the server fills in. */
import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url).pathname;
/** Which chunk needs which is for the size budget, not for visitors. */
renameSync(join(dist, 'manifest.json'), new URL('../node_modules/.bactrian-manifest.json', import.meta.url));

const TEXT = /\.(js|css|svg|json|map|txt)$/;

for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (!TEXT.test(name)) continue;
  const bytes = readFileSync(join(dist, name));
  if (bytes.length < 512) continue;
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(join(dist, `${name}.br`), brotliCompressSync(bytes, { params: quality }));
  writeFileSync(join(dist, `${name}.gz`), gzipSync(bytes, { level: 9 }));
}
