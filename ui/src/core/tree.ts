/**
 * Text → document tree with ranges. The `yaml` library parses; nothing here prints. Anchors, aliases, tags and merge
 * keys are load errors of the language, so they become `foreign` nodes that no command touches.
 */
import {
  type Document,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
} from 'yaml';
import type { Json, Path, Step } from './json';
import { lineNumber } from './lines';

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded' | 'empty';
export type ForeignReason = 'alias' | 'anchor' | 'tag' | 'merge' | 'key';

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: Json;
  readonly style: ScalarStyle;
  readonly start: number;
  readonly end: number;
}
export interface ForeignNode {
  readonly kind: 'foreign';
  readonly reason: ForeignReason;
  readonly start: number;
  readonly end: number;
}
/** `start` is the key, or the dash of a block list; `colon` is the place after the colon or the dash. */
export interface Member {
  readonly key: Step;
  readonly start: number;
  readonly end: number;
  readonly keyEnd: number;
  readonly colon: number;
  readonly value: TreeNode;
}
export interface Collection {
  readonly kind: 'map' | 'seq';
  readonly flow: boolean;
  readonly start: number;
  readonly end: number;
  readonly members: readonly Member[];
}
export type TreeNode = ScalarNode | ForeignNode | Collection;

export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly from: number;
  readonly to: number;
  readonly line: number;
}
export interface DocumentTree {
  readonly index: number;
  readonly start: number;
  readonly end: number;
  readonly root: TreeNode;
  readonly faults: readonly Fault[];
}
export interface Tree {
  readonly documents: readonly DocumentTree[];
  readonly faults: readonly Fault[];
}

interface Token {
  readonly type: string;
  readonly offset: number;
}

export function parseTree(text: string): Tree {
  const parsed = parseAllDocuments(text, { keepSourceTokens: true, prettyErrors: false });
  const list: readonly Document.Parsed[] = Array.isArray(parsed) ? parsed : [];
  const documents = list.map((document, index) => documentTree(text, document, index));
  return { documents, faults: documents.flatMap((document) => document.faults) };
}

function documentTree(text: string, document: Document.Parsed, index: number): DocumentTree {
  const [start, , end] = document.range;
  const faults = document.errors.map((error) => ({
    code: error.code,
    message: error.message,
    from: error.pos[0],
    to: error.pos[1],
    line: lineNumber(text, error.pos[0]),
  }));
  return { index, start, end, root: convert(text, document.contents, start), faults };
}

function range(node: unknown, at: number): [number, number] {
  const found =
    typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
      ? node.range
      : [];
  const [from, to] = found;
  return [typeof from === 'number' ? from : at, typeof to === 'number' ? to : at];
}

function convert(text: string, node: unknown, at: number): TreeNode {
  const [start, end] = range(node, at);
  if (isAlias(node)) return { kind: 'foreign', reason: 'alias', start, end };
  if (isScalar(node) || isMap(node) || isSeq(node)) {
    if (node.anchor !== undefined) return { kind: 'foreign', reason: 'anchor', start, end };
    if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:'))
      return { kind: 'foreign', reason: 'tag', start, end };
  }
  if (isMap(node)) return mapNode(text, node, start, end);
  if (isSeq(node)) return seqNode(text, node, start, end);
  if (isScalar(node)) {
    const style = scalarStyle(node.type, start === end);
    const value = plainValue(node.value);
    return { kind: 'scalar', value, style, start, end: scalarEnd(text, style, start, end) };
  }
  return { kind: 'scalar', value: null, style: 'empty', start, end: start };
}

function plainValue(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  return value === undefined ? null : String(value);
}

function scalarStyle(type: string | undefined, empty: boolean): ScalarStyle {
  if (type === 'QUOTE_SINGLE') return 'single';
  if (type === 'QUOTE_DOUBLE') return 'double';
  if (type === 'BLOCK_LITERAL') return 'literal';
  if (type === 'BLOCK_FOLDED') return 'folded';
  return empty ? 'empty' : 'plain';
}

/** A block scalar's range runs to the next content; keep what it states and leave blank lines to the section. */
function scalarEnd(text: string, style: ScalarStyle, start: number, end: number): number {
  if (style !== 'literal' && style !== 'folded') return end;
  const header = text.slice(start, text.indexOf('\n', start) < 0 ? end : text.indexOf('\n', start));
  const raw = text.slice(start, end);
  if (/^[|>][0-9]*\+/.test(header)) return raw.endsWith('\n') ? end - 1 : end;
  return start + raw.trimEnd().length;
}

