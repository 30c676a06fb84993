import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { messages } from './messages.plugin';

/** `BACTRIAN_URL` names the engine the development server talks to. */
const engine = process.env['BACTRIAN_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [messages(), react()],
  json: { namedExports: false },
  resolve: {
    // The entry of @rjsf/core imports a validator for a test helper; ours never runs.
    alias: {
      '@rjsf/validator-ajv8': fileURLToPath(new URL('./src/forms/validator.ts', import.meta.url)),
      // Nor does its Markdown reader: no description is Markdown.
      'markdown-to-jsx/react': fileURLToPath(new URL('./src/forms/PlainText.tsx', import.meta.url)),
      '@formatjs/icu-messageformat-parser': '@formatjs/icu-messageformat-parser/no-parser.js',
    },
  },
  build: {
    target: 'es2022',
    manifest: 'manifest.json',
    cssTarget: 'chrome111',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        // The worker loads the page's own chunks; what it shares with the entry must not bring the entry along.
        codeSplitting: {
          groups: [
            { name: 'json', test: /src[\\/]core[\\/](json|title)/, priority: 3 },
            // All that is said in Chinese beside the screens' own words: alike, so they shrink together.
            { name: 'zh', test: /described[\\/]\w+\.zh\.json/, priority: 3 },
            { name: 'layout', test: /@dagrejs|canvas[\\/](layout|relink|route|series)\.ts/, priority: 2 },
            {
              name: 'tree',
              test: /node_modules[\\/]yaml|core[\\/](tree|graph|sites|cel|language|lines|order|place|style|scalar)\.ts/,
              priority: 1,
            },
            // Two files instead of thirty: a screen that opens asks for nearly all of them anyway, six at a time.
            {
              name: 'kit',
              test: /node_modules[\\/](@react-aria|@react-stately|react-aria|react-stately)/,
              minShareCount: 3,
            },
            { name: 'parts', test: /src[\\/](kit|publish|described)[\\/]/, minShareCount: 3 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/v1': engine, '/openapi.json': engine, '/errors': engine, '/healthz': engine } },
});
