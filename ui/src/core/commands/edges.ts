/** Edits of the three places that state edges: `needs`, switch targets and `order`. */
import { item, entry, insertAt, replace, splice, unsetAt } from '../edit';
import { needsOf } from '../graph';
import { type Json, type Path, isList, isObject } from '../json';
import type { Change } from '../lines';
import { type Draft, isCollection, locate } from '../place';
import { scalarText } from '../print';
import { type Collection, type TreeNode, member, nodeAt, readValue } from '../tree';
import { refuse } from './run';

export interface NeedsEdit {
  readonly remove?: ReadonlySet<string>;
  readonly swap?: ReadonlyMap<string, string>;
  readonly add?: readonly string[];
}

export function nodePath(scope: Path, id: string): Path {
  return [...scope, 'nodes', id];
}

/** The ids a node needs after an edit. */
export function editedNeeds(needs: readonly string[], edit: NeedsEdit): string[] {
  const swapped = needs.filter((id) => edit.remove?.has(id) !== true).map((id) => edit.swap?.get(id) ?? id);
  return [...new Set([...swapped, ...(edit.add ?? [])])];
}

export function editNeeds(draft: Draft, scope: Path, id: string, edit: NeedsEdit): Change[] {
  const path = nodePath(scope, id);
  const node = nodeAt(draft.document.root, path);
  const stated = readValue(node);
  const before = isObject(stated) ? needsOf(stated) : [];
  const after = editedNeeds(before, edit);
  if (after.length === before.length && after.every((one, i) => one === before[i])) return [];
  const place = [...path, 'needs'];
  const list = member(node, 'needs')?.value;
  checkIds(list, id);
  if (after.length === 0) return unsetAt(draft, place);
  if (list === undefined) return insertAt(draft, path, entry(0, 'needs', after), 'map', { needs: after });
  if (list.kind !== 'seq') return replace(draft, locate(draft, place), after);
  return editIds(draft, place, list, before, after, edit.swap);
}

/** A list that holds something else than ids is the author's to mend. */
function checkIds(node: TreeNode | undefined, id: string): void {
  const isOdd = node?.kind === 'seq' && node.members.some((one) => typeof readValue(one.value) !== 'string');
  if (isOdd) refuse('bad-list', { node: id });
}

/** Turns a list of ids into another with as little text as possible. */
function editIds(
  draft: Draft,
  path: Path,
  list: Collection,
  before: readonly string[],
  after: readonly string[],
  swap: ReadonlyMap<string, string> | undefined,
): Change[] {
  const gone: number[] = [];
  const changes: Change[] = [];
  const kept = new Set<string>();
  for (const [i, id] of before.entries()) {
    const next = after.includes(id) ? id : swap?.get(id);
    if (next === undefined || !after.includes(next) || kept.has(next)) gone.push(i);
    else {
      kept.add(next);
      const node = list.members[i]?.value;
      if (next !== id && node?.kind === 'scalar')
        changes.push({ from: node.start, to: node.end, insert: scalarText(next, true, node.style) });
    }
  }
  const fresh = after.filter((id) => !kept.has(id)).map((id) => item(before.length, id));
  if (gone.length === 0 && fresh.length === 0) return changes;
  return [...changes, ...splice(draft, locate(draft, path), gone, fresh)];
}

/** Replaces or drops a target in every case of a switch; a case left without target goes. */
export function editTargets(
  draft: Draft,
  scope: Path,
  id: string,
  swap: ReadonlyMap<string, string | undefined>,
): Change[] {
  const path = [...nodePath(scope, id), 'switch'];
  const cases = nodeAt(draft.document.root, path);
  if (!isCollection(cases)) return [];
  const changes: Change[] = [];
  const gone: number[] = [];
  for (const [i, one] of cases.members.entries()) {
    const to = member(one.value, 'to')?.value;
    const stated = readValue(to);
    const before = typeof stated === 'string' ? [stated] : isList(stated) ? stated.map(String) : [];
    const after = [...new Set(before.map((target) => (swap.has(target) ? swap.get(target) : target)))].filter(
      (target) => target !== undefined,
    );
    if (after.length === before.length && after.every((target, j) => target === before[j])) continue;
    checkIds(to, id);
    if (after.length === 0) gone.push(i);
    else changes.push(...editTarget(draft, [...path, i, 'to'], to, before, after, swap));
  }
  if (gone.length > 0) changes.push(...splice(draft, locate(draft, path), gone, []));
  return changes;
}

function editTarget(
  draft: Draft,
  path: Path,
  to: TreeNode | undefined,
  before: readonly string[],
  after: readonly string[],
  swap: ReadonlyMap<string, string | undefined>,
): Change[] {
  if (to?.kind === 'seq') {
    const named = new Map(
      [...swap].flatMap(([from, next]) => (next === undefined ? [] : [[from, next] as const])),
    );
    return editIds(draft, path, to, before, after, named);
  }
  return replace(draft, locate(draft, path), after[0] ?? null);
}

export function addTarget(draft: Draft, scope: Path, id: string, index: number, target: string): Change[] {
  const path = [...nodePath(scope, id), 'switch', index, 'to'];
  const spot = locate(draft, path);
  const stated = readValue(spot.node);
  if (spot.rest.length > 1) refuse('no-case', { node: id });
  if (spot.rest.length === 1)
    return insertAt(draft, path.slice(0, -1), entry(9, 'to', target), 'map', { to: target });
  if (isList(stated)) return splice(draft, spot, [], [item(stated.length, target)]);
  return replace(draft, { ...spot, flow: true }, [String(stated), target]);
}

export function orderAt(draft: Draft, scope: Path): Collection | undefined {
  const order = nodeAt(draft.document.root, [...scope, 'order']);
  return order?.kind === 'seq' ? order : undefined;
}

/** Takes ids out of `order`; a group left without members goes with them. */
export function removeFromOrder(draft: Draft, scope: Path, ids: ReadonlySet<string>): Change[] {
  const order = orderAt(draft, scope);
  return order === undefined ? [] : removeFromList(draft, [...scope, 'order'], order, ids);
}

function removeFromList(draft: Draft, path: Path, list: Collection, ids: ReadonlySet<string>): Change[] {
  const gone: number[] = [];
  const changes: Change[] = [];
  for (const [i, one] of list.members.entries()) {
    if (isGone(one.value, ids)) gone.push(i);
    else if (one.value.kind === 'seq') changes.push(...removeFromList(draft, [...path, i], one.value, ids));
  }
  return gone.length === 0 ? changes : [...changes, ...splice(draft, locate(draft, path), gone, [])];
}

function isGone(node: TreeNode, ids: ReadonlySet<string>): boolean {
  if (node.kind === 'scalar') return ids.has(String(node.value));
  return (
    node.kind === 'seq' && node.members.length > 0 && node.members.every((one) => isGone(one.value, ids))
  );
}

/** Place of an id at the top of `order`, alone or inside a group. */
export function orderIndex(order: Json, id: string): { index: number; alone: boolean } | undefined {
  if (!isList(order)) return undefined;
  const holds = (part: Json): boolean => part === id || (isList(part) && part.some(holds));
  const index = order.findIndex(holds);
  return index < 0 ? undefined : { index, alone: order[index] === id };
}
