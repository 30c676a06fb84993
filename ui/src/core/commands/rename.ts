/** Renames a node everywhere the file names it: the key, edges, expressions, tests and variants of the flow. */
import { project } from '../graph';
import { type Path, isObject } from '../json';
import type { Change } from '../lines';
import { type Draft, draftOf, locate } from '../place';
import { scalarText } from '../print';
import { type Site, namesIn } from '../sites';
import { type Tree, member, nodeAt, readValue } from '../tree';
import { checkNew } from './add';
import { type Outcome, type Scope, refuse, run } from './run';
import { variantSites } from './variant';

export function renameNode(
  text: string,
  tree: Tree,
  args: Scope & { readonly id: string; readonly next: string },
): Outcome {
  return run(text, tree, args.document, (draft) => {
    if (args.id === args.next) return { changes: [], name: { zh: '重命名', en: 'Rename' }, selection: [] };
    checkNew(project(draft, args.path), args.next);
    const key = locate(draft, [...args.path, 'nodes', args.id]).holder ?? refuse('no-node');
    if (key.key !== args.id) refuse('no-node');
    const sites = [...namesIn(draft, args.path).sites, ...elsewhere(draft, tree, args.path)];
    const changes = sites.filter((site) => site.id === args.id).map((site) => rewrite(site, args.next));
    return {
      changes: [...changes, { from: key.start, to: key.keyEnd, insert: scalarText(args.next, true) }],
      name: { zh: `重命名 ${args.id} 为 ${args.next}`, en: `Rename ${args.id} to ${args.next}` },
      selection: [[...args.path, 'nodes', args.next]],
    };
  });
}

export function rewrite(site: Site, next: string): Change {
  if (site.from < 0 || site.to < site.from) refuse('unreadable-text', { id: site.id });
  const insert = site.whole === undefined ? next : scalarText(next, true, site.whole.style);
  return { from: site.from, to: site.to, insert };
}

/** Variants of this flow in the same file. */
function elsewhere(draft: Draft, tree: Tree, path: Path): Site[] {
  const meta = readValue(nodeAt(draft.document.root, ['metadata']));
  const name = isObject(meta) ? meta['name'] : undefined;
  if (path.length > 0 || typeof name !== 'string') return [];
  return tree.documents.flatMap((document) => {
    const isVariant = readValue(member(document.root, 'kind')?.value) === 'Variant';
    const of = readValue(member(document.root, 'of')?.value);
    const other = isVariant && of === name ? draftOf(draft.text, tree, document.index) : undefined;
    return other === undefined ? [] : variantSites(other, new Set(Object.keys(idMap(draft))));
  });
}

function idMap(draft: Draft): object {
  const nodes = readValue(nodeAt(draft.document.root, ['nodes']));
  return isObject(nodes) ? nodes : {};
}
