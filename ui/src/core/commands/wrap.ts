/** Puts a node's call into a `foreach`, `loop` or `race`; edges, condition and title stay outside. */
import { splice, verbatim } from '../edit';
import type { JsonObject } from '../json';
import { KINDS, OUTER_KEYS } from '../language';
import type { Change } from '../lines';
import { type Draft, indentLines, isCollection, locate } from '../place';
import { entryLines, flowText, pad } from '../print';
import type { Collection, Tree } from '../tree';
import { memberLines } from './clipboard';
import { nodePath } from './edges';
import { type Outcome, type Scope, refuse, run } from './run';

export interface Wrap {
  readonly id: string;
  readonly kind: 'foreach' | 'loop' | 'race';
  /** Keys of the wrapper, such as `in` and `as`. */
  readonly keys: JsonObject;
  /** Name of the branch a race puts the node in. */
  readonly branch?: string;
}

const ROUTING: ReadonlySet<string> = new Set(['switch', 'respond', 'fail']);

export function wrap(text: string, tree: Tree, args: Scope & Wrap): Outcome {
  return run(text, tree, args.document, (draft) => ({
    changes: wrapped(draft, args),
    name: { zh: `用 ${args.kind} 包裹 ${args.id}`, en: `Wrap ${args.id} in ${args.kind}` },
    selection: [nodePath(args.path, args.id)],
  }));
}

function wrapped(draft: Draft, args: Scope & Wrap): Change[] {
  const spot = locate(draft, nodePath(args.path, args.id));
  const node = spot.node;
  if (!isCollection(node) || node.kind !== 'map' || spot.rest.length > 0)
    return refuse('cannot-wrap', { id: args.id });
  const kind = KINDS.find((one) => node.members.some((entry) => entry.key === one));
  if (kind === undefined || ROUTING.has(kind)) refuse('cannot-wrap', { id: args.id });
  const moved = node.members.flatMap((entry, i) => (OUTER_KEYS.has(String(entry.key)) ? [] : [i]));
  const insert = verbatim(
    node.members.length,
    blockText(draft, node, moved, args),
    flowOf(draft, node, moved, args),
  );
  return splice(draft, spot, moved, [insert]);
}

function inner(args: Wrap): string {
  return args.kind === 'race' ? (args.branch ?? 'first') : 'do';
}

function blockText(draft: Draft, node: Collection, moved: readonly number[], args: Wrap): string[] {
  const { step } = draft.style;
  const keys = Object.entries(args.keys).flatMap(([key, value]) => entryLines(key, value, 0, draft.style));
  const body = node.members
    .filter((_, i) => moved.includes(i))
    .flatMap((one) => memberLines(draft, node, one));
  return [
    `${args.kind}:`,
    ...indentLines(keys, step),
    `${pad(step)}${inner(args)}:`,
    ...indentLines(body, 2 * step),
  ];
}

function flowOf(draft: Draft, node: Collection, moved: readonly number[], args: Wrap): string {
  const body = node.members
    .filter((_, i) => moved.includes(i))
    .map((one) => draft.text.slice(one.start, one.end))
    .join(', ');
  const keys = flowText(args.keys).slice(1, -1);
  return `${args.kind}: {${keys === '' ? '' : `${keys}, `}${inner(args)}: {${body}}}`;
}
