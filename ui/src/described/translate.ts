/**
 * The engine's own sentences in the reader's language. What is in no table stays as it was written. Nothing here is a
 * pattern: a template is words and holes, and each hole says what may stand in it.
 */
import { hashOf } from './hash';
import { HOLES, kindOf, looksOf, unpacked } from './template';

type Rows = Readonly<Record<string, string>>;
export type Translator = (sentence: string) => string | undefined;

/** A template with other holes than quoted and counted ones, cut at its holes. */
interface Pieces {
  readonly words: readonly string[];
  readonly holes: readonly string[];
  readonly said: string;
}

interface Table {
  readonly plain: Rows;
  readonly cut: readonly Pieces[];
}

/** As `shortSentences` and `shortTexts` leave them. */
export interface Tables {
  readonly sentences: Rows;
  /** What stands within sentences: `a text`, `the input of …`. */
  readonly phrases: Rows;
  readonly texts: Rows;
}

/** Sentences stand in sentences: a cause in its expression, a remedy after it. So many are looked at for one. */
const MOST = 200;
/** Nobody reads a longer one, and nobody is to wait for it. */
const LONGEST = 2000;
const CUT = /\{[a-z]+\d*\}/;
const CHINESE = /[\u4e00-\u9fff]/;
/** What may stand in a hole that is not quoted; JSON says `value` where a value is not to be shown. */
const FITS: Readonly<Record<string, RegExp>> = {
  n: /^-?\d\w*(?:\.\w+)*$/,
  word: /^\S+$/,
  type: /^[\w.]+$/,
  pointer: /^\/\S*$/,
  value: /^(?:["[{]|-?\d|(?:true|false|null|value)$)/,
};
const ITEM = /^(?:`[^`]*`|"[^"]*"|\{\w+: …\}|[^\s`"]+)$/;
const NAME = /^[\w.:@/-]+$/;

export function translator({ sentences, phrases, texts }: Tables): Translator {
  const tables = { sentences: table(sentences), phrases: table(phrases), texts: unpacked(texts) };
  return (sentence) => (sentence.length > LONGEST ? undefined : new Reader(tables).sentence(sentence));
}

function table(rows: Rows): Table {
  const lines = (rows['cut'] ?? '').split('\n');
  const cut = lines.flatMap((english, i): Pieces[] => {
    if (i % 2 === 1 || english === '') return [];
    const holes = [...english.matchAll(HOLES)].map(([, name = '']) => name);
    return [{ words: english.split(CUT), holes, said: lines[i + 1] ?? '' }];
  });
  return { plain: unpacked(rows), cut };
}

class Reader {
  readonly #tables: { readonly sentences: Table; readonly phrases: Table; readonly texts: Rows };
  readonly #read = new Map<string, string | undefined>();

  constructor(tables: { readonly sentences: Table; readonly phrases: Table; readonly texts: Rows }) {
    this.#tables = tables;
  }

  sentence(text: string): string | undefined {
    if (this.#read.has(text)) return this.#read.get(text);
    if (text === '' || this.#read.size > MOST) return undefined;
    this.#read.set(text, undefined);
    const said = this.#find(text, this.#tables.sentences) ?? this.#tables.texts[hashOf(text)];
    this.#read.set(text, said);
    return said;
  }

  #phrase(text: string): string | undefined {
    const named = /^`([^`]* [^`]*)`$/.exec(text)?.[1];
    if (named !== undefined) return this.#find(named, this.#tables.phrases);
    return this.#find(text, this.#tables.phrases) ?? (NAME.test(text) ? `\`${text}\`` : undefined);
  }

  #find(text: string, { plain, cut }: Table): string | undefined {
    const { skeleton, values } = looksOf(text);
    const said = plain[hashOf(skeleton)];
    if (said !== undefined) return said.replace(/\{(\d+)\}/g, (_, at: string) => values[Number(at)] ?? '');
    for (const { words, holes, said: template } of cut) {
      const [first = '', ...rest] = words;
      const isClose = text.startsWith(first) && text.endsWith(rest.at(-1) ?? '');
      const found = isClose ? this.#fill(text, first.length, rest, holes) : undefined;
      if (found !== undefined) return filled(template, found);
    }
    return undefined;
  }

  /** Every place where the words after a hole stand may be its end; the last hole ends with the sentence. */
  #fill(
    text: string,
    from: number,
    [word = '', ...later]: readonly string[],
    [hole = '', ...others]: readonly string[],
  ): Map<string, string> | undefined {
    const isLast = others.length === 0;
    let end = isLast ? text.length - word.length : text.indexOf(word, from);
    while (end >= from) {
      const value = this.#value(hole, text.slice(from, end));
      const rest = isLast ? new Map<string, string>() : undefined;
      const found =
        value === undefined ? undefined : (rest ?? this.#fill(text, end + word.length, later, others));
      if (value !== undefined && found !== undefined) return found.set(hole, value);
      if (isLast) return undefined;
      end = text.indexOf(word, end + 1);
    }
    return undefined;
  }

  #value(hole: string, found: string): string | undefined {
    const kind = kindOf(hole);
    if (kind === 'said') return this.sentence(found);
    if (kind === 'what') return this.#phrase(found);
    if (kind === 'list') return listed(found);
    if (kind === 'about') return about(this.#tables.texts[hashOf(found)] ?? found);
    if (found === '' || !(FITS[kind]?.test(found) ?? true)) return undefined;
    return kind !== 'value' && found.includes('`') ? undefined : found;
  }
}

/** Chinese and code keep a space between them. */
function filled(template: string, found: ReadonlyMap<string, string>): string {
  return template.replace(HOLES, (hole, name: string, at: number) => {
    const value = found.get(name) ?? '';
    const before = value.startsWith('`') && CHINESE.test(template[at - 1] ?? '') ? ' ' : '';
    const after = value.endsWith('`') && CHINESE.test(template[at + hole.length] ?? '') ? ' ' : '';
    return before + value + after;
  });
}

/** `a, b or c` → each as code. */
function listed(text: string): string | undefined {
  if (text === '') return '（无）';
  const items = text.split(/, | or /);
  if (!items.every((one) => ITEM.test(one))) return undefined;
  const all = items.map((one) => (one.startsWith('`') || one === '…' ? one : `\`${one}\``));
  const before = all.slice(0, -1).join('、');
  return before !== '' && text.includes(' or ') ? `${before} 或 ${all.at(-1)}` : all.join('、');
}

/** What is not known here is half a sentence: the engine cuts long descriptions. */
function about(text: string): string {
  return CHINESE.test(text) ? `（${text.replace(/。$/, '')}）` : '';
}
