/** Moves nodes into a flow of their own at the end of the file; a `flow` node takes their place. */
import { entry, splice } from '../edit';
import { type Graph, ancestors, needsOf, project, targetsOf } from '../graph';
import { type Json, type JsonObject, isList, isObject, unique } from '../json';
import { ID } from '../language';
import type { Change } from '../lines';
import { orderIds } from '../order';
import { type Draft, indentLines, isCollection, locate } from '../place';
import { blockLines, scalarText } from '../print';
import { type Names, type Site, namesIn } from '../sites';
import { type Tree, nodeAt, readValue } from '../tree';
import { checkNew, withNeeds } from './add';
import { memberLines } from './clipboard';
import { editNeeds, editTargets, removeFromOrder } from './edges';
import { without } from './remove';
import { rewrite } from './rename';
import { type Outcome, refuse, run, steps } from './run';

export interface Extract {
  readonly document: number;
  readonly ids: readonly string[];
  /** Name of the new flow. */
  readonly flow: string;
  /** Id of the node that calls it. */
  readonly id: string;
}

interface Plan {
  readonly ids: ReadonlySet<string>;
  readonly args: Extract;
  readonly graph: Graph;
  /** Fields handed in, by the name they get inside. */
  readonly fields: ReadonlyMap<string, string>;
  /** Nodes read from outside. */
  readonly outputs: readonly string[];
}

export function extractFlow(text: string, tree: Tree, args: Extract): Outcome {
  return run(text, tree, args.document, (draft) => {
    const names = namesIn(draft, []);
    const plan = planOf(draft, args, names);
    return {
      changes: steps(draft, [(first) => rewireNames(first, plan, names), (second) => cut(second, plan)]),
      name: { zh: `提取子流程 ${args.flow}`, en: `Extract sub-flow ${args.flow}` },
      selection: [['nodes', args.id]],
    };
  });
}

function planOf(draft: Draft, args: Extract, names: Names): Plan {
  const graph = project(draft, []);
  const ids = new Set(args.ids);
  if (args.ids.length === 0 || args.ids.some((id) => !graph.nodes.some((node) => node.id === id)))
    refuse('no-node');
  if (!ids.has(args.id)) checkNew(graph, args.id);
  if (!ID.test(args.id)) refuse('bad-id', { id: args.id });
  checkConvex(graph, ids);
  const fields = new Map<string, string>();
  for (const read of names.reads) {
    if (read.owner === undefined || !ids.has(read.owner) || read.root !== 'input') continue;
    if (read.name === undefined) refuse('whole-input');
    else fields.set(read.name, `\${input.${read.name}}`);
  }
  if (names.reads.some((read) => read.root === 'vars' && ids.has(read.owner ?? ''))) refuse('reads-vars');
  for (const site of crossing(names, ids, true)) {
    if (fields.has(site.id) && fields.get(site.id) !== `\${nodes.${site.id}}`)
      refuse('name-clash', { id: site.id });
    fields.set(site.id, `\${nodes.${site.id}}`);
  }
  const read = new Set(crossing(names, ids, false).map((site) => site.id));
  return {
    ids,
    args,
    graph,
    fields,
    outputs: graph.nodes.map((node) => node.id).filter((id) => read.has(id)),
  };
}

/** Reads across the border; those of `status` and `errors` cannot cross it. */
function crossing(names: Names, ids: ReadonlySet<string>, inward: boolean): Site[] {
  const reads = names.sites.filter((site) => {
    const isRead = site.role === 'nodes' || site.role === 'status' || site.role === 'errors';
    const inside = site.owner !== undefined && ids.has(site.owner);
    return isRead && inside === inward && ids.has(site.id) !== inward;
  });
  for (const site of reads) if (site.role !== 'nodes') refuse('reads-status', { id: site.id });
  return reads;
}

function checkConvex(graph: Graph, ids: ReadonlySet<string>): void {
  const before = ancestors(graph.edges);
  for (const node of graph.nodes) {
    const own = before.get(node.id) ?? new Set<string>();
    if (ids.has(node.id)) {
      const leaves = targetsOf(node.value).some((target) => !ids.has(target.to));
      if (leaves) refuse('switch-leaves', { id: node.id });
      continue;
    }
    const after = [...own].some((id) => ids.has(id));
    const leadsBack = [...ids].some((id) => before.get(id)?.has(node.id) === true);
    if (after && leadsBack) refuse('not-convex', { id: node.id });
  }
}

