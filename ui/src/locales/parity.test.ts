import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import en from './en.json';
import zh from './zh-CN.json';

const SRC = join(import.meta.dirname, '..');
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.') && !name.startsWith('core'))
  .map((name) => ({ name, text: readFileSync(join(SRC, name), 'utf8') }));
const code = sources.map((source) => source.text).join('\n');

/** Names of the arguments of an ICU message, sorted. */
function argumentsOf(message: string): string[] {
  const found = [...message.matchAll(/\{\s*([a-zA-Z]+)\s*[,}]/g)].map((match) => match[1] ?? '');
  return [...new Set(found)].sort();
}

const rows: readonly [string, string, string | undefined][] = Object.entries(zh).map(([key, text]) => [
  key,
  text,
  new Map(Object.entries(en)).get(key),
]);

describe('locales', () => {
  it('have the same keys', () => {
    expect(Object.keys(en).sort()).toStrictEqual(Object.keys(zh).sort());
  });

  it('have the same arguments and no empty text', () => {
    for (const [key, chinese, english] of rows) {
      expect(chinese.trim(), key).not.toBe('');
      expect(english?.trim(), key).not.toBe('');
      expect(argumentsOf(english ?? ''), key).toStrictEqual(argumentsOf(chinese));
    }
  });

  it('have no key that nothing uses', () => {
    const prefixes = [...code.matchAll(/`([a-zA-Z]+(?:\.[a-zA-Z]+)*\.)\$\{/g)].map((match) => match[1] ?? '');
    const unused = Object.keys(zh).filter(
      (key) => !code.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)),
    );
    expect(unused).toStrictEqual([]);
  });

  it('hold every text: no component has its own', () => {
    const faults = sources
      .filter((source) => source.name.endsWith('.tsx'))
      .flatMap(({ name, text }) => {
        const han = text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '').match(/[\u4e00-\u9fff]+/g) ?? [];
        const bare = [...text.matchAll(/>\s*([A-Z][a-z]+ [a-z][^<>{}=;]*)</g)].map((match) => match[1] ?? '');
        return [...han.filter((word) => word !== '简体中文'), ...bare].map((word) => `${name}: ${word}`);
      })
      .filter((fault) => !/简体中文/.test(fault));
    expect(faults).toStrictEqual([]);
  });
});
