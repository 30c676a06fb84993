import { describe, expect, it } from 'vitest';
import { project } from '../core/graph';
import { draftOf } from '../core/place';
import { parseTree } from '../core/tree';
import { pinned, place } from './layout';
import { corners, pathThrough } from './route';

function laidOut(text: string, folded: readonly string[] = []) {
  const draft = draftOf(text, parseTree(text), 0);
  if (draft === undefined) throw new Error('no document');
  const laid = place(project(draft, []), { folded: new Set(folded), tall: new Set() });
  return pinned(laid, { b: { x: 7, y: 9 } });
}

const FLOW = `order: [a, [b, c, d], e]
nodes:
  a: {use: map}
  b: {use: map}
  c: {use: map}
  d: {foreach: {in: input.x, do: {order: [x, y], nodes: {x: {use: map}, y: {use: map}}}}}
  e: {use: map}
`;

describe('layout', () => {
  it('is the same every time and runs from left to right', () => {
    const once = laidOut(FLOW);
    expect(laidOut(FLOW)).toStrictEqual(once);
    const at = new Map(once.nodes.map((node) => [node.address, node]));
    expect((at.get('a')?.x ?? 0) < (at.get('c')?.x ?? 0)).toBe(true);
    expect((at.get('c')?.x ?? 0) < (at.get('e')?.x ?? 0)).toBe(true);
  });

  it('keeps branches in the order they are written', () => {
    const at = new Map(laidOut(FLOW).nodes.map((node) => [node.address, node]));
    expect((at.get('c')?.y ?? 0) < (at.get('d')?.y ?? 0)).toBe(true);
  });

  it('puts inner nodes inside their group, and none when it is folded', () => {
    const inner = laidOut(FLOW).nodes.filter((node) => node.parent === 'nodes/d');
    expect(inner.map((node) => node.address)).toStrictEqual(['d.x', 'd.y']);
    expect(laidOut(FLOW, ['nodes/d']).nodes.some((node) => node.parent !== undefined)).toBe(false);
  });

  it('takes a pinned place from the server', () => {
    expect(laidOut(FLOW).nodes.find((node) => node.address === 'b')).toMatchObject({ x: 7, y: 9 });
  });
});

describe('lines', () => {
  it('run at right angles and end where they should', () => {
    const way = corners({ x: 0, y: 0 }, { x: 200, y: 80 }, [{ x: 100, y: 40 }]);
    for (const [i, point] of way.entries()) {
      const next = way[i + 1];
      if (next !== undefined) expect(point.x === next.x || point.y === next.y).toBe(true);
    }
    expect(pathThrough(way).startsWith('M0 0')).toBe(true);
    expect(way.at(-1)).toStrictEqual({ x: 200, y: 80 });
  });
});
