import { describe, expect, it } from 'vitest';
import type { Effective } from '../api/flows';
import { project } from '../core/graph';
import { draftOf } from '../core/place';
import { parseTree } from '../core/tree';
import { changesOf, graphOf } from './effective';

const TEXT = 'order: [a, b, c]\nnodes:\n  a: {use: map}\n  b: {use: log}\n  c: {use: map}\n';
const EFFECTIVE: Effective = {
  level: 2,
  planHash: 'h',
  variants: ['v'],
  nodes: [
    { id: 'a', kind: 'use', use: 'map', origin: 'base', change: null, needs: [] },
    {
      id: 'x',
      kind: 'extension',
      use: 'p',
      origin: 'v',
      change: 'added',
      needs: [{ from: 'a', kind: 'need' }],
    },
    {
      id: 'c',
      kind: 'use',
      use: 'http',
      origin: 'v',
      change: 'replaced',
      needs: [{ from: 'x', kind: 'need' }],
    },
  ],
  removed: [{ id: 'b', by: 'v' }],
};

describe('effective flow', () => {
  const draft = draftOf(TEXT, parseTree(TEXT), 0);
  const graph = draft === undefined ? undefined : graphOf(EFFECTIVE, project(draft, []));

  it('shows what a variant added and replaced, and keeps what it removed as a ghost with its lines', () => {
    expect(graph?.nodes.map((node) => `${node.id} ${node.kind} ${node.type}`)).toStrictEqual([
      'a use map',
      'x extension p',
      'c use http',
      'b use log',
    ]);
    expect(graph?.edges.map((edge) => `${edge.from}>${edge.to}`)).toStrictEqual(['a>x', 'x>c', 'a>b', 'b>c']);
  });

  it('marks every change', () => {
    expect([...changesOf(EFFECTIVE)]).toStrictEqual([
      ['x', 'added'],
      ['c', 'replaced'],
      ['b', 'removed'],
    ]);
  });
});
