/**
 * How a sentence of the engine is told by its look. Whatever it quotes or counts is a value; the words between are
 * its skeleton. A template whose holes are all quoted or counted is found by its skeleton alone and travels under a
 * short name; one with other holes (a list, a type, another sentence) is matched piece by piece and travels whole.
 */
import { SHORT, hashOf } from './hash';

/** What is quoted, or a number with what is written onto it: `30s`, `-1`, `1.5`. */
const VALUE = /`[^`]*`|(?<!\w)-?\d\w*(?:\.\w+)*/g;
/** The same in a template, where a number is the hole `{n}`. */
const VALUE_OR_HOLE = /`[^`]*`|\{n\d*\}|(?<!\w)-?\d\w*(?:\.\w+)*/g;
const HOLE = /\{([a-z]+\d*)\}/;
export const HOLES = /\{([a-z]+\d*)\}/g;

export interface Looks {
  readonly skeleton: string;
  readonly values: readonly string[];
}

/** The words of a sentence, and what it quotes or counts. */
export function looksOf(text: string): Looks {
  const values: string[] = [];
  const skeleton = text.replace(VALUE, (value) => {
    const isQuoted = value.startsWith('`');
    values.push(isQuoted ? value.slice(1, -1) : value);
    return isQuoted ? '`' : '#';
  });
  return { skeleton, values };
}

/** `{list}` and `{list2}` are lists. */
export const kindOf = (hole: string) => hole.replace(/\d+$/, '');

type Rows = Readonly<Record<string, string>>;

/** What travels: all short names in one row, and what each stands for in a line of its own. */
function packed(rows: readonly (readonly [string, string])[]): Record<string, string> {
  const short = new Map(rows.map(([sentence, said]) => [hashOf(sentence), said]));
  if (short.size !== rows.length) throw new Error('two sentences have one short name');
  return { names: [...short.keys()].join(''), plain: [...short.values()].join('\n') };
}

export function unpacked({ names = '', plain = '' }: Rows): Record<string, string> {
  const said = plain.split('\n');
  return Object.fromEntries(said.map((one, i) => [names.slice(i * SHORT, (i + 1) * SHORT), one]));
}

export const shortTexts = (rows: Rows) => packed(Object.entries(rows));

/** The templates that are matched piece by piece travel beside the others, English and Chinese in turn. */
export function shortSentences(rows: Rows): Record<string, string> {
  const plain: [string, string][] = [];
  const cut: string[] = [];
  for (const [english, said] of Object.entries(rows)) {
    const names: string[] = [];
    const skeleton = english.replace(VALUE_OR_HOLE, (value) => {
      names.push(HOLE.exec(value)?.[1] ?? '');
      return value.startsWith('`') ? '`' : '#';
    });
    const numbered = (hole: string, name: string) =>
      names.includes(name) ? `{${names.indexOf(name)}}` : hole;
    if (HOLE.test(skeleton)) cut.push(english, said);
    else plain.push([skeleton, said.replace(HOLES, numbered)]);
  }
  return { ...packed(plain), cut: cut.join('\n') };
}
