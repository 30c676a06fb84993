/** Two texts → which nodes and edges of which flow came, went or changed. */
import { inWords } from '../app/words';
import { type Graph, type GraphNode, project } from '../core/graph';
import { draftOf } from '../core/place';
import { member, parseTree, readValue } from '../core/tree';

export type Change = 'added' | 'removed' | 'changed' | 'same';

export interface ChangedNode {
  readonly id: string;
  readonly title: string;
  readonly type: string;
  readonly change: Change;
  readonly needs: readonly string[];
}
export interface ChangedFlow {
  readonly name: string;
  readonly nodes: readonly ChangedNode[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly change: 'added' | 'removed';
  }[];
}

export function changedFlows(before: string, after: string): ChangedFlow[] {
  const old = graphsOf(before);
  const now = graphsOf(after);
  return [...new Set([...now.keys(), ...old.keys()])].map((name) =>
    compare(name, old.get(name), now.get(name)),
  );
}

/** Graphs by name: flows, and extensions that are flows. */
function graphsOf(text: string): Map<string, Graph> {
  const tree = parseTree(text);
  const found = new Map<string, Graph>();
  tree.documents.forEach((document, i) => {
    const draft = draftOf(text, tree, i);
    if (draft === undefined || member(document.root, 'nodes') === undefined) return;
    const name = readValue(member(member(document.root, 'metadata')?.value, 'name')?.value);
    found.set(typeof name === 'string' ? name : `#${i + 1}`, project(draft, []));
  });
  return found;
}

const NONE: Graph = { path: [], nodes: [], edges: [], order: null };

function compare(name: string, old: Graph = NONE, now: Graph = NONE): ChangedFlow {
  const before = new Map(old.nodes.map((node) => [node.id, node]));
  const ids = new Set(now.nodes.map((node) => node.id));
  const gone = old.nodes.filter((node) => !ids.has(node.id));
  const needs = (graph: Graph, id: string) =>
    graph.edges.filter((edge) => edge.to === id && !edge.implied).map((edge) => edge.from);
  const nodes = [
    ...now.nodes.map((node) => shown(node, stateOf(before.get(node.id), node), needs(now, node.id))),
    ...gone.map((node) => shown(node, 'removed', needs(old, node.id))),
  ];
  const key = (edge: { from: string; to: string }) => `${edge.from} ${edge.to}`;
  const had = new Set(old.edges.map(key));
  const has = new Set(now.edges.map(key));
  const edges = [
    ...now.edges
      .filter((edge) => !had.has(key(edge)))
      .map(({ from, to }) => ({ from, to, change: 'added' as const })),
    ...old.edges
      .filter((edge) => !has.has(key(edge)))
      .map(({ from, to }) => ({ from, to, change: 'removed' as const })),
  ];
  return { name, nodes, edges };
}

function stateOf(old: GraphNode | undefined, now: GraphNode): Change {
  if (old === undefined) return 'added';
  return JSON.stringify(old.value) === JSON.stringify(now.value) ? 'same' : 'changed';
}

function shown(node: GraphNode, change: Change, needs: readonly string[]): ChangedNode {
  return { id: node.id, title: inWords(node.title) ?? node.id, type: node.type, change, needs };
}
