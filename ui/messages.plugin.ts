/** Reads the ICU messages at build time, so that no parser travels to the browser. Texts without arguments stay texts. */
import { parse } from '@formatjs/icu-messageformat-parser';
import type { Plugin } from 'vite';

export function messages(): Plugin {
  return {
    name: 'bactrian:messages',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/locales\/[^/]+\.json$/.test(id)) return null;
      const rows: Record<string, string> = JSON.parse(code);
      const read = Object.entries(rows).map(([key, text]) => [key, text.includes('{') ? parse(text) : text]);
      return { code: JSON.stringify(Object.fromEntries(read)), map: null };
    },
  };
}