function rewireNames(draft: Draft, plan: Plan, names: Names): Change[] {
  const { ids, args, graph } = plan;
  const changes: Change[] = [];
  for (const site of crossing(names, ids, true)) {
    if (draft.text.slice(site.rootFrom, site.to) !== `nodes.${site.id}`)
      refuse('unreadable-text', { id: site.id });
    changes.push({ from: site.rootFrom, to: site.rootFrom + 5, insert: 'input' });
  }
  for (const site of crossing(names, ids, false)) {
    if (draft.text.slice(site.rootFrom, site.to) !== `nodes.${site.id}`)
      refuse('unreadable-text', { id: site.id });
    changes.push({ from: site.from, to: site.from, insert: `${args.id}.` });
  }
  for (const site of names.sites)
    if (site.role === 'match' && ids.has(site.id)) changes.push(rewrite(site, args.id));
  const swap = new Map([...ids].map((id) => [id, args.id]));
  for (const node of graph.nodes) {
    const needs = needsOf(node.value);
    if (ids.has(node.id))
      changes.push(...editNeeds(draft, [], node.id, { remove: new Set(needs.filter((id) => !ids.has(id))) }));
    else {
      changes.push(...editNeeds(draft, [], node.id, { swap }));
      if (node.kind === 'switch') changes.push(...editTargets(draft, [], node.id, swap));
    }
  }
  return changes;
}

function cut(draft: Draft, plan: Plan): Change[] {
  const { ids, args, graph } = plan;
  const spot = locate(draft, ['nodes']);
  const list = spot.node;
  if (!isCollection(list)) return refuse('no-node');
  const gone = list.members.flatMap((one, i) => (ids.has(String(one.key)) ? [i] : []));
  const lines = gone.flatMap((i) => {
    const one = list.members[i];
    return one === undefined ? [] : memberLines(draft, list, one);
  });
  const end = draft.text.length;
  const insert = entry(gone[0] ?? 0, args.id, callOf(plan));
  return [
    ...splice(draft, spot, gone, [insert]),
    ...orderChanges(draft, plan),
    { from: end, to: end, insert: newFlow(draft, plan, lines, graph.order) },
  ];
}

function callOf(plan: Plan): JsonObject {
  const { ids, args, graph, fields } = plan;
  const needs = graph.nodes.filter((node) => ids.has(node.id)).flatMap((node) => needsOf(node.value));
  const outside = unique(needs.filter((id) => !ids.has(id)));
  const call = { flow: { name: args.flow, mode: 'child' } };
  return withNeeds(fields.size === 0 ? call : { ...call, with: Object.fromEntries(fields) }, outside);
}

/** The first extracted id in `order` becomes the new one, the others go. */
function orderChanges(draft: Draft, plan: Plan): Change[] {
  const placed = orderIds(plan.graph.order).filter((id) => plan.ids.has(id));
  const [first, ...rest] = placed;
  if (first === undefined) return [];
  const site =
    namesIn(draft, []).sites.find((one) => one.role === 'order' && one.id === first) ?? refuse('no-order');
  return [
    { from: site.from, to: site.to, insert: scalarText(plan.args.id, true) },
    ...removeFromOrder(draft, [], new Set(rest)),
  ];
}

function newFlow(draft: Draft, plan: Plan, lines: readonly string[], order: Json): string {
  const { args, ids, outputs } = plan;
  const outside = new Set(orderIds(order).filter((id) => !ids.has(id)));
  const inner = without(order, outside);
  const root = readValue(nodeAt(draft.document.root, []));
  const durable = isObject(root) && root['durable'] === true ? { durable: true } : {};
  const head: JsonObject = {
    apiVersion: 'bactrian/v1',
    kind: 'Flow',
    metadata: { name: args.flow, version: 1 },
    ...durable,
    ...(isList(inner) && inner.length > 0 ? { order: inner } : {}),
  };
  const output = Object.fromEntries(outputs.map((id) => [id, `\${nodes.${id}}`]));
  const foot = outputs.length === 0 ? [] : blockLines({ output }, 0, draft.style);
  const nodes = ['nodes:', ...indentLines(lines, draft.style.step)];
  return `---\n${[...blockLines(head, 0, draft.style), ...nodes, ...foot].join('\n')}\n`;
}
