/** Removes nodes. Where one edge led in and one led out, the two are joined. */
import { splice } from '../edit';
import { type Graph, needsOf, project } from '../graph';
import { type Json, isList, unique } from '../json';
import type { Change } from '../lines';
import { orderLinks } from '../order';
import { isCollection, locate, type Draft } from '../place';
import type { Tree } from '../tree';
import { editNeeds, editTargets, removeFromOrder } from './edges';
import { type Outcome, type Scope, refuse, run } from './run';

interface Heal {
  readonly from: string;
  readonly to: string;
  readonly bySwitch: boolean;
}

export function removeNode(
  text: string,
  tree: Tree,
  args: Scope & { readonly ids: readonly string[] },
): Outcome {
  return run(text, tree, args.document, (draft) => {
    const gone = new Set(args.ids);
    const graph = project(draft, args.path);
    const path = [...args.path, 'nodes'];
    const spot = locate(draft, path);
    if (!isCollection(spot.node)) refuse('no-node');
    const members = isCollection(spot.node) ? spot.node.members : [];
    const indices = members.flatMap((one, i) => (gone.has(String(one.key)) ? [i] : []));
    if (indices.length === 0) refuse('no-node');
    const heal = healOf(graph, gone);
    const list = args.ids.join(', ');
    return {
      changes: [
        ...splice(draft, spot, indices, []),
        ...removeFromOrder(draft, args.path, gone),
        ...rewire(draft, args, graph, gone, heal),
      ],
      name: { zh: `删除节点 ${list}`, en: `Remove ${list}` },
      selection: heal === undefined ? [] : [[...path, heal.to]],
    };
  });
}

/** The one edge that replaces what went, unless `order` or a list states it already. */
function healOf(graph: Graph, gone: ReadonlySet<string>): Heal | undefined {
  const real = graph.edges.filter((edge) => edge.sources.some((source) => source !== 'data'));
  const entering = real.filter((edge) => gone.has(edge.to) && !gone.has(edge.from));
  const leaving = real.filter((edge) => gone.has(edge.from) && !gone.has(edge.to));
  const [from, ...moreFrom] = unique(entering.map((edge) => edge.from));
  const [to, ...moreTo] = unique(leaving.map((edge) => edge.to));
  if (from === undefined || to === undefined || moreFrom.length > 0 || moreTo.length > 0) return undefined;
  const ordered = orderLinks(without(graph.order, gone));
  if (ordered.some((link) => link.from === from && link.to === to)) return undefined;
  const direct = real.find((edge) => edge.from === from && edge.to === to);
  if (direct?.sources.some((source) => source === 'needs' || source === 'switch') === true) return undefined;
  return { from, to, bySwitch: entering.some((edge) => edge.sources.includes('switch')) };
}

/** `order` without some ids; groups left empty go. */
export function without(order: Json, gone: ReadonlySet<string>): Json {
  if (!isList(order)) return order;
  return order
    .filter((part) => !(typeof part === 'string' && gone.has(part)))
    .map((part) => without(part, gone))
    .filter((part) => !(isList(part) && part.length === 0));
}

function rewire(
  draft: Draft,
  scope: Scope,
  graph: Graph,
  gone: ReadonlySet<string>,
  heal: Heal | undefined,
): Change[] {
  const changes: Change[] = [];
  for (const node of graph.nodes) {
    if (gone.has(node.id)) continue;
    if (node.kind === 'switch') {
      const healed = heal?.bySwitch === true && heal.from === node.id ? heal.to : undefined;
      changes.push(...editTargets(draft, scope.path, node.id, new Map([...gone].map((id) => [id, healed]))));
    }
    const lost = needsOf(node.value).filter((id) => gone.has(id));
    const joins = heal !== undefined && !heal.bySwitch && heal.to === node.id;
    const [first] = lost;
    if (joins && first !== undefined)
      changes.push(
        ...editNeeds(draft, scope.path, node.id, {
          remove: new Set(lost.slice(1)),
          swap: new Map([[first, heal.from]]),
        }),
      );
    else if (joins) changes.push(...editNeeds(draft, scope.path, node.id, { add: [heal.from] }));
    else if (lost.length > 0) changes.push(...editNeeds(draft, scope.path, node.id, { remove: gone }));
  }
  return changes;
}
