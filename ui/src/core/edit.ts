/**
 * The splices: each states one wish as the smallest change of the text. They keep indents, comments, quotes and flow
 * style as the file has them (rules a–g of the editor's guide) and never print what is already there.
 */
import { type Json, type Path, type Step, isEmpty, isList, isObject } from './json';
import { type Change, column, lineEnd, lineStart, opensLine } from './lines';
import { type Draft, type Spot, indentLines, isCollection, locate, regionEnd, regionStart } from './place';
import {
  blockLines,
  entryLines,
  flowText,
  isLiteralSafe,
  itemLines,
  literalLines,
  pad,
  scalarText,
} from './print';
import type { Collection, Member, ScalarNode } from './tree';

/** Something new in a collection: how it reads on lines of its own and inside braces. */
export interface Insert {
  readonly index: number;
  readonly lines: (draft: Draft, col: number) => readonly string[];
  readonly flow: string;
}

export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly params: Readonly<Record<string, string>> = {},
  ) {
    super(code);
  }
}

export function entry(index: number, key: string, value: Json): Insert {
  return {
    index,
    lines: (draft, col) => indentLines([entryLines(key, value, 0, draft.style)].flat(), col),
    flow: `${scalarText(key, true)}: ${flowText(value)}`,
  };
}

export function item(index: number, value: Json): Insert {
  return {
    index,
    lines: (draft, col) => indentLines(itemLines(value, 0, draft.style), col),
    flow: flowText(value),
  };
}

/** Text taken from elsewhere, at column 0. */
export function verbatim(index: number, lines: readonly string[], flow: string): Insert {
  return { index, lines: (_draft, col) => indentLines(lines, col), flow };
}

/** Sets the value at a path; missing maps on the way are created. */
export function setAt(draft: Draft, path: Path, value: Json): Change[] {
  const spot = locate(draft, path);
  guard(spot);
  const [step, ...deeper] = spot.rest;
  if (step === undefined) return replace(draft, spot, value);
  const inner = nest(deeper, value);
  if (isCollection(spot.node)) return splice(draft, spot, [], [newMember(spot.node, step, inner)]);
  if (spot.node.kind === 'scalar' && spot.node.value === null)
    return replace(draft, spot, typeof step === 'number' ? [inner] : { [step]: inner });
  throw new Refusal('not-a-map', { path: path.join('.') });
}

function newMember(node: Collection, step: Step, value: Json): Insert {
  const end = node.members.length;
  return node.kind === 'seq' ? item(end, value) : entry(end, String(step), value);
}

function nest(steps: readonly Step[], value: Json): Json {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  return typeof step === 'number' ? [nest(rest, value)] : { [step]: nest(rest, value) };
}

export function unsetAt(draft: Draft, path: Path): Change[] {
  const parent = locate(draft, path.slice(0, -1));
  guard(parent);
  if (parent.rest.length > 0 || !isCollection(parent.node)) return [];
  const last = path.at(-1);
  const index = parent.node.members.findIndex((candidate) => candidate.key === last);
  return index < 0 ? [] : splice(draft, parent, [index], []);
}

export function insertAt(
  draft: Draft,
  path: Path,
  insert: Insert,
  shape: 'map' | 'seq',
  value: Json,
): Change[] {
  const spot = locate(draft, path);
  guard(spot);
  const isBlank = spot.node.kind === 'scalar' && spot.node.value === null;
  if (spot.rest.length > 0 || isBlank) return setAt(draft, path, value);
  if (!isCollection(spot.node) || spot.node.kind !== shape)
    throw new Refusal(`not-a-${shape}`, { path: path.join('.') });
  return splice(draft, spot, [], [insert]);
}

function guard(spot: Spot): void {
  if (spot.node.kind === 'foreign') throw new Refusal('foreign', { reason: spot.node.reason });
}

