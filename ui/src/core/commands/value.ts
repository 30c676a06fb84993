/** Commands on plain values: what forms and lists emit. */
import { Refusal, insertAt, item, setAt, splice, unsetAt, verbatim } from '../edit';
import type { Json, Path } from '../json';
import type { Change } from '../lines';
import { type Draft, isCollection, locate, regionLines } from '../place';
import type { Tree } from '../tree';
import { type Outcome, run } from './run';

export interface At {
  readonly document: number;
  readonly path: Path;
}

/** What a step is about: a title by the node it names, anything else by its place. */
function label(path: Path): string {
  const at = path.lastIndexOf('title');
  if (at > 0 && at >= path.length - 2) return path.slice(at - 1, at + 1).join('.');
  return path
    .filter((step) => step !== 'nodes')
    .slice(0, 3)
    .join('.');
}

export function setValue(text: string, tree: Tree, args: At & { readonly value: Json }): Outcome {
  return run(text, tree, args.document, (draft) => ({
    changes: setAt(draft, args.path, args.value),
    name: { zh: `设置 ${label(args.path)}`, en: `Set ${label(args.path)}` },
    selection: [args.path],
  }));
}

export function unset(text: string, tree: Tree, args: At): Outcome {
  return run(text, tree, args.document, (draft) => ({
    changes: unsetAt(draft, args.path),
    name: { zh: `清除 ${label(args.path)}`, en: `Clear ${label(args.path)}` },
    selection: [args.path.slice(0, -1)],
  }));
}

export function addItem(
  text: string,
  tree: Tree,
  args: At & { readonly index: number; readonly value: Json },
): Outcome {
  return run(text, tree, args.document, (draft) => ({
    changes: insertAt(draft, args.path, item(args.index, args.value), 'seq', [args.value]),
    name: { zh: `向 ${label(args.path)} 添加一项`, en: `Add an item to ${label(args.path)}` },
    selection: [[...args.path, args.index]],
  }));
}

export function removeItem(text: string, tree: Tree, args: At & { readonly index: number }): Outcome {
  return run(text, tree, args.document, (draft) => ({
    changes: unsetAt(draft, [...args.path, args.index]),
    name: { zh: `从 ${label(args.path)} 移除一项`, en: `Remove an item from ${label(args.path)}` },
    selection: [args.path],
  }));
}

/** Moves an item before the one at `to`, with its text and comments. */
export function moveItem(
  text: string,
  tree: Tree,
  args: At & { readonly index: number; readonly to: number },
): Outcome {
  return run(text, tree, args.document, (draft) => ({
    changes: moved(draft, args.path, args.index, args.to),
    name: { zh: `移动 ${label(args.path)} 中的一项`, en: `Move an item of ${label(args.path)}` },
    selection: [args.path],
  }));
}

export function moved(draft: Draft, path: Path, index: number, to: number): Change[] {
  const spot = locate(draft, path);
  const list = spot.node;
  const own = isCollection(list) ? list.members[index] : undefined;
  if (!isCollection(list) || own === undefined || spot.rest.length > 0) throw new Refusal('no-item');
  const raw = draft.text.slice(own.start, own.end);
  const insert = verbatim(to, list.flow ? [] : regionLines(draft.text, own), raw);
  const still = to === index || to === index + 1;
  return still ? [] : splice(draft, spot, [index], [insert]);
}
