/** Positions and lines of a text. Lines end with a line feed; a carriage return before it counts as line content. */

export interface Change {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

export function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** Position of the line feed that ends the line of `at`, or the text's length. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** Start of the following line, or the text's length. */
export function nextLine(text: string, at: number): number {
  return Math.min(lineEnd(text, at) + 1, text.length);
}

export function column(text: string, at: number): number {
  return at - lineStart(text, at);
}

export function lineAt(text: string, at: number): string {
  return text.slice(lineStart(text, at), lineEnd(text, at));
}

export function isBlank(line: string): boolean {
  return /^[ \t\r]*$/.test(line);
}

export function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Is there nothing but blanks between the start of the line and `at`? */
export function opensLine(text: string, at: number): boolean {
  return isBlank(text.slice(lineStart(text, at), at));
}

/** One-based line number. */
export function lineNumber(text: string, at: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i >= 0 && i < at; i = text.indexOf('\n', i + 1)) line += 1;
  return line;
}

/** Applies changes that do not overlap; equal positions keep their order. */
export function applyChanges(text: string, changes: readonly Change[]): string {
  let result = '';
  let at = 0;
  for (const change of sortChanges(changes)) {
    result += text.slice(at, change.from) + change.insert;
    at = change.to;
  }
  return result + text.slice(at);
}

export function sortChanges(changes: readonly Change[]): Change[] {
  return changes
    .map((change, order) => ({ change, order }))
    .sort((a, b) => a.change.from - b.change.from || a.change.to - b.change.to || a.order - b.order)
    .map(({ change }) => change);
}
