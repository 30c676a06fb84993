import { expect, it } from 'vitest';
import { project } from '../core/graph';
import { draftOf } from '../core/place';
import { parseTree } from '../core/tree';
import { effectiveOf } from '../core/variant/effective';
import { marksOf, withGhosts } from './effective';

function graph(text: string) {
  const draft = draftOf(text, parseTree(text), 0);
  if (draft === undefined) throw new Error('no document');
  return project(draft, []);
}

it('draws what a variant removed where it stood, and marks what it did', () => {
  const written = graph('order: [a, b, c]\nnodes: {a: {use: map}, b: {use: map}, c: {use: map}}\n');
  const now = graph('order: [a, c]\nnodes: {a: {use: map}, c: {use: map, timeout: 1s}}\n');
  const flow = { nodes: { a: { use: 'map' }, b: { use: 'map' }, c: { use: 'map' } } };
  const patch = { remove: ['b'], set: { nodes: { c: { timeout: '1s' } } } };
  const effective = effectiveOf(flow, [{ name: 'v', patch }]);
  const shown = withGhosts(
    now,
    written,
    effective.removed.map((one) => one.id),
  );
  expect(shown.nodes.map((node) => node.id)).toStrictEqual(['a', 'c', 'b']);
  expect(shown.edges.map((edge) => `${edge.from}>${edge.to}`)).toStrictEqual(['a>c', 'a>b', 'b>c']);
  expect([...marksOf(effective)]).toStrictEqual([
    ['c', 'changed'],
    ['b', 'removed'],
  ]);
  expect(withGhosts(now, written, [])).toBe(now);
});
