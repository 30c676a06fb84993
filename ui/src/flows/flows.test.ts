import { expect, test } from 'vitest';
import type { FlowItem } from '../api/flows';
import { counted, errorShare, fitting, rateOf } from './shelf';

const flow = (name: string, more: Partial<FlowItem> = {}): FlowItem => ({
  name,
  version: 1,
  useCase: name,
  isDurable: false,
  variants: [],
  triggers: {},
  nodes: [],
  file: `${name}.yaml`,
  state: 'published',
  ...more,
});
const FLOWS = [
  flow('cancel-order', { title: '取消订单', owner: 'trade', labels: { domain: '订单' }, isDurable: true }),
  flow('pay-order', {
    title: '支付订单',
    owner: 'pay',
    labels: { domain: '支付' },
    stats: { calls: 200, errors: 3, p95Ms: 9, perMinute: [2, 4] },
  }),
  flow('recon', { owner: 'pay', state: 'draft' }),
];
const names = (search: Parameters<typeof fitting>[1]) => fitting(FLOWS, search).map((one) => one.name);

test('every filter narrows, together they narrow further', () => {
  expect(names({ q: '订单' })).toEqual(['cancel-order', 'pay-order']);
  expect(names({ q: '订单', owner: 'pay' })).toEqual(['pay-order']);
  expect(names({ label: 'domain=订单' })).toEqual(['cancel-order']);
  expect(names({ view: 'drafts' })).toEqual(['recon']);
  expect(names({ view: 'failing' })).toEqual(['pay-order']);
});

test('no calls is no error share, not zero', () => {
  expect(FLOWS.map(errorShare)).toEqual([undefined, 0.015, undefined]);
  expect(FLOWS.map(rateOf)).toEqual([undefined, 3, undefined]);
});

test('values are counted once each', () => {
  expect(counted(['b', 'a', 'b'])).toEqual([
    { value: 'a', count: 1 },
    { value: 'b', count: 2 },
  ]);
});
