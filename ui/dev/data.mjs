/** Documents of the reference flows, read from the repository: what the stand-in engine serves. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createHash } from 'node:crypto';
import { parseAllDocuments } from 'yaml';

const folder = fileURLToPath(new URL('../src/core/testdata/reference/', import.meta.url));
const AREA = { 'cancel-order': 'order', 'place-order': 'order', 'confirm-order': 'order', 'close-unpaid-order': 'order', 'pay-order': 'pay',
  'refund-payment': 'pay', 'reconcile-daily': 'finance', 'fix-recon-page': 'finance', 'reconcile-all': 'finance', 'close-auction': 'auction', 'product-page': 'page',
  'calculate-rebate': 'rebate', 'record-vehicle-event': 'vehicle' };
export const DOMAIN = { order: '订单', pay: '支付', finance: '财务', auction: '拍卖', page: '商品', rebate: '营销', vehicle: '车辆' };
const ZH = { 'cancel-order': '取消订单', 'place-order': '下单', 'confirm-order': '确认收货', 'close-unpaid-order': '关闭未支付订单', 'pay-order': '支付订单',
  'refund-payment': '退款', 'reconcile-daily': '每日对账', 'fix-recon-page': '修复对账分页', 'close-auction': '结束拍卖', 'product-page': '商品详情页',
  'calculate-rebate': '计算返利', 'record-vehicle-event': '记录车辆事件', 'points-return': '退还积分', 'cancel-supplier-order': '取消供应商订单',
  'channel-create': '渠道下单', 'channel-query': '渠道查询', 'channel-close': '渠道关单', 'price-view': '价格展示', 'recon-file': '对账文件' };

export const files = new Map();
export const documents = [];
for (const name of readdirSync(folder).sort()) {
  const path = `flows/${name.replace(/^\d+-/, '')}`;
  if (files.has(path)) continue;
  const text = readFileSync(folder + name, 'utf8');
  files.set(path, text);
  for (const one of parseAllDocuments(text)) {
    const value = one.toJS();
    if (!value?.kind || documents.some((old) => old.kind === value.kind && old.metadata.name === value.metadata.name)) continue;
    documents.push({ ...value, file: path, line: text.slice(0, one.range[0]).split('\n').length, hash: hashOf(JSON.stringify(value)) });
  }
}
export function hashOf(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
const KINDS = ['use', 'extension', 'flow', 'switch', 'foreach', 'loop', 'race', 'wait', 'respond', 'fail'];
export const kindOf = (node) => KINDS.find((kind) => node[kind] !== undefined) ?? 'use';
export const usedBy = (node) => {
  const kind = kindOf(node);
  return kind === 'use' || kind === 'extension' ? node[kind] : kind === 'flow' ? node.flow.name : null;
};
export const titleOf = (doc) => ZH[doc.metadata.name] ?? doc.metadata.title ?? null;
export const ofKind = (kind) => documents.filter((one) => one.kind === kind);

export const flows = ofKind('Flow').map((doc, i) => ({
  doc,
  name: doc.metadata.name, title: titleOf(doc), version: doc.metadata.version, useCase: doc.useCase ?? doc.metadata.name,
  isDurable: doc.durable === true, owner: doc.metadata.owner ?? null, labels: { domain: DOMAIN[AREA[doc.metadata.name]] ?? '其他' },
  description: doc.metadata.description ?? null,
  variants: ofKind('Variant').filter((one) => one.of === doc.metadata.name).map((one) => ({
    name: one.metadata.name, bizId: one.for.bizId ?? null, scenario: one.for.scenario ?? null, level: one.for.scenario ? 1 : 2 })),
  triggers: { http: doc.triggers?.http ? { method: doc.triggers.http.method, path: doc.triggers.http.path } : null, cron: doc.triggers?.cron ?? null, consume: doc.triggers?.consume ?? null },
  nodes: Object.entries(doc.nodes ?? {}).map(([id, node]) => ({ id, kind: kindOf(node) })),
  file: doc.file, state: i % 5 === 3 ? 'draft' : 'published', stats: statsOf(i),
}));
function statsOf(i) {
  const perMinute = Array.from({ length: 30 }, (_, minute) => Math.max(0, Math.round((40 / (i + 1)) * (1.4 + Math.sin(minute / 4 + i) + ((minute * 7 + i * 13) % 5) / 6))));
  const calls = perMinute.reduce((sum, one) => sum + one, 0);
  return { calls, errors: Math.floor((calls * ((i * 7) % 5)) / 200), p95Ms: 18 + ((i * 137) % 620), perMinute };
}

/** Three tries, first hit wins; then the point's own default. */
export function resolve(point, { useCase, bizId = null, scenario = null }) {
  const keys = [];
  if (bizId && scenario) keys.push([useCase, bizId, scenario]);
  if (bizId) keys.push([useCase, bizId, null]);
  keys.push([useCase, null, null]);
  const tried = [];
  for (const key of keys) {
    tried.push(key);
    const own = ownAt(point, key);
    if (own.length > 0) return { tried, level: key[2] ? 1 : key[1] ? 2 : 3, own };
  }
  const doc = ofKind('ExtensionPoint').find((one) => one.metadata.name === point);
  return doc?.default === undefined ? { tried, level: null, own: [] } : { tried, level: 'default', own: [{ metadata: { name: `${point}#default` }, file: doc.file, line: doc.line }] };
}
const listOf = (value) => (Array.isArray(value) ? value : [value]);
function ownAt(point, [useCase, bizId, scenario]) {
  return extensions.filter((one) => one.point === point && listOf(one.for).some((at) => at.useCase === useCase && (at.bizId ?? null) === bizId && (at.scenario ?? null) === scenario));
}
const extra = (name, point, at, more = {}) => ({ kind: 'Extension', metadata: { name, version: 1 }, point, for: at, file: `extensions/${name}.rs`, line: 12, isRust: true, ...more });
export const extensions = [
  ...ofKind('Extension'),
  extra('train-refund-12306', 'cancel-supplier-order', { useCase: 'cancel-order', bizId: 'train', scenario: 'high-speed' }),
  extra('train-refund', 'cancel-supplier-order', { useCase: 'cancel-order', bizId: 'train' }, { priority: 5 }),
  extra('train-refund-night', 'cancel-supplier-order', { useCase: 'cancel-order', bizId: 'train' }, { priority: 9, when: 'input.hour >= 23' }),
  extra('points-return-miles', 'points-return', { useCase: 'cancel-order', bizId: 'travel', scenario: 'flight' }),
  extra('channel-bank-corporate', 'channel-create', { useCase: 'pay-order', bizId: 'b2b' }),
];
const kindsOf = (own) => (own.isRust ? 'rust' : own.nodes ? 'flow' : 'component');
export function matrix() {
  const points = ofKind('ExtensionPoint').map((doc) => {
    const used = flows.filter((flow) => JSON.stringify(flow.doc.nodes ?? {}).includes(`"extension":"${doc.metadata.name}"`) || (doc.metadata.name === 'cancel-supplier-order' && flow.name === 'cancel-order'));
    return { name: doc.metadata.name, title: titleOf(doc), description: doc.metadata.title, version: doc.metadata.version, owner: doc.metadata.owner, group: DOMAIN[AREA[used[0]?.name]] ?? null,
      input: doc.input ?? null, output: doc.output ?? null, hasDefault: doc.default !== undefined, flows: used.map((flow) => flow.name) };
  });
  const all = new Map();
  const add = (useCase, bizId = null, scenario = null) => all.set(JSON.stringify([useCase, bizId, scenario]), { useCase, bizId, scenario });
  for (const one of extensions) for (const at of listOf(one.for)) { add(at.useCase); if (at.bizId) add(at.useCase, at.bizId); add(at.useCase, at.bizId, at.scenario); }
  for (const flow of flows) for (const one of flow.variants) add(flow.useCase, one.bizId, one.scenario);
  const identities = [...all.values()].sort((a, b) => `${a.useCase} ${a.bizId ?? ''} ${a.scenario ?? ''}`.localeCompare(`${b.useCase} ${b.bizId ?? ''} ${b.scenario ?? ''}`));
  const cells = [];
  for (const point of points) {
    const cases = new Set(extensions.filter((one) => one.point === point.name).flatMap((one) => listOf(one.for).map((at) => at.useCase)));
    identities.forEach((identity, i) => {
      if (!cases.has(identity.useCase)) return;
      const { level, own } = resolve(point.name, identity);
      const best = own[0];
      const isOwn = ownAt(point.name, [identity.useCase, identity.bizId, identity.scenario]).length > 0;
      cells.push({ point: point.name, identity: i, level, implementation: best?.metadata.name ?? null, kind: best ? kindsOf(best) : null, candidates: own.length, isOwn, file: best?.file ?? null, line: best?.line ?? null });
    });
  }
  return { points, identities, cells };
}
/** 200 points × 300 identities, for the eye and the stop-watch. */
/** What of a matrix is asked for, as the engine gives it. */
export function partOf(matrix, query) {
  const isWanted = (name) => !query.has('point') || query.get('point') === name;
  return {
    ...matrix,
    points: matrix.points.filter((point) => isWanted(point.name)),
    cells: query.get('cells') === 'false' ? [] : matrix.cells.filter((cell) => isWanted(cell.point)),
  };
}
export function bigMatrix() {
  const points = Array.from({ length: 200 }, (_, i) => ({ name: `point-${i}`, title: `扩展点 ${i}`, version: 1, owner: 'trade', group: Object.values(DOMAIN)[i % 7], input: null, output: null, hasDefault: i % 11 === 0, flows: ['cancel-order'] }));
  const identities = [{ useCase: 'cancel-order', bizId: null, scenario: null }];
  for (let biz = 0; identities.length < 300; biz += 1) {
    identities.push({ useCase: 'cancel-order', bizId: `biz-${biz}`, scenario: null });
    for (let one = 0; one < 5 && identities.length < 300; one += 1) identities.push({ useCase: 'cancel-order', bizId: `biz-${biz}`, scenario: `scene-${one}` });
  }
  const cells = [];
  const isOwn = (p, at) => (at.scenario ? (p * 7 + at.bizId.length * 13 + at.scenario.charCodeAt(6) * 31 + Number(at.bizId.slice(4)) * 17) % 19 === 0 : at.bizId ? (p * 5 + Number(at.bizId.slice(4)) * 11) % 7 === 0 : p % 4 !== 0);
  points.forEach((point, p) => identities.forEach((at, i) => {
    const keys = [[at.bizId, at.scenario, 1], [at.bizId, null, 2], [null, null, 3]].filter(([biz, scenario, level]) => (level > 1 || (biz && scenario)) && (level !== 2 || biz));
    const hit = keys.find(([bizId, scenario]) => isOwn(p, { bizId, scenario }));
    const level = hit?.[2] ?? (point.hasDefault ? 'default' : null);
    const name = hit ? `${point.name}-${hit[0] ?? 'base'}${hit[1] ? `-${hit[1]}` : ''}` : point.hasDefault ? `${point.name}#default` : null;
    cells.push({ point: point.name, identity: i, level, implementation: name, kind: 'component', candidates: hit ? 1 : 0, isOwn: isOwn(p, at), file: 'flows/x.yaml', line: 1 });
  }));
  return { points, identities, cells };
}
