import { readFileSync, readdirSync } from 'node:fs';
import { describe as suite, expect, it } from 'vitest';
import { isForShell } from './Said';
import phrases from './phrases.zh.json';
import sentences from './sentences.zh.json';
import { HOLES, kindOf, shortSentences, shortTexts } from './template';
import said from './testdata/said.json';
import texts from './texts.zh.json';
import { translator } from './translate';

const tables = {
  sentences: shortSentences(sentences),
  phrases: shortSentences(phrases),
  texts: shortTexts(texts),
};
const translate = translator(tables);
const rows = [...Object.entries(sentences), ...Object.entries(phrases)];

/** What the engine's goldens say of some five hundred broken sets of flows. */
function goldens(): string[] {
  const folder = new URL('../../../engine/testdata/errors/', import.meta.url);
  const told = readdirSync(folder).map((name) => readFileSync(new URL(`${name}/error.txt`, folder), 'utf8'));
  const lines = told.flatMap((text) =>
    [...text.matchAll(/^(?:error|warning)\[\w+\]: (.*)$|^ *= help: (.*)$/gm)].map(
      (found) => found[1] ?? found[2],
    ),
  );
  return [...new Set(lines.filter((one) => one !== undefined))].filter((one) => !isForShell(one));
}

/** Names that Chinese writes in Latin letters too. */
const NAMES =
  /YAML|CEL|JSON|Schema|HTTP|UTF-8|SHA-256|ASCII|GET|HEAD|IANA|MiB|KiB|null|anyOf|oneOf|https?|postgres|rabbitmq|LOOP_EXHAUSTED|ms|[smhdB]\b|v?\d[\w.:]*/g;

function latin(chinese: string): readonly string[] {
  const bare = chinese.replace(/`[^`]*`|\{[^}]*\}|\/[\w/]+/g, ' ').replace(NAMES, ' ');
  return bare.match(/[A-Za-z]{2,}/g) ?? [];
}

const SAMPLE: Readonly<Record<string, string>> = {
  n: '7s',
  word: 'some:word',
  type: 'int',
  pointer: '/some/place',
  value: '"some value"',
  said: 'the flow refused to go on',
  what: 'a text',
  list: 'one, two or three',
  about: 'what it is for',
};

const sampleOf = (english: string) =>
  english.replace(HOLES, (_, hole: string) => SAMPLE[kindOf(hole)] ?? `some ${hole}`);

suite('sentences', () => {
  it('have the same holes in both languages, and code that is closed', () => {
    for (const [english, chinese] of rows) {
      const holes = (text: string) => [...new Set([...text.matchAll(HOLES)].map(([hole]) => hole))].sort();
      expect([english, holes(chinese)]).toStrictEqual([english, holes(english)]);
      expect([english, chinese.split('`').length % 2]).toStrictEqual([english, 1]);
    }
  });

  it('are told apart: a sample of each is matched by its own template alone, or first by its exact words', () => {
    const inner = { [SAMPLE['what'] ?? '']: '文本', [SAMPLE['said'] ?? '']: '流程拒绝继续' };
    for (const table of [sentences, phrases]) {
      const all = Object.entries(table).map(([english, chinese]) => {
        const sentence = shortSentences({ ...inner, [english]: chinese });
        const isExact = shortSentences({ [english]: chinese })['cut'] === '';
        return {
          english,
          isExact,
          find: translator({ sentences: sentence, phrases: shortSentences(inner), texts: {} }),
        };
      });
      for (const { english, isExact } of all.filter((one) => !(one.english in inner))) {
        const peers = all.filter((one) => one.isExact || !isExact);
        const matched = peers.filter(({ find }) => find(sampleOf(english)) !== undefined);
        expect(matched.map((one) => one.english)).toStrictEqual([english]);
      }
    }
  });

  it('say every sentence of the goldens in Chinese', () => {
    const found = goldens();
    expect(found.length).toBeGreaterThan(800);
    expect(found.filter((one) => translate(one) === undefined)).toStrictEqual([]);
    const mixed = found
      .map((one) => [one, translate(one) ?? ''] as const)
      .filter(([, one]) => latin(one).length > 0);
    expect(mixed).toStrictEqual([]);
  });

  it('say what the engine refused and what failed when it ran in Chinese', () => {
    expect(said.translated.filter((one) => translate(one) === undefined)).toStrictEqual([]);
    const mixed = said.translated.map((one) => [one, translate(one) ?? ''] as const);
    expect(mixed.filter(([, one]) => latin(one).length > 0)).toStrictEqual([]);
  });

  it('leave what authors and far sides say as it is', () => {
    expect(said.kept.filter((one) => translate(one) !== undefined)).toStrictEqual([]);
  });

  it('carry what is quoted, counted and listed', () => {
    const check = (english: string, chinese: string) => expect(translate(english)).toBe(chinese);
    check('http has no key `colour`', '`http` 没有 `colour` 这个键');
    check('http knows: method, path', '`http` 可用的键：`method`、`path`');
    check('write skip, allow or queue', '可写 `skip`、`allow` 或 `queue`');
    check('add `channel:` (the channel)', '补上 `channel:`（通道）');
    check('`max` cannot be -1', '`max` 不能是 -1');
    check(
      '`input.o` has no key `aa`, in `input.o.aa`; did you mean `a`?',
      '`input.o` 没有 `aa` 这个键（表达式 `input.o.aa`）；是否想写 `a`？',
    );
  });

  it('take no time over a sentence made to take it', () => {
    const begin = performance.now();
    for (const part of ['true, ', 'a: ', '; true', '/a: true; ', ' or a', 'in `a`, in '])
      expect(translate(part.repeat(Math.floor(1990 / part.length)))).toBeUndefined();
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});
