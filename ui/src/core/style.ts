/** What a file's own layout looks like, so that what we insert looks the same. */
import { column } from './lines';
import type { Tree, TreeNode } from './tree';

export interface Style {
  /** Commonest indent step of nested maps. */
  readonly step: number;
  /** Commonest offset of a list's dash from its key. */
  readonly dash: number;
}

export function styleOf(text: string, tree: Tree): Style {
  const steps = new Map<number, number>();
  const dashes = new Map<number, number>();
  for (const document of tree.documents) count(text, document.root, steps, dashes);
  const step = commonest(steps) ?? 2;
  return { step, dash: commonest(dashes) ?? step };
}

function count(text: string, node: TreeNode, steps: Map<number, number>, dashes: Map<number, number>): void {
  if (node.kind !== 'map' && node.kind !== 'seq') return;
  if (node.flow) return;
  for (const entry of node.members) {
    const inner = entry.value;
    if ((inner.kind !== 'map' && inner.kind !== 'seq') || inner.flow) continue;
    if (node.kind === 'map') {
      const first = inner.members[0];
      const offset = column(text, first?.start ?? inner.start) - column(text, entry.start);
      const table = inner.kind === 'map' ? steps : dashes;
      if (offset > 0 || inner.kind === 'seq') table.set(offset, (table.get(offset) ?? 0) + 1);
    }
    count(text, inner, steps, dashes);
  }
}

function commonest(table: Map<number, number>): number | undefined {
  let best: [number, number] | undefined;
  for (const entry of table) if (best === undefined || entry[1] > best[1]) best = entry;
  return best?.[0];
}
