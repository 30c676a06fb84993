import { describe, expect, it } from 'vitest';
import { addItem } from '../core/commands/value';
import { applyChanges } from '../core/lines';
import { nodeAt, parseTree, readValue } from '../core/tree';
import type { Run, RunNode } from '../api/runs';
import { caseOfRun, replayOf } from './caseOfRun';

function node(address: string, kind: string, more: Partial<RunNode> = {}): RunNode {
  return {
    address,
    id: address,
    kind,
    use: 'http',
    status: 'succeeded',
    attempts: [],
    servedBy: 'call',
    ...more,
  };
}

const RUN: Run = {
  ...{
    id: '01a1fd26-17e8-7766',
    flow: 'f',
    version: 1,
    useCase: 'f',
    bizId: 'car',
    scenario: null,
    level: 2,
    trigger: 'call',
  },
  ...{ planHash: 'x', status: 'compensated', isDurable: false, isDegraded: false, startedAt: '' },
  ...{ endedAt: null, durationMs: 1, input: { id: 'O1', phone: '***' }, output: null },
  error: { code: 'STOCK_DOWN' },
  nodes: [
    node('load', 'use', { output: { phone: '***', n: 1 } }),
    node('sum', 'use', { use: 'map', output: 3 }),
    node('points', 'extension', { output: { returned: 2 } }),
    node('points.body', 'use', { output: { inner: true } }),
    node('each', 'foreach', { output: [1, 2] }),
    node('each[0]', 'use', { id: 'each', output: 1 }),
    node('each[1]', 'use', { id: 'each', status: 'failed', error: { code: 'GONE' } }),
    node('spare', 'use', {
      servedBy: 'otherwise',
      attempts: [{ number: 1, offsetMs: 0, durationMs: 1, error: { code: 'TIMEOUT' } }],
    }),
    node('later', 'use', { status: 'pending' }),
    node('skipped', 'use', { status: 'skipped' }),
  ],
  compensations: [node('load', 'use')],
  waits: [],
  actions: [],
};
const isPure = (use: string) => use === 'map';

describe('a run as a case', () => {
  it('answers calls as they were answered and expects what came of it', () => {
    expect(caseOfRun(RUN, isPure)).toStrictEqual({
      name: 'run 01a1fd26-17e8',
      input: { id: 'O1', phone: '***' },
      identity: { bizId: 'car' },
      mocks: {
        load: { phone: '***', n: 1 },
        points: { returned: 2 },
        each: [1, { fail: 'GONE' }],
        spare: { fail: 'TIMEOUT' },
      },
      expect: {
        status: 'compensated',
        error: 'STOCK_DOWN',
        ran: ['load', 'sum', 'points', 'each', 'spare'],
        compensated: ['load'],
      },
    });
  });

  it('is written into the tests by a splice, masked values as masked', () => {
    const text = 'nodes: {load: {use: http}} # kept\n';
    const value = JSON.parse(JSON.stringify(caseOfRun(RUN, isPure)));
    const done = addItem(text, parseTree(text), { document: 0, path: ['tests'], index: 0, value });
    const after = done.ok ? applyChanges(text, done.changes) : '';
    expect(after.startsWith(text)).toBe(true);
    const root = parseTree(after).documents[0]?.root;
    expect(root === undefined ? null : readValue(nodeAt(root, ['tests', 0, 'input', 'phone']))).toBe('***');
  });

  it('is played again up to one node, which computes anew', () => {
    expect(Object.keys(replayOf(RUN, 'sum', isPure).mocks ?? {})).not.toContain('sum');
    expect(replayOf(RUN, 'load', isPure).mocks?.['load']).toStrictEqual({ phone: '***', n: 1 });
    expect(replayOf(RUN, 'load', isPure)).not.toHaveProperty('expect');
  });
});
