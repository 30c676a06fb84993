/** The clipboard is YAML text: nodes with their comments under `nodes:`. Pasted text becomes nodes with free ids. */
import { type Graph, needsOf, project } from '../graph';
import { type Path, isObject } from '../json';
import { freeId, kindOf } from '../language';
import { type Change, applyChanges } from '../lines';
import { insertAt, verbatim } from '../edit';
import { type Draft, draftOf, indentLines, isCollection, regionLines } from '../place';
import { flowText } from '../print';
import { namesIn } from '../sites';
import { type Collection, type Member, type Tree, nodeAt, parseTree, readValue } from '../tree';
import { editNeeds } from './edges';
import { rewrite } from './rename';
import { type Outcome, type Scope, type Work, refuse, run } from './run';

/** Nodes as text; what `order` says about them is written as `needs`. Empty when none is found. */
export function copyText(
  text: string,
  tree: Tree,
  args: Scope & { readonly ids: readonly string[] },
): string {
  const draft = draftOf(text.endsWith('\n') ? text : `${text}\n`, tree, args.document);
  if (draft === undefined) return '';
  const list = nodesAt(draft, args.path);
  const chosen = (list?.members ?? []).filter((one) => args.ids.includes(String(one.key)));
  if (list === undefined || chosen.length === 0) return '';
  const lines = chosen.flatMap((one) => memberLines(draft, list, one));
  const copied = `nodes:\n${indentLines(lines, 2).join('\n')}\n`;
  const graph = project(draft, args.path);
  const copy = clip(copied);
  const changes = chosen
    .filter((one) => one.value.kind === 'map')
    .flatMap((one) => editNeeds(copy, [], String(one.key), { add: before(graph, String(one.key)) }));
  return applyChanges(copied, changes);
}

function before(graph: Graph, id: string): string[] {
  return graph.edges
    .filter((edge) => edge.to === id && edge.sources.includes('order') && !edge.implied)
    .map((edge) => edge.from);
}

export function memberLines(draft: Draft, list: Collection, one: Member): string[] {
  return list.flow ? draft.text.slice(one.start, one.end).split('\n') : regionLines(draft.text, one);
}

function nodesAt(draft: Draft, path: Path): Collection | undefined {
  const list = nodeAt(draft.document.root, [...path, 'nodes']);
  return list?.kind === 'map' ? list : undefined;
}

function clip(text: string): Draft {
  return draftOf(text, parseTree(text), 0) ?? refuse('no-nodes');
}

/** Accepts `nodes: {…}` or the nodes alone; refuses what holds no node. */
function readClip(pasted: string): Draft {
  const text = `${pasted.replaceAll('\r\n', '\n').trimEnd()}\n`;
  const tree = parseTree(text);
  if (tree.faults.length > 0 || tree.documents.length !== 1) refuse('no-nodes');
  const stated = readValue(tree.documents[0]?.root);
  if (!isObject(stated)) refuse('no-nodes');
  const nodes = isObject(stated) && isObject(stated['nodes']) ? stated['nodes'] : undefined;
  const held = nodes ?? stated;
  const isNodes = isObject(held) && Object.values(held).every((node) => kindOf(node) !== undefined);
  if (!isNodes || Object.keys(held).length === 0) refuse('no-nodes');
  return clip(
    nodes === undefined ? `nodes:\n${indentLines(text.trimEnd().split('\n'), 2).join('\n')}\n` : text,
  );
}

/** Could this text be pasted as nodes? */
export function isPasteable(pasted: string): boolean {
  try {
    return nodesAt(readClip(pasted), []) !== undefined;
  } catch {
    return false;
  }
}

export interface Paste {
  readonly clip: string;
  readonly after?: string;
}

export function paste(text: string, tree: Tree, args: Scope & Paste): Outcome {
  return run(text, tree, args.document, (draft) => pasted(draft, args));
}

export function duplicate(
  text: string,
  tree: Tree,
  args: Scope & { readonly ids: readonly string[] },
): Outcome {
  const copied = copyText(text, tree, args);
  const last = args.ids.at(-1);
  if (copied === '' || last === undefined) return { ok: false, code: 'no-node', params: {} };
  return run(text, tree, args.document, (draft) => {
    const order = (nodesAt(draft, args.path)?.members ?? []).map((one) => String(one.key));
    const after = order.findLast((id) => args.ids.includes(id)) ?? last;
    const list = args.ids.join(', ');
    const name = { zh: `复制 ${list}`, en: `Duplicate ${list}` };
    return { ...pasted(draft, { ...args, clip: copied, after }), name };
  });
}

function pasted(draft: Draft, args: Scope & Paste): Work {
  const target = nodesAt(draft, args.path);
  const known = new Set((target?.members ?? []).map((one) => String(one.key)));
  const source = readClip(args.clip);
  const ids = (nodesAt(source, [])?.members ?? []).map((one) => String(one.key));
  const names = new Map<string, string>();
  for (const id of ids) names.set(id, freeId(id, new Set([...known, ...names.values()])));
  const ready = renamed(cleaned(source, ids, known), names);
  const list = nodesAt(ready, []) ?? refuse('no-nodes');
  const lines = list.members.flatMap((one) => memberLines(ready, list, one));
  const value = readValue(list);
  const flow = flowText(value).slice(1, -1);
  const at = (target?.members ?? []).findIndex((one) => one.key === args.after);
  const index = at < 0 ? known.size : at + 1;
  const made = [...names.values()];
  return {
    changes: insertAt(draft, [...args.path, 'nodes'], verbatim(index, lines, flow), 'map', value),
    name: { zh: `粘贴 ${made.join(', ')}`, en: `Paste ${made.join(', ')}` },
    selection: made.map((id) => [...args.path, 'nodes', id]),
  };
}

/** Needs that name nothing here or in the pasted text are dropped. */
function cleaned(source: Draft, ids: readonly string[], known: ReadonlySet<string>): Draft {
  const graph = project(source, []);
  const changes = graph.nodes.flatMap((node) => {
    const lost = needsOf(node.value).filter((id) => !ids.includes(id) && !known.has(id));
    return editNeeds(source, [], node.id, { remove: new Set(lost) });
  });
  return clip(applyChanges(source.text, changes));
}

function renamed(source: Draft, names: ReadonlyMap<string, string>): Draft {
  const changes: Change[] = [];
  for (const site of namesIn(source, []).sites) {
    const next = names.get(site.id);
    if (next !== undefined && next !== site.id) changes.push(rewrite(site, next));
  }
  const list = nodesAt(source, []);
  for (const one of isCollection(list) ? list.members : []) {
    const next = names.get(String(one.key));
    if (next !== undefined && next !== one.key)
      changes.push({ from: one.start, to: one.keyEnd, insert: next });
  }
  return clip(applyChanges(source.text, changes));
}
