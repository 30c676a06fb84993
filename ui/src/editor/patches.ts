/** What a form emits → commands on the text, all of one change as one step. */
import { useCallback } from 'react';
import type { Outcome } from '../core/commands/run';
import { addItem, moveItem, removeItem, setValue, unset } from '../core/commands/value';
import type { Path } from '../core/json';
import type { Tree } from '../core/tree';
import type { Patch } from '../core/diff';
import { useReport } from './actions';
import { useEditing } from './session';

export function usePatches(base: Path): (patches: readonly Patch[]) => void {
  const { runAll } = useEditing();
  const report = useReport();
  const key = base.join('/');
  return useCallback(
    (patches) => {
      const path = key === '' ? [] : base;
      const works = [...patches]
        .reverse()
        .map(
          (patch) => (text: string, tree: Tree, document: number) =>
            applyPatch(text, tree, document, path, patch),
        );
      const last = patches.at(-1);
      const field =
        last === undefined ? '' : [...path, ...last.path].filter((step) => step !== 'nodes').join('.');
      report(runAll({ zh: `设置 ${field}`, en: `Set ${field}` }, works, 'form'));
    },
    [runAll, report, key],
  );
}

/** One edit of a form as a command. */
export function applyPatch(text: string, tree: Tree, document: number, base: Path, patch: Patch): Outcome {
  const at = { document, path: [...base, ...patch.path] };
  switch (patch.op) {
    case 'set':
      return setValue(text, tree, { ...at, value: patch.value });
    case 'unset':
      return unset(text, tree, at);
    case 'insert':
      return addItem(text, tree, { ...at, index: patch.index, value: patch.value });
    case 'remove':
      return removeItem(text, tree, { ...at, index: patch.index });
    default:
      return moveItem(text, tree, { ...at, index: patch.index, to: patch.to });
  }
}
