import { describe, expect, test } from 'vitest';
import type { Run, RunNode } from '../api/runs';
import { Random } from '../core/testing/random';
import { plain } from './changes';
import { placeIn, scaleOf, ticksOf, union } from './time';
import { fallOf, parentsOf } from './waterfall';

const node = (address: string, more: Partial<RunNode> = {}): RunNode => ({
  address,
  id: address,
  kind: 'use',
  status: 'succeeded',
  offsetMs: 0,
  durationMs: 10,
  attempts: [],
  ...more,
});
const run = (nodes: readonly RunNode[], more: Partial<Run> = {}): Run => ({
  id: 'r',
  flow: 'f',
  version: 1,
  useCase: 'f',
  bizId: null,
  scenario: null,
  level: 3,
  trigger: 'call',
  planHash: 'h',
  status: 'succeeded',
  isDurable: false,
  isDegraded: false,
  startedAt: '',
  endedAt: null,
  durationMs: 100,
  input: null,
  output: null,
  nodes,
  compensations: [],
  waits: [],
  actions: [],
  ...more,
});

describe('time', () => {
  test('later is never further left, and all lies within the width', () => {
    const random = new Random(2);
    for (let round = 0; round < 200; round += 1) {
      const busy = Array.from({ length: 1 + random.below(8) }, () => {
        const from = random.below(5) * 100_000 + random.below(500);
        return { from, to: from + 1 + random.below(400) };
      });
      const scale = scaleOf(busy, 0);
      let last = 0;
      for (let at = 0; at <= scale.total; at += scale.total / 97) {
        const x = placeIn(scale, at);
        expect(x).toBeGreaterThanOrEqual(last);
        last = x;
      }
      expect(placeIn(scale, scale.total)).toBeCloseTo(1, 6);
    }
  });

  test('three days of waiting take a sixteenth of the width, the work keeps the rest', () => {
    const scale = scaleOf(
      [
        { from: 0, to: 400 },
        { from: 259_200_000, to: 259_200_400 },
      ],
      0,
    );
    expect(scale.pieces.map((piece) => piece.isShortened)).toEqual([false, true, false]);
    expect(placeIn(scale, 400)).toBeCloseTo(0.47, 2);
    expect(ticksOf(scale, 8).every((tick) => tick <= 400 || tick >= 259_200_000)).toBe(true);
  });

  test('a short pause stays as it is', () => {
    expect(
      scaleOf(
        [
          { from: 0, to: 100 },
          { from: 300, to: 400 },
        ],
        0,
      ).pieces,
    ).toHaveLength(1);
  });

  test('overlapping stretches become one', () => {
    expect(
      union([
        { from: 5, to: 9 },
        { from: 0, to: 6 },
        { from: 20, to: 21 },
      ]),
    ).toEqual([
      { from: 0, to: 9 },
      { from: 20, to: 21 },
    ]);
  });
});

describe('waterfall', () => {
  test('what ran inside a node follows it, whatever began in between', () => {
    const rows = fallOf(
      run([
        node('close', { offsetMs: 1 }),
        node('other', { offsetMs: 2 }),
        node('close[0].lock', { offsetMs: 3 }),
        node('close[0]', { offsetMs: 2 }),
      ]),
      0,
    ).rows;
    expect(rows.map((row) => [row.key, row.depth])).toEqual([
      ['close', 0],
      ['close[0]', 1],
      ['close[0].lock', 2],
      ['other', 0],
    ]);
  });

  test('attempts and the pauses between them add up to the node', () => {
    const attempts = [
      { number: 1, offsetMs: 10, durationMs: 5, error: { code: 'TIMEOUT' } },
      { number: 2, offsetMs: 25, durationMs: 5 },
    ];
    const row = fallOf(run([node('a', { offsetMs: 10, durationMs: 20, attempts })]), 0).rows[0];
    expect(row?.bars.map((bar) => [bar.kind, bar.from, bar.to])).toEqual([
      ['failed', 10, 15],
      ['pause', 15, 25],
      ['attempt', 25, 30],
    ]);
  });

  test('what never began comes after what ran, what was undone last', () => {
    const rows = fallOf(
      run([node('skipped', { status: 'skipped' }), node('ran')], {
        compensations: [node('ran', { offsetMs: 50 })],
      }),
      0,
    ).rows;
    expect(rows.map((row) => row.key)).toEqual(['ran', 'skipped', 'undo ran']);
  });

  test('an address names the nodes around it', () => {
    expect(parentsOf('close[3].lock')).toEqual(['close[3]', 'close']);
    expect(parentsOf('load')).toEqual([]);
  });
});

test('a text kept in pieces reads as one', () => {
  const path = { $pieces: [{ text: '/' }, { value: 'O1' }, { text: '/n/' }, { value: 3 }] };
  expect(plain({ path, list: [path] })).toEqual({ path: '/O1/n/3', list: ['/O1/n/3'] });
  expect(plain({ $pieces: [], other: 1 })).toEqual({ $pieces: [], other: 1 });
});
