/** Reads the ICU messages at build time, so that no parser travels to the browser. Texts without arguments stay texts. */
import { parse } from '@formatjs/icu-messageformat-parser';
import type { Plugin } from 'vite';
import { shortSentences, shortTexts } from './src/described/template';

/** The sentences themselves stay at home: what looks one up has it already. */
const SHORTENED = [
  ['/described/texts.zh.json', shortTexts],
  ['/described/sentences.zh.json', shortSentences],
  ['/described/phrases.zh.json', shortSentences],
] as const;

export function messages(): Plugin {
  return {
    name: 'bactrian:messages',
    enforce: 'pre',
    transform(code, id) {
      const shorten = SHORTENED.find(([file]) => id.endsWith(file))?.[1];
      if (shorten !== undefined) return { code: JSON.stringify(shorten(JSON.parse(code))), map: null };
      if (!/\/locales\/[^/]+\.json$/.test(id)) return null;
      const rows: Record<string, string> = JSON.parse(code);
      const read = Object.entries(rows).map(([key, text]) => [key, text.includes('{') ? parse(text) : text]);
      return { code: JSON.stringify(Object.fromEntries(read)), map: null };
    },
  };
}