/** Replaces the whole value a spot holds. */
export function replace(draft: Draft, spot: Spot, value: Json): Change[] {
  const { node, holder } = spot;
  const simple = isEmpty(value) || !(isObject(value) || isList(value));
  if (node.kind === 'scalar' && simple) return [replaceScalar(draft, spot, node, value)];
  const flowOld = isCollection(node) && node.flow && node.members.length > 0;
  if (spot.flow || flowOld || (isCollection(node) && node.flow && simple)) {
    const empty = node.kind === 'scalar' && node.style === 'empty';
    return [{ from: node.start, to: node.end, insert: (empty ? ' ' : '') + flowText(value) }];
  }
  if (holder === undefined) return [{ from: node.start, to: node.end, insert: rootText(draft, value) }];
  return simple ? blockToScalar(draft, node, holder, value) : toBlock(draft, spot, holder, value);
}

function rootText(draft: Draft, value: Json): string {
  return blockLines(value, 0, draft.style).join('\n');
}

function replaceScalar(draft: Draft, spot: Spot, node: ScalarNode, value: Json): Change {
  const isBlock = node.style === 'literal' || node.style === 'folded';
  if (isBlock && typeof value === 'string' && isLiteralSafe(value)) {
    const second = lineEnd(draft.text, node.start) + 1;
    const col = /^ */.exec(draft.text.slice(second))?.[0].length ?? 2;
    return { from: node.start, to: node.end, insert: literalLines(value, col).join('\n') };
  }
  const text = isList(value) ? '[]' : isObject(value) ? '{}' : scalarText(value, spot.flow, node.style);
  if (node.style !== 'empty') return { from: node.start, to: node.end, insert: text };
  const at = spot.holder?.colon ?? node.start;
  const sign = spot.holder !== undefined && spot.holder.colon === spot.holder.keyEnd && spot.flow ? ':' : '';
  return { from: at, to: at, insert: `${sign} ${text}` };
}

/** `key:` and lines below become `key: value`; a comment on the key's line stays. */
function blockToScalar(draft: Draft, node: Spot['node'], holder: Member, value: Json): Change[] {
  const text = isList(value) ? '[]' : isObject(value) ? '{}' : scalarText(value, false);
  const end = lineEnd(draft.text, node.end);
  if (lineStart(draft.text, node.start) === lineStart(draft.text, holder.colon))
    return [{ from: node.start, to: end, insert: text }];
  return [
    { from: holder.colon, to: holder.colon, insert: ` ${text}` },
    { from: lineEnd(draft.text, holder.colon), to: end, insert: '' },
  ];
}

function toBlock(draft: Draft, spot: Spot, holder: Member, value: Json): Change[] {
  const { text, style } = draft;
  const inItem = typeof holder.key === 'number';
  const sameLine = lineStart(text, spot.node.start) === lineStart(text, holder.colon);
  if (inItem && (sameLine || !isCollection(spot.node))) {
    const empty = spot.node.kind === 'scalar' && spot.node.style === 'empty';
    const col = empty ? column(text, holder.start) + 2 : column(text, spot.node.start);
    const insert = (empty ? ' ' : '') + blockLines(value, col, style).join('\n');
    return [{ from: spot.node.start, to: spot.node.end, insert: insert }];
  }
  const col = column(text, holder.start) + (inItem ? 2 : isList(value) ? style.dash : style.step);
  const lines = `\n${pad(col)}${blockLines(value, col, style).join('\n')}`;
  const start =
    isCollection(spot.node) && !sameLine ? lineEnd(text, holder.colon) : lineEnd(text, spot.node.end);
  const below: Change = { from: start, to: lineEnd(text, spot.node.end), insert: lines };
  return sameLine || !isCollection(spot.node)
    ? [{ from: holder.colon, to: spot.node.end, insert: '' }, below]
    : [below];
}

