import { expect, test } from 'vitest';
import type { FlowItem } from '../api/flows';
import { mapOf } from './domains';
import { fieldsOf } from './schema';

const WORDS = { other: 'other', category: (name: string) => name };
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

test('a point stands in the domain of the flow that asks it, unless it names its own', () => {
  const point = (name: string, group: string | null) => ({
    name,
    hasDefault: false,
    flows: ['cancel'],
    group,
  });
  const matrix = { points: [point('a', null), point('b', '支付')], identities: [], cells: [] };
  const { domains } = mapOf([flow('cancel', { labels: { domain: '订单' } })], matrix, [], {}, WORDS);
  expect(domains.map((one) => [one.title, one.tiles.map((tile) => tile.key)])).toEqual([
    ['订单', ['flow cancel', 'point a']],
    ['支付', ['point b']],
  ]);
});

test('a flow without a label stands in the domain of its folder', () => {
  const { domains } = mapOf(
    [flow('x', { file: 'flows/order/x.yaml' }), flow('y', { file: 'flows/y.yaml' })],
    undefined,
    [],
    {},
    WORDS,
  );
  expect(domains.map((one) => one.title)).toEqual(['order', 'other']);
});

test('schema rows follow references and lists and name what is required', () => {
  const rows = fieldsOf({
    required: ['lines'],
    properties: {
      lines: { type: 'array', items: { $ref: '#/$defs/line' } },
      note: { type: ['string', 'null'], default: '' },
      most: { type: 'string', default: '1MiB' },
    },
    $defs: { line: { type: 'object', properties: { sku: { type: 'string', enum: ['A', 'B'] } } } },
  });
  expect(rows.map((row) => [row.path, row.type, row.isRequired, row.values ?? row.initial])).toEqual([
    ['lines', '[object]', true, undefined],
    ['lines.sku', 'string', false, '"A" | "B"'],
    ['note', 'string', false, undefined],
    ['most', 'string', false, '1MiB'],
  ]);
});

test('a schema that refers to itself ends', () => {
  const tree = { properties: { child: { $ref: '#' } } };
  expect(fieldsOf(tree).length).toBeLessThan(10);
});
