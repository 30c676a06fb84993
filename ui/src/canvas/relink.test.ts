import { describe, expect, it } from 'vitest';
import { project } from '../core/graph';
import { draftOf } from '../core/place';
import { parseTree } from '../core/tree';
import { WORK } from '../worker/work';
import { place } from './layout';
import { bare, relink, shapeOf } from './relink';

const FLOW = `order: [a, [b, c], d]
nodes:
  a: {use: map, title: one}
  b: {use: map, when: input.x}
  c: {loop: {max: 3, do: {order: [x, y], nodes: {x: {use: map}, y: {use: map}}}}}
  d: {race: {left: {use: map}, right: {use: log}}}
`;
const options = { folded: new Set<string>(), tall: new Set(['nodes/b']) };

function graph(text: string) {
  const draft = draftOf(text, parseTree(text), 0);
  if (draft === undefined) throw new Error('no document');
  return project(draft, []);
}

describe('a layout is told from what nodes say', () => {
  it('places what the worker got without values as the page would place the whole', () => {
    const whole = graph(FLOW);
    const answer = structuredClone(WORK.place(structuredClone({ graph: bare(whole), ...options })));
    expect(relink(answer, whole)).toStrictEqual(place(whole, options));
  });

  it('asks anew for another shape only', () => {
    const shape = shapeOf(graph(FLOW), options);
    const same = [FLOW.replace('one', 'two'), FLOW.replace('input.x', 'input.y'), `# more\n${FLOW}`];
    for (const text of same) expect(shapeOf(graph(text), options)).toBe(shape);
    const other = [FLOW.replace('[b, c]', 'b, c'), FLOW.replace('right:', 'other:')];
    for (const text of other) expect(shapeOf(graph(text), options)).not.toBe(shape);
    expect(shapeOf(graph(FLOW), { ...options, folded: new Set(['nodes/c']) })).not.toBe(shape);
  });
});