/** Removes and inserts members of one collection at once. Indices count the members before the change. */
export function splice(
  draft: Draft,
  spot: Spot,
  gone: readonly number[],
  inserts: readonly Insert[],
): Change[] {
  const { node } = spot;
  guard(spot);
  if (!isCollection(node)) throw new Refusal('not-a-collection');
  if (node.members.some((found) => gone.includes(Number(found.key)) && found.value.kind === 'foreign'))
    throw new Refusal('foreign', { reason: 'alias' });
  const kept = node.members.filter((_, i) => !gone.includes(i));
  if (node.flow) return spliceFlow(draft, spot, node, gone, inserts);
  if (kept.length === 0 && inserts.length === 0) return emptyBlock(draft, spot, node);
  return spliceBlock(draft, node, gone, inserts);
}

/** `{}` and `[]` outside braces become lines on the first insert. */
function fillEmpty(draft: Draft, spot: Spot, node: Collection, inserts: readonly Insert[]): Change[] {
  const holder = spot.holder;
  const [open, close] = node.kind === 'map' ? ['{', '}'] : ['[', ']'];
  if (spot.flow || holder === undefined)
    return [
      { from: node.start, to: node.end, insert: open + inserts.map((one) => one.flow).join(', ') + close },
    ];
  if (typeof holder.key === 'number') {
    const col = column(draft.text, holder.start) + 2;
    const lines = inserts.flatMap((one) => one.lines(draft, col)).join('\n');
    return [{ from: node.start, to: node.end, insert: lines.trimStart() }];
  }
  const col = column(draft.text, holder.start) + (node.kind === 'seq' ? draft.style.dash : draft.style.step);
  const lines = inserts.flatMap((one) => one.lines(draft, col)).join('\n');
  const end = lineEnd(draft.text, node.end);
  return [
    { from: holder.colon, to: node.end, insert: '' },
    { from: end, to: end, insert: `\n${lines}` },
  ];
}

function spliceFlow(
  draft: Draft,
  spot: Spot,
  node: Collection,
  gone: readonly number[],
  inserts: readonly Insert[],
): Change[] {
  const { members } = node;
  const first = members[0];
  const last = members.at(-1);
  if (first === undefined || last === undefined) return fillEmpty(draft, spot, node, inserts);
  const kept = members.map((_, i) => i).filter((i) => !gone.includes(i));
  if (kept.length === 0)
    return [{ from: first.start, to: last.end, insert: inserts.map((one) => one.flow).join(', ') }];
  const changes = runs(gone).flatMap((run) => removeFlow(draft.text, node, run));
  for (const one of inserts) {
    const before = kept.findLast((i) => i < one.index);
    const previous = before === undefined ? undefined : members[before];
    const next = members[kept[0] ?? 0];
    if (previous !== undefined)
      changes.push({ from: previous.end, to: previous.end, insert: `, ${one.flow}` });
    else if (next !== undefined) changes.push({ from: next.start, to: next.start, insert: `${one.flow}, ` });
  }
  return changes;
}

/** Groups of neighbouring indices. */
function runs(indices: readonly number[]): number[][] {
  const groups: number[][] = [];
  for (const index of [...indices].sort((a, b) => a - b)) {
    const open = groups.at(-1);
    if (open?.at(-1) === index - 1) open.push(index);
    else groups.push([index]);
  }
  return groups;
}

