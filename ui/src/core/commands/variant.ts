/** The places of a variant's patch that name nodes of the flow it patches. */
import { isCollection, type Draft } from '../place';
import { type Names, type Site, addPatchNames } from '../sites';
import { type Member, type TreeNode, member, nodeAt } from '../tree';

export function variantSites(draft: Draft, ids: ReadonlySet<string>): Site[] {
  const found: Names = { sites: [], reads: [] };
  const patch = nodeAt(draft.document.root, ['patch']);
  const set = member(patch, 'set')?.value;
  for (const place of [
    member(patch, 'replace')?.value,
    member(patch, 'add')?.value,
    member(set, 'nodes')?.value,
  ])
    for (const entry of membersOf(place)) {
      keySite(found, entry, ids);
      addPatchNames(draft, found, ids, entry.value);
    }
  for (const entry of membersOf(member(patch, 'remove')?.value)) idSite(found, entry.value, ids);
  for (const added of membersOf(member(patch, 'add')?.value))
    for (const key of ['after', 'before']) {
      const at = member(added.value, key)?.value;
      if (at === undefined) continue;
      if (isCollection(at)) for (const entry of at.members) idSite(found, entry.value, ids);
      else idSite(found, at, ids);
    }
  return found.sites;
}

function membersOf(node: TreeNode | undefined): readonly Member[] {
  return isCollection(node) ? node.members : [];
}

function keySite(found: Names, entry: Member, ids: ReadonlySet<string>): void {
  const id = String(entry.key);
  if (!ids.has(id) || entry.keyEnd - entry.start !== id.length) return;
  const { start: from, keyEnd: to } = entry;
  found.sites.push({ role: 'key', id, owner: undefined, from, to, rootFrom: from, whole: undefined });
}

function idSite(found: Names, node: TreeNode, ids: ReadonlySet<string>): void {
  if (node.kind !== 'scalar' || typeof node.value !== 'string' || !ids.has(node.value)) return;
  const { start: from, end: to, value: id } = node;
  found.sites.push({ role: 'key', id, owner: undefined, from, to, rootFrom: from, whole: node });
}
