/** Editing a variant: what is shown is the effective flow, what is written is the variant's patch. */
import { editVariant, patchOf } from '../core/commands/patch';
import { type Outcome, type Work as Done, changeSet, listOf } from '../core/commands/run';
import { type JsonObject, type Path, isObject } from '../core/json';
import { applyChanges } from '../core/lines';
import { draftOf } from '../core/place';
import { project } from '../core/graph';
import type { Session } from '../core/session';
import { type Tree, nodeAt, parseTree, readValue } from '../core/tree';
import { type VariantPatch, effectiveOf, idsIn } from '../core/variant/effective';
import { scratchOf } from '../core/variant/scratch';
import { type Editing, type Projection, Watch, type Watching, type Work, keyOfPath, pathIn } from './session';
import { keyPath } from './view';

/** A variant's document in the session of its file. */
export interface Layer {
  readonly name: string;
  readonly session: Session;
}

export function documentOfVariant(tree: Tree, name: string): number {
  return findVariant(tree, name) ?? 0;
}

export function findVariant(tree: Tree, name: string): number | undefined {
  const found = tree.documents.find((document) => {
    const meta = readValue(nodeAt(document.root, ['metadata']));
    return (
      readValue(nodeAt(document.root, ['kind'])) === 'Variant' && isObject(meta) && meta['name'] === name
    );
  });
  return found?.index;
}

function patchIn({ name, session }: Layer): VariantPatch {
  const { tree } = session.drawable;
  const document = tree.documents[documentOfVariant(tree, name)];
  return { name, patch: document === undefined ? {} : patchOf({ document }) };
}

/** `wide` builds the ground for `own`, the variant that is edited. */
export function variantEditing(base: Editing, wide: readonly Layer[], own: Layer, file: string): Editing {
  const layers = [...wide, own];
  const below = (): JsonObject => effectiveOf(writtenIn(base), wide.map(patchIn)).value;
  const document = () => documentOfVariant(own.session.tree, own.name);
  const watch = new VariantWatch(base, layers);
  const write = (text: string, done: Pick<Done, 'changes' | 'name' | 'selection'>): Outcome => {
    const shown = watch.projection();
    const after = flowIn(applyChanges(shown.text, done.changes));
    const { name, selection } = done;
    if (after === undefined || text !== shown.text) return { ok: false, code: 'no-document', params: {} };
    return own.session.run(editVariant, { document: document(), below: below(), after, name, selection });
  };
  return {
    watch,
    session: own.session,
    file,
    flow: base.flow,
    isReadOnly: base.isReadOnly,
    base,
    variant: { name: own.name, document, below },
    run: (command, args) => {
      const { text, tree } = watch.projection();
      const outcome = command(text, tree, Object.assign({}, args, { document: 0 }));
      return outcome.ok && outcome.changes.length > 0 ? write(text, outcome) : outcome;
    },
    runAll: (name, works) => {
      const { text, tree } = watch.projection();
      const outcome = inTurn(text, tree, works);
      return outcome.ok && outcome.changes.length > 0 ? write(text, { ...outcome, name }) : outcome;
    },
  };
}

/** Several commands on the scratch text, as one. */
function inTurn(start: string, first: Tree, works: readonly Work[]): Outcome {
  let [text, tree] = [start, first];
  let whole = changeSet([], start.length);
  let last: Outcome = { ok: true, changes: [], name: { zh: '', en: '' }, selection: [] };
  for (const work of works) {
    last = work(text, tree, 0);
    if (!last.ok) return last;
    whole = whole.compose(changeSet(last.changes, text.length));
    text = applyChanges(text, last.changes);
    tree = parseTree(text);
  }
  return { ...last, changes: listOf(whole) };
}

function flowIn(text: string): JsonObject | undefined {
  const tree = parseTree(text);
  const value = readValue(tree.documents[0]?.root);
  return isObject(value) && tree.faults.length === 0 ? value : undefined;
}

function writtenIn(base: Editing): JsonObject {
  const { tree, document } = base.watch.projection();
  const value = readValue(tree.documents[document]?.root);
  return isObject(value) ? value : {};
}

/** Bumps with the flow and with every variant on the way. */
class VariantWatch implements Watching {
  private readonly watches: readonly Watching[];
  private seen: { readonly version: number; readonly projection: Projection } | undefined;

  constructor(
    private readonly base: Editing,
    private readonly layers: readonly Layer[],
  ) {
    const others = layers.filter((layer) => layer.session !== base.session);
    this.watches = [base.watch, ...others.map((layer) => new Watch(layer.session, base.flow))];
  }

  readonly subscribe = (callback: () => void): (() => void) => {
    const stops = this.watches.map((watch) => watch.subscribe(callback));
    return () => {
      for (const stop of stops) stop();
    };
  };

  readonly read = (): number => this.watches.reduce((sum, watch) => sum + watch.read(), 0);

  readonly projection = (): Projection => {
    const version = this.read();
    if (this.seen?.version !== version) this.seen = { version, projection: this.look() };
    return this.seen.projection;
  };

  private look(): Projection {
    const written = this.base.watch.projection();
    const patches = this.layers.map(patchIn);
    const effective = effectiveOf(writtenIn(this.base), patches);
    const text = scratchOf(effective.value);
    const tree = parseTree(text);
    const draft = draftOf(text, tree, 0);
    const graph = draft === undefined ? { ...written.graph, nodes: [], edges: [] } : project(draft, []);
    const own = this.layers.at(-1);
    const source = own?.session.drawable;
    const root =
      own === undefined ? undefined : source?.tree.documents[documentOfVariant(source.tree, own.name)];
    return {
      ...{ text, tree, draft, document: 0, graph, effective, patches },
      written: written.graph,
      isStale: written.isStale || source?.stale === true,
      source: source?.text ?? '',
      keyAt: (offset) => (root === undefined ? undefined : keyInPatch(root.root, pathIn(root, offset))),
      startOf: (key) => (root === undefined ? undefined : startInPatch(root.root, keyPath(key))),
    };
  }
}

type Root = Parameters<typeof nodeAt>[0];

/** `patch.add.x`, `patch.replace.x` and `patch.set.nodes.x` state parts of the node `x`; `patch.remove` names it. */
export function keyInPatch(root: Root, path: Path): string | undefined {
  const [, part, id] = path;
  if ((part === 'add' || part === 'replace') && id !== undefined)
    return keyOfPath(['nodes', id, ...path.slice(3)]);
  if (part === 'set') return keyOfPath(path.slice(2));
  const removed = part === 'remove' && id !== undefined ? readValue(nodeAt(root, path.slice(0, 3))) : null;
  return typeof removed === 'string' ? `nodes/${removed}` : undefined;
}

export function startInPatch(root: Root, path: Path): number | undefined {
  const [, id, ...rest] = path;
  if (id === undefined) return undefined;
  for (const home of [
    ['patch', 'add', id],
    ['patch', 'replace', id],
    ['patch', 'set', 'nodes', id],
  ]) {
    const found = nodeAt(root, [...home, ...rest]) ?? nodeAt(root, home);
    if (found !== undefined) return found.start;
  }
  const at = idsIn(readValue(nodeAt(root, ['patch', 'remove']))).indexOf(String(id));
  return at < 0 ? undefined : nodeAt(root, ['patch', 'remove', at])?.start;
}