function removeFlow(text: string, node: Collection, run: readonly number[]): Change[] {
  const first = node.members[run[0] ?? 0];
  const last = node.members[run.at(-1) ?? 0];
  if (first === undefined || last === undefined) return [];
  const previous = node.members[(run[0] ?? 0) - 1];
  const next = node.members[(run.at(-1) ?? 0) + 1];
  const from = previous?.end ?? first.start;
  const to = previous === undefined ? (next?.start ?? last.end) : last.end;
  if (!/[\n#]/.test(text.slice(from, first.start)) && !/[\n#]/.test(text.slice(last.end, to)))
    return [{ from, to, insert: '' }];
  return run.map((index) => removeFlowLine(text, node.members[index]));
}

/** A member on lines of its own inside braces goes with its comma, its line and that line's comment. */
function removeFlowLine(text: string, found: Member | undefined): Change {
  if (found === undefined) return { from: 0, to: 0, insert: '' };
  const comma = /^\s*,/.exec(text.slice(found.end))?.[0].length ?? 0;
  const end = found.end + comma;
  const rest = text.slice(end, lineEnd(text, end));
  if (!opensLine(text, found.start) || !/^\s*(#.*)?$/.test(rest))
    return { from: found.start, to: end, insert: '' };
  return { from: regionStart(text, found), to: Math.min(lineEnd(text, end) + 1, text.length), insert: '' };
}

/** The last member goes: `key:` with lines below becomes `key: {}`. */
function emptyBlock(draft: Draft, spot: Spot, node: Collection): Change[] {
  const { text } = draft;
  const sign = node.kind === 'map' ? '{}' : '[]';
  const holder = spot.holder;
  const onHolder = holder !== undefined && lineStart(text, node.start) === lineStart(text, holder.colon);
  if (holder === undefined || onHolder) return [{ from: node.start, to: node.end, insert: sign }];
  return [{ from: holder.colon, to: holder.colon, insert: ` ${sign}` }, ...removeLines(text, node.members)];
}

function spliceBlock(
  draft: Draft,
  node: Collection,
  gone: readonly number[],
  inserts: readonly Insert[],
): Change[] {
  const { text } = draft;
  const first = node.members[0];
  if (first === undefined) return [];
  const col = column(text, first.start);
  const kept = node.members.filter((_, i) => !gone.includes(i));
  const changes: Change[] = [];
  let open = node.members.filter((_, i) => gone.includes(i));
  if (!opensLine(text, first.start) && gone.includes(0)) {
    const stays = kept[0];
    const lead = node.members.slice(0, stays === undefined ? undefined : node.members.indexOf(stays));
    open = open.filter((found) => !lead.includes(found));
    changes.push(...removeInline(draft, first, lead, stays, inserts, col));
    if (stays === undefined) return changes;
  }
  changes.push(...removeLines(text, open));
  for (const one of inserts) changes.push(insertBlock(draft, node, gone, one, col));
  return changes;
}

/** The first member of a map in a list item shares the dash's line: what follows moves up to it. */
function removeInline(
  draft: Draft,
  first: Member,
  lead: readonly Member[],
  stays: Member | undefined,
  inserts: readonly Insert[],
  col: number,
): Change[] {
  const { text } = draft;
  if (stays !== undefined) return [{ from: first.start, to: regionStart(text, stays) + col, insert: '' }];
  const lines = inserts.flatMap((one) => one.lines(draft, col)).join('\n');
  return [{ from: first.start, to: lead.at(-1)?.end ?? first.end, insert: lines.trimStart() }];
}

function insertBlock(
  draft: Draft,
  node: Collection,
  gone: readonly number[],
  one: Insert,
  col: number,
): Change {
  const { text } = draft;
  const lines = one.lines(draft, col).join('\n');
  const previous = node.members.findLast((_, i) => i < one.index && !gone.includes(i));
  if (previous !== undefined) {
    const at = regionEnd(text, previous);
    return { from: at, to: at, insert: `${lines}\n` };
  }
  const next = node.members.find((_, i) => !gone.includes(i));
  const last = node.members.at(-1);
  if (next === undefined && last !== undefined) {
    const at = regionEnd(text, last);
    return { from: at, to: at, insert: `${lines}\n` };
  }
  const start = next?.start ?? node.start;
  if (next !== undefined && opensLine(text, start)) {
    const at = regionStart(text, next);
    return { from: at, to: at, insert: `${lines}\n` };
  }
  return { from: start, to: start, insert: `${lines.trimStart()}\n${pad(col)}` };
}

function removeLines(text: string, members: readonly Member[]): Change[] {
  const areas: { from: number; to: number }[] = [];
  for (const found of members) {
    const area = { from: regionStart(text, found), to: regionEnd(text, found) };
    const open = areas.at(-1);
    if (open?.to === area.from) open.to = area.to;
    else areas.push(area);
  }
  return areas.map(({ from, to }) => ({ from, to, insert: '' }));
}
