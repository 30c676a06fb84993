/**
 * Finds names in expressions, no more: strings and comments are skipped, `nodes.x`, `nodes["x"]`, `nodes.?x` and
 * `nodes[?"x"]` are seen. Whether an expression is right only the server says.
 */

/** A root name with the member read from it; positions count within the scanned text. */
export interface Read {
  readonly root: string;
  readonly name: string | undefined;
  readonly rootFrom: number;
  readonly rootTo: number;
  readonly from: number;
  readonly to: number;
}

export interface Segment {
  readonly from: number;
  readonly to: number;
}

const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_]*/y;
const STRING = /(?:[rRbB]{0,2})(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')/y;
const SKIP = /\s+|\/\/[^\n]*/y;
const MEMBER = /\s*\.\s*\??\s*([A-Za-z_][A-Za-z0-9_]*)/y;
const INDEX = /\s*\[\s*\??\s*(["'])([A-Za-z_][A-Za-z0-9_]*)\1\s*\]/y;

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Every root name read between two places of a text. */
export function scan(text: string, from: number, to: number): Read[] {
  const reads: Read[] = [];
  let at = from;
  let afterDot = false;
  while (at < to) {
    const skipped = match(SKIP, text, at) ?? match(STRING, text, at);
    if (skipped !== null) {
      at += skipped[0].length;
      continue;
    }
    const word = match(IDENTIFIER, text, at);
    if (word === null) {
      const number = /[0-9][0-9A-Za-z_.]*/y;
      const digits = match(number, text, at);
      const sign = text[at] ?? '';
      afterDot = sign === '.' || (afterDot && sign === '?');
      at += digits?.[0].length ?? 1;
      continue;
    }
    if (!afterDot) reads.push(readAt(text, at, word[0], to));
    afterDot = false;
    at += word[0].length;
  }
  return reads;
}

function readAt(text: string, at: number, root: string, end: number): Read {
  const after = at + root.length;
  const dotted = match(MEMBER, text, after);
  const indexed = dotted === null ? match(INDEX, text, after) : null;
  const found = dotted ?? indexed;
  const name = dotted?.[1] ?? indexed?.[2];
  const base = { root, rootFrom: at, rootTo: after };
  if (found === null || name === undefined || after + found[0].length > end)
    return { ...base, name: undefined, from: at, to: after };
  const from = indexed === null ? after + found[0].length - name.length : after + found[0].indexOf(name);
  return { ...base, name, from, to: from + name.length };
}

/** The insides of every `${ }` of a text; braces and strings inside are respected. */
export function segments(text: string): Segment[] {
  const found: Segment[] = [];
  let at = text.indexOf('${');
  while (at >= 0) {
    const end = closing(text, at + 2);
    found.push({ from: at + 2, to: end });
    at = text.indexOf('${', end);
  }
  return found;
}

function closing(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const string = match(STRING, text, at);
    if (string !== null) {
      at += string[0].length;
      continue;
    }
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') {
      if (depth === 0) return at;
      depth -= 1;
    }
    at += 1;
  }
  return text.length;
}

/** Is the whole text one `${ }`? */
export function isExpression(text: string): boolean {
  const [first, second] = segments(text);
  return first !== undefined && second === undefined && first.from === 2 && first.to === text.length - 1;
}
