import { expect, test } from 'vitest';
import type { FlowItem } from '../api/flows';
import { withDrafts } from './drafts';
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

test('drafts stand beside what is published, and what nobody published is listed too', () => {
  const draft = (path: string, text: string) => ({ path, text, baseRevision: 1, updatedAt: '' });
  const head = 'apiVersion: bactrian/v1\nkind: Flow\nmetadata:';
  const rows = withDrafts(FLOWS, [
    draft('pay-order.yaml', `${head} {name: pay-order}\nnodes: {}\n`),
    draft(
      'a.yaml',
      `${head} {name: stock-check, version: 2, title: {zh: 盘点, en: Count}}\nnodes: {}\n---\n${head}\n  name: b\n  title: "Two, or three"\nnodes: {}\n`,
    ),
    draft('x.yaml', 'kind: Extension\nmetadata: {name: points}\n'),
    draft('broken.yaml', 'kind: Flow\nmetadata: {'),
  ]);
  expect(rows.map((row) => [row.name, row.state, row.hasDraft ?? false, row.version, row.title])).toEqual([
    ['stock-check', 'draft', true, 2, { zh: '盘点', en: 'Count' }],
    ['b', 'draft', true, 1, 'Two, or three'],
    ['cancel-order', 'published', false, 1, '取消订单'],
    ['pay-order', 'published', true, 1, '支付订单'],
    ['recon', 'draft', false, 1, undefined],
  ]);
});
