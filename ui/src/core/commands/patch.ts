/** Writes a variant: what changed in its patch, as splices in its own document. */
import { type Patch, diff } from '../diff';
import { insertAt, item, setAt, unsetAt } from '../edit';
import { type JsonObject, type Path, isObject } from '../json';
import type { Change } from '../lines';
import type { Draft } from '../place';
import { scalarText } from '../print';
import { type Tree, nodeAt, readValue } from '../tree';
import { translate } from '../variant/translate';
import { type CommandName, type Outcome, run, steps } from './run';
import { moved } from './value';

export interface VariantEdit {
  /** Where the variant's document is in the text. */
  readonly document: number;
  /** The flow beneath the variant. */
  readonly below: JsonObject;
  /** The flow as it shall be for the variant's identity. */
  readonly after: JsonObject;
  readonly name: CommandName;
  readonly selection: readonly Path[];
}

export function editVariant(text: string, tree: Tree, args: VariantEdit): Outcome {
  const { below, after, name, selection } = args;
  return run(text, tree, args.document, (draft) => {
    const patch = patchOf(draft);
    const changes = steps(
      draft,
      diff(patch, translate({ below, patch }, after), ['patch']).map((one) => (now) => splices(now, one)),
    );
    return { changes, name, selection };
  });
}

export function patchOf(draft: Pick<Draft, 'document'>): JsonObject {
  const patch = readValue(nodeAt(draft.document.root, ['patch']));
  return isObject(patch) ? patch : {};
}

function splices(draft: Draft, one: Patch): Change[] {
  switch (one.op) {
    case 'set':
      return setAt(draft, one.path, one.value);
    case 'unset':
      return unsetAt(draft, one.path);
    case 'insert':
      return insertAt(draft, one.path, item(one.index, one.value), 'seq', [one.value]);
    case 'remove':
      return unsetAt(draft, [...one.path, one.index]);
    default:
      return moved(draft, one.path, one.index, one.to);
  }
}

/** The text a variant starts with. */
export function variantText(
  flow: string,
  place: { readonly bizId: string; readonly scenario?: string | undefined },
): { readonly name: string; readonly text: string } {
  const name = [flow, place.bizId, ...(place.scenario === undefined ? [] : [place.scenario])].join('-');
  const word = (text: string) => scalarText(text, true);
  const at = [`bizId: ${word(place.bizId)}`];
  if (place.scenario !== undefined) at.push(`scenario: ${word(place.scenario)}`);
  const lines = [
    'apiVersion: bactrian/v1',
    'kind: Variant',
    `metadata: {name: ${word(name)}, version: 1, title: ${word(name)}}`,
    `of: ${word(flow)}`,
    `for: {${at.join(', ')}}`,
    'patch: {}',
  ];
  return { name, text: `${lines.join('\n')}\n` };
}