function sourceItems(node: YAMLMap | YAMLSeq): readonly unknown[] {
  const token: unknown = node.srcToken;
  return typeof token === 'object' && token !== null && 'items' in token && Array.isArray(token.items)
    ? token.items
    : [];
}

function tokens(item: unknown, part: 'start' | 'sep'): readonly Token[] {
  if (typeof item !== 'object' || item === null) return [];
  const found: unknown = Reflect.get(item, part);
  return Array.isArray(found) ? found : [];
}

/** Start of a collection's own text: its properties (tags) are no part of it. */
function mapNode(text: string, node: YAMLMap, start: number, end: number): TreeNode {
  const items = sourceItems(node).filter((item) => hasKey(item));
  const members: Member[] = [];
  for (const [i, pair] of node.items.entries()) {
    const member = mapMember(text, pair, items[i]);
    if ('reason' in member) return { kind: 'foreign', reason: member.reason, start, end };
    members.push(member);
  }
  const flow = node.flow === true;
  const last = members.at(-1);
  return { kind: 'map', flow, start, end: flow ? end : (last?.end ?? end), members };
}

function hasKey(item: unknown): boolean {
  return typeof item === 'object' && item !== null && ('key' in item || 'sep' in item);
}

function mapMember(text: string, pair: Pair, item: unknown): Member | { reason: ForeignReason } {
  const key: unknown = pair.key;
  if (!isScalar(key) || key.anchor !== undefined) return { reason: 'key' };
  if (key.value === '<<') return { reason: 'merge' };
  if (tokens(item, 'start').some((token) => token.type === 'explicit-key-ind')) return { reason: 'key' };
  const [start, keyEnd] = range(key, 0);
  const sign = tokens(item, 'sep').find((token) => token.type === 'map-value-ind');
  const found = sign?.offset ?? text.indexOf(':', keyEnd);
  const colon = sign === undefined && item !== undefined ? keyEnd : found + 1;
  const value = convert(text, pair.value, colon);
  const empty = value.kind === 'scalar' && value.style === 'empty';
  return { key: String(key.value ?? ''), start, keyEnd, colon, end: empty ? colon : value.end, value };
}

function seqNode(text: string, node: YAMLSeq, start: number, end: number): Collection {
  const items = sourceItems(node);
  const flow = node.flow === true;
  const members = node.items.map((entry: unknown, key): Member => {
    const dash = tokens(items[key], 'start').find((token) => token.type === 'seq-item-ind')?.offset;
    const colon = dash === undefined ? range(entry, start)[0] : dash + 1;
    const value = convert(text, entry, colon);
    const empty = value.kind === 'scalar' && value.style === 'empty';
    const from = dash ?? value.start;
    return { key, start: from, keyEnd: from, colon, end: empty ? colon : value.end, value };
  });
  return { kind: 'seq', flow, start, end: flow ? end : (members.at(-1)?.end ?? end), members };
}

export function member(node: TreeNode | undefined, key: Step): Member | undefined {
  if (node?.kind !== 'map' && node?.kind !== 'seq') return undefined;
  return node.kind === 'seq' && typeof key === 'number'
    ? node.members[key]
    : node.members.find((entry) => entry.key === key);
}

export function nodeAt(root: TreeNode, path: Path): TreeNode | undefined {
  let node: TreeNode | undefined = root;
  for (const step of path) node = member(node, step)?.value;
  return node;
}

/** The value a node states; foreign parts read as null. */
export function readValue(node: TreeNode | undefined): Json {
  if (node === undefined || node.kind === 'foreign') return null;
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'seq') return node.members.map((entry) => readValue(entry.value));
  return Object.fromEntries(node.members.map((entry) => [String(entry.key), readValue(entry.value)]));
}

export function hasForeign(node: TreeNode): boolean {
  if (node.kind === 'foreign') return true;
  return node.kind !== 'scalar' && node.members.some((entry) => hasForeign(entry.value));
}

/** Path of the innermost member whose text holds `at`. */
export function pathAt(root: TreeNode, at: number): Path {
  const path: Step[] = [];
  let node: TreeNode = root;
  while (node.kind === 'map' || node.kind === 'seq') {
    const found: Member | undefined = node.members.find((entry) => entry.start <= at && at <= entry.end);
    if (found === undefined) break;
    path.push(found.key);
    node = found.value;
  }
  return path;
}

/** Does the text begin with the mark that lies outside every document? */
export function documentOf(tree: Tree, at: number): DocumentTree | undefined {
  return tree.documents.findLast((document) => document.start <= at) ?? tree.documents[0];
}
