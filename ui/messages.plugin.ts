/** Reads the ICU messages at build time, so that no parser travels to the browser. Texts without arguments stay texts. */
import { parse } from '@formatjs/icu-messageformat-parser';
import type { Plugin } from 'vite';
import { hashOf } from './src/described/hash';

export function messages(): Plugin {
  return {
    name: 'bactrian:messages',
    enforce: 'pre',
    transform(code, id) {
      if (id.endsWith('/described/texts.zh.json')) return { code: shortened(code), map: null };
      if (!/\/locales\/[^/]+\.json$/.test(id)) return null;
      const rows: Record<string, string> = JSON.parse(code);
      const read = Object.entries(rows).map(([key, text]) => [key, text.includes('{') ? parse(text) : text]);
      return { code: JSON.stringify(Object.fromEntries(read)), map: null };
    },
  };
}

/** The sentences themselves stay at home: what looks one up has it already. */
function shortened(code: string): string {
  const rows: Record<string, string> = JSON.parse(code);
  const short = new Map(Object.entries(rows).map(([sentence, text]) => [hashOf(sentence), text]));
  if (short.size !== Object.keys(rows).length) throw new Error('two sentences have one short name');
  return JSON.stringify(Object.fromEntries(short));
}
