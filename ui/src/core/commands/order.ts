/** Moves a node within the `order` spine. */
import { Refusal, type Insert, item, splice, verbatim } from '../edit';
import { type Change, column, lineStart, opensLine } from '../lines';
import { type Draft, commentsOf, isCollection, locate, regionLines } from '../place';
import { scalarText } from '../print';
import { type Collection, type Member, type Tree, readValue } from '../tree';
import { orderIds } from '../order';
import { orderAt, orderIndex, removeFromOrder } from './edges';
import { type Outcome, type Scope, refuse, run } from './run';

export interface Move {
  readonly id: string;
  /** Place among the parts of `order` as it is now. */
  readonly index: number;
  /** Join the part at `index` instead of standing before it. */
  readonly parallel: boolean;
}

export function moveInOrder(text: string, tree: Tree, args: Scope & Move): Outcome {
  return run(text, tree, args.document, (draft) => ({
    changes: moved(draft, args),
    name: { zh: `移动 ${args.id}`, en: `Move ${args.id}` },
    selection: [[...args.path, 'nodes', args.id]],
  }));
}

function moved(draft: Draft, args: Scope & Move): Change[] {
  const order = orderAt(draft, args.path) ?? refuse('no-order');
  const at = orderIndex(readValue(order), args.id);
  const target = order.members[args.index];
  if (args.parallel) {
    if (target === undefined) throw new Refusal('no-order');
    return at?.index === args.index ? [] : joinGroup(draft, args, order, target);
  }
  if (at?.alone === true) {
    if (args.index === at.index || args.index === at.index + 1) return [];
    const own = order.members[at.index];
    const insert: Insert =
      own === undefined || order.flow
        ? item(args.index, args.id)
        : verbatim(args.index, regionLines(draft.text, own), args.id);
    return splice(draft, locate(draft, [...args.path, 'order']), [at.index], [insert]);
  }
  const insert = item(args.index, args.id);
  const spot = locate(draft, [...args.path, 'order']);
  const own = at === undefined ? undefined : order.members[at.index];
  if (at !== undefined && own !== undefined && orderIds(readValue(own.value)).join() === args.id)
    return splice(draft, spot, [at.index], [insert]);
  return [...removeFromOrder(draft, args.path, new Set([args.id])), ...splice(draft, spot, [], [insert])];
}

function joinGroup(draft: Draft, args: Scope & Move, order: Collection, target: Member): Change[] {
  const gone = [
    ...removeFromOrder(draft, args.path, new Set([args.id])),
    ...keptComments(draft, order, args.id, target),
  ];
  const { value } = target;
  if (isCollection(value)) {
    const group = locate(draft, [...args.path, 'order', args.index]);
    return [...gone, ...splice(draft, group, [], [item(value.members.length, args.id)])];
  }
  if (value.kind !== 'scalar' || order.members.length === 0) refuse('no-order');
  const first = String(readValue(value));
  return [...gone, { from: value.start, to: value.end, insert: `[${scalarText(first, true)}, ${args.id}]` }];
}

/** A part that joins a group on one line leaves its comments above that line. */
export function keptComments(draft: Draft, order: Collection, id: string, target: Member): Change[] {
  const own = order.members.find((one) => readValue(one.value) === id);
  if (order.flow || own === undefined || !opensLine(draft.text, target.start)) return [];
  const at = lineStart(draft.text, target.start);
  const insert = commentsOf(draft.text, own, column(draft.text, target.start));
  return insert === '' ? [] : [{ from: at, to: at, insert }];
}
