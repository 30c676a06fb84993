import { expect, it } from 'vitest';
import type { Matrix } from '../api/extensions';
import { starterOf } from '../matrix/override';
import { parseTree } from '../core/tree';
import { answersOf } from './answers';

const POINT = { name: 'points-return', hasDefault: true, flows: [], input: null, output: null };
const cell = (identity: number, level: 1 | 2 | 3 | 'default', implementation: string, isOwn: boolean) => ({
  ...{ point: 'points-return', identity, level, implementation, candidates: 1, isOwn },
  file: `${implementation}.yaml`,
});
const MATRIX: Matrix = {
  points: [POINT],
  identities: [
    { useCase: 'cancel', bizId: null, scenario: null },
    { useCase: 'cancel', bizId: 'car', scenario: null },
    { useCase: 'other', bizId: null, scenario: null },
  ],
  cells: [cell(0, 3, 'own', true), cell(1, 2, 'wanlitong', true), cell(2, 'default', 'nothing', false)],
};

it('shows every key with what stands at it, and where the engine stops', () => {
  const rows = answersOf(MATRIX, 'points-return', { useCase: 'cancel', bizId: 'car', scenario: 'old' });
  expect(rows.map(({ level, name, isHit }) => [level, name, isHit])).toStrictEqual([
    [1, undefined, false],
    [2, 'wanlitong', true],
    [3, 'own', false],
    ['default', 'nothing', false],
  ]);
  const plain = answersOf(MATRIX, 'points-return', { useCase: 'cancel', bizId: null, scenario: null });
  expect(plain.map(({ level, isHit }) => [level, isHit])).toStrictEqual([
    [3, true],
    ['default', false],
  ]);
});

it('a new answer is drawn as a flow of one node', () => {
  const { path, name, text } = starterOf(POINT, { useCase: 'cancel', bizId: 'car', scenario: 'old' });
  expect([path, name]).toStrictEqual(['extensions/points-return-car-old.yaml', 'points-return-car-old']);
  expect(parseTree(text).faults).toStrictEqual([]);
});
