/** Where an entry stands in the text: its lines, the comments that belong to it, its column. */
import type { Path, Step } from './json';
import { column, indentOf, isBlank, lineAt, lineEnd, lineStart, nextLine, opensLine } from './lines';
import { type Style, styleOf } from './style';
import { type Collection, type DocumentTree, type Member, type Tree, type TreeNode, member } from './tree';

/** One document of one text: what every command reads. */
export interface Draft {
  readonly text: string;
  readonly document: DocumentTree;
  readonly style: Style;
}

/** A node, the member that holds it and whether it stands inside a `{ }` or `[ ]`. */
export interface Spot {
  readonly node: TreeNode;
  readonly holder: Member | undefined;
  readonly flow: boolean;
  readonly rest: readonly Step[];
}

export function draftOf(text: string, tree: Tree, index: number): Draft | undefined {
  const document = tree.documents[index];
  return document === undefined ? undefined : { text, document, style: styleOf(text, tree) };
}

/** Goes as deep as the path leads; `rest` holds the steps that name nothing yet. */
export function locate(draft: Draft, path: Path): Spot {
  let node: TreeNode = draft.document.root;
  let holder: Member | undefined;
  let flow = false;
  for (const [depth, step] of path.entries()) {
    const found = member(node, step);
    if (found === undefined) return { node, holder, flow, rest: path.slice(depth) };
    flow = flow || (isCollection(node) && node.flow);
    holder = found;
    node = found.value;
  }
  return { node, holder, flow, rest: [] };
}

export function isCollection(node: TreeNode | undefined): node is Collection {
  return node?.kind === 'map' || node?.kind === 'seq';
}

/** First of the comment lines directly above an entry at its indent; a blank line ends the attachment. */
export function regionStart(text: string, entry: Member): number {
  let start = lineStart(text, entry.start);
  if (!opensLine(text, entry.start)) return start;
  const col = column(text, entry.start);
  while (start > 0) {
    const line = lineAt(text, start - 1);
    if (indentOf(line) !== col || !line.trimStart().startsWith('#')) break;
    start = lineStart(text, start - 1);
  }
  return start;
}

/** Start of the line after an entry and the deeper comment lines that follow it at once. */
export function regionEnd(text: string, entry: Member): number {
  const col = column(text, entry.start);
  let end = nextLine(text, entry.end);
  while (end < text.length) {
    const line = lineAt(text, end);
    if (isBlank(line) || indentOf(line) <= col || !line.trimStart().startsWith('#')) break;
    end = nextLine(text, end);
  }
  return end;
}

/** The lines of an entry with its comments, moved so that the entry starts at column 0. */
export function regionLines(text: string, entry: Member): string[] {
  const col = column(text, entry.start);
  if (!opensLine(text, entry.start)) {
    const [first = '', ...others] = text
      .slice(entry.start, regionEnd(text, entry))
      .replace(/\n$/, '')
      .split('\n');
    return [first, ...others.map((line) => dedent(line, col))];
  }
  const body = text.slice(regionStart(text, entry), regionEnd(text, entry)).replace(/\n$/, '');
  return body.split('\n').map((line) => dedent(line, col));
}

export function dedent(line: string, count: number): string {
  return line.slice(Math.min(count, indentOf(line)));
}

export function indentLines(lines: readonly string[], count: number): string[] {
  return lines.map((line) => (isBlank(line) ? line : ' '.repeat(count) + line));
}

/** Comments of an entry, above it and at the end of its line, as lines of their own at a column. */
export function commentsOf(text: string, entry: Member, col: number): string {
  const above = text.slice(regionStart(text, entry), lineStart(text, entry.start)).split('\n');
  const tail = /^\s+(#.*)$/.exec(text.slice(entry.end, lineEnd(text, entry.end)))?.[1];
  const lines = [...above.map((line) => line.trim()), tail ?? ''].filter((line) => line !== '');
  return lines.map((line) => `${' '.repeat(col)}${line}\n`).join('');
}
