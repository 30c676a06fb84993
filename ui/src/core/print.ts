/** Prints NEW text only: scalars, flow text and block lines for what a command inserts. Never prints a document. */
import { type Json, isEmpty, isList, isObject } from './json';
import type { ScalarStyle } from './tree';
import type { Style } from './style';

/** Words some YAML reader takes for something other than text. */
const WORDS = /^(?:null|true|false|yes|no|on|off|y|n|~|[-+]?\.(?:inf|nan)|\.nan)$/i;
/** Numbers, dates and base-60 values of the readers in use, generously. */
const NUMBERS =
  /^[-+]?(?:0[xXoObB][0-9a-fA-F_]+|[0-9][0-9_,]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)$|^[0-9]{4}-[0-9]/;
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/;
/** Keys whose lists of node ids are written on one line. */
const INLINE_LISTS = new Set(['needs', 'order', 'to', 'after', 'before', 'remove']);

export function isPlainSafe(text: string, flow: boolean): boolean {
  if (text === '' || text !== text.trim()) return false;
  if (WORDS.test(text) || NUMBERS.test(text)) return false;
  if (/[\n\r\t]/.test(text) || UNPRINTABLE.test(text)) return false;
  if (/^[-?:](?:\s|$)|^[,[\]{}#&*!|>'"%@`<=]|^---|^\.\.\./.test(text)) return false;
  if (/:(?:\s|$)|\s#/.test(text)) return false;
  if (flow && (/[,[\]{}]/.test(text) || text.includes('${') || /^[-?:]/.test(text))) return false;
  return true;
}

/** A scalar on one line. `style` is what the text was written in before, if it was. */
export function scalarText(value: Json, flow: boolean, style?: ScalarStyle): string {
  if (typeof value !== 'string') return value === null ? 'null' : String(value);
  if (/[\n\r\t]/.test(value) || UNPRINTABLE.test(value) || style === 'double') return JSON.stringify(value);
  if (style === 'single' || !isPlainSafe(value, flow)) return `'${value.replaceAll("'", "''")}'`;
  return value;
}

export function flowText(value: Json): string {
  if (isList(value)) return `[${value.map(flowText).join(', ')}]`;
  if (isObject(value)) {
    const inner = Object.entries(value).map(([key, item]) => `${scalarText(key, true)}: ${flowText(item)}`);
    return `{${inner.join(', ')}}`;
  }
  return scalarText(value, true);
}

/** Lines of `key: value` at `col`; the first line has no indent. */
export function entryLines(key: string, value: Json, col: number, style: Style): string[] {
  const head = `${scalarText(key, false)}:`;
  if (isInlineList(key, value)) return [`${head} ${flowText(value)}`];
  if (isEmpty(value) || !(isObject(value) || isList(value))) {
    const lines = scalarLines(value, col, style);
    return [`${head} ${lines[0] ?? ''}`, ...lines.slice(1)];
  }
  const inner = col + (isList(value) ? style.dash : style.step);
  return [head, ...blockLines(value, inner, style).map((line, i) => (i === 0 ? pad(inner) + line : line))];
}

function isInlineList(key: string, value: Json): boolean {
  return INLINE_LISTS.has(key) && isList(value);
}

/** Lines of one list item at `col`; the first line has no indent. */
export function itemLines(value: Json, col: number, style: Style): string[] {
  const lines = blockLines(value, col + 2, style);
  return [`- ${lines[0] ?? ''}`, ...lines.slice(1)];
}

/** Lines of a value whose first line starts at `col`, itself without indent. */
export function blockLines(value: Json, col: number, style: Style): string[] {
  if (isEmpty(value)) return [isList(value) ? '[]' : '{}'];
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, item], i) =>
      entryLines(key, item, col, style).map((line, j) => (i > 0 && j === 0 ? pad(col) + line : line)),
    );
  }
  if (isList(value)) {
    return value.flatMap((item, i) =>
      itemLines(item, col, style).map((line, j) => (i > 0 && j === 0 ? pad(col) + line : line)),
    );
  }
  return scalarLines(value, col, style);
}

/** A text of several lines becomes a literal block where that states it exactly. */
function scalarLines(value: Json, col: number, style: Style): string[] {
  if (typeof value === 'string' && isLiteralSafe(value)) return literalLines(value, col + style.step);
  if (isEmpty(value)) return [isList(value) ? '[]' : '{}'];
  return [scalarText(value, false)];
}

export function isLiteralSafe(value: string): boolean {
  const body = value.endsWith('\n') ? value.slice(0, -1) : value;
  if (!body.includes('\n') || UNPRINTABLE.test(body) || /[\r\t]/.test(body)) return false;
  return !/^\s/.test(body) && !/\n\s*$/.test(body);
}

/** Header and lines of a literal block whose text stands at `col`. */
export function literalLines(value: string, col: number): string[] {
  const clip = value.endsWith('\n');
  const body = clip ? value.slice(0, -1) : value;
  return [clip ? '|' : '|-', ...body.split('\n').map((line) => (line === '' ? '' : pad(col) + line))];
}

export function pad(count: number): string {
  return ' '.repeat(count);
}
