import { expect, it } from 'vitest';
import { project } from '../core/graph';
import { draftOf } from '../core/place';
import { parseTree } from '../core/tree';
import { place } from './layout';
import { sceneOf, steady } from './scene';

const NONE = { overlays: new Map(), answerers: new Map(), changes: new Map(), problems: new Map() };
const onFold = () => undefined;

function scene(text: string) {
  const draft = draftOf(text, parseTree(text), 0);
  if (draft === undefined) throw new Error('no document');
  const layout = place(project(draft, []), { folded: new Set(), tall: new Set() });
  const facts = { ...NONE, components: new Map(), locale: 'en', text: String, search: '' };
  return sceneOf({ ...facts, layout, onFold, onInsert: undefined });
}

it('draws only the cards and lines that changed', () => {
  const text = 'order: [a, b, c]\nnodes:\n  a: {use: map}\n  b: {use: map}\n  c: {use: map}\n';
  const before = scene(text);
  const after = steady(before, scene(`# one line down\n${text.replace('b: {use: map}', 'b: {use: log}')}`));
  expect(after.nodes.map((node, i) => node === before.nodes[i])).toStrictEqual([true, false, true]);
  expect(after.edges.every((edge, i) => edge === before.edges[i])).toBe(true);
});
