/** Runs of the reference flows as they might have gone: seeded, the same at every start. */
import { flows, hashOf, kindOf, ofKind, resolve, usedBy } from './data.mjs';

let seed = 20261121;
const random = () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 4294967296;
};
const pick = (list) => list[Math.floor(random() * list.length)];
const IDENTITIES = [[null, null], [null, null], ['used-car', null], ['used-car', 'b2c'], ['travel', 'hotel'], ['travel', 'flight'], ['train', 'high-speed'], ['b2b', null]];
const STATUS = ['succeeded', 'succeeded', 'succeeded', 'succeeded', 'succeeded', 'succeeded', 'failed', 'compensated', 'parked', 'waiting', 'timed_out', 'cancelled', 'succeeded', 'succeeded'];
const ACTIONS = { running: ['cancel'], waiting: ['cancel', 'resume'], parked: ['retry', 'resume', 'skip', 'cancel'], failed: ['retry'], compensated: ['retry'], timed_out: ['retry'] };
export const START = Date.now();

/** Ids of a flow with what each waits for. */
export function needsOf(flow) {
  const needs = new Map(Object.keys(flow.doc.nodes ?? {}).map((id) => [id, []]));
  let before = [];
  for (const step of flow.doc.order ?? []) {
    const ids = [step].flat();
    for (const id of ids) for (const from of before) needs.get(id)?.push({ from, kind: 'order' });
    before = ids;
  }
  for (const [id, node] of Object.entries(flow.doc.nodes ?? {})) {
    for (const from of [node.needs ?? []].flat()) needs.get(id)?.push({ from, kind: 'need' });
    for (const one of Array.isArray(node.switch) ? node.switch : []) for (const to of [one.to ?? []].flat()) needs.get(to)?.push({ from: id, kind: 'switch' });
    const text = JSON.stringify(node);
    for (const other of needs.keys())
      if (other !== id && text.includes(`nodes.${other}`) && (needs.get(id) ?? []).length === 0) needs.get(id)?.push({ from: other, kind: 'data' });
  }
  return needs;
}
export function effective(flow, bizId, scenario) {
  const nodes = new Map(Object.entries(flow.doc.nodes ?? {}));
  const needs = needsOf(flow);
  const origin = new Map();
  const removed = [];
  const variants = ofKind('Variant').filter((one) => one.of === flow.name && (one.for.bizId ?? null) === bizId && (one.for.scenario === undefined || one.for.scenario === scenario))
    .sort((a, b) => (a.for.scenario ? 1 : 0) - (b.for.scenario ? 1 : 0));
  for (const variant of variants) {
    for (const id of variant.patch.remove ?? []) {
      removed.push({ id, by: variant.metadata.name });
      for (const list of needs.values()) {
        const at = list.findIndex((need) => need.from === id);
        if (at >= 0) list.splice(at, 1, ...(needs.get(id) ?? []));
      }
      nodes.delete(id);
    }
    for (const [id, node] of Object.entries(variant.patch.replace ?? {})) { nodes.set(id, node); origin.set(id, [variant.metadata.name, 'replaced']); }
    for (const [id, node] of Object.entries(variant.patch.add ?? {})) {
      nodes.set(id, node);
      needs.set(id, [node.after ?? []].flat().map((from) => ({ from, kind: 'order' })));
      for (const to of [node.before ?? []].flat()) needs.get(to)?.push({ from: id, kind: 'order' });
      origin.set(id, [variant.metadata.name, 'added']);
    }
    for (const id of Object.keys(variant.patch.set?.nodes ?? {})) if (!origin.has(id)) origin.set(id, [variant.metadata.name, 'changed']);
  }
  const identity = { useCase: flow.useCase, bizId, scenario };
  return {
    level: variants.at(-1)?.for.scenario ? 1 : variants.length > 0 ? 2 : 3,
    planHash: hashOf(flow.name + variants.map((one) => one.metadata.name).join()), variants: variants.map((one) => one.metadata.name),
    nodes: [...nodes].map(([id, node]) => {
      const found = node.extension ? resolve(node.extension, identity) : null;
      return { id, kind: kindOf(node), title: node.title ?? null, use: usedBy(node), origin: origin.get(id)?.[0] ?? 'base', change: origin.get(id)?.[1] ?? null,
        needs: (needs.get(id) ?? []).filter((need) => nodes.has(need.from)), extension: found ? { name: found.own[0]?.metadata.name ?? null, level: found.level } : null };
    }),
    removed, docs: nodes,
  };
}

function inOrder(nodes) {
  const done = new Set();
  const out = [];
  const visit = (node) => {
    if (done.has(node.id)) return;
    done.add(node.id);
    for (const need of node.needs) { const one = nodes.find((other) => other.id === need.from); if (one) visit(one); }
    out.push(node);
  };
  nodes.forEach(visit);
  return out;
}
const problem = (code, cls, message) => ({ code, class: cls, message });
const ORDER = { orderId: 'O-20261121-0042', status: 'PAID', version: 3, userId: 'U-88012', couponId: 'C-5521', points: 120, paidFen: 1299000, lines: [{ sku: 'BX-5-2023', n: 1 }] };

function nodeOf(node, identity, offset, wanted, runId) {
  const took = Math.round((6 + random() * 90) * 10) / 10;
  const found = node.extension ? resolve(node.use, identity) : null;
  const tries = wanted.fails ? 3 : random() < 0.12 ? 2 : 1;
  const attempts = [];
  let at = offset;
  for (let i = 1; i <= tries; i += 1) {
    const last = i === tries;
    attempts.push({ number: i, offsetMs: at, durationMs: took, ...(last && !wanted.fails ? {} : { error: problem('UNAVAILABLE', 'unavailable', '503 from stock.internal: no healthy upstream') }) });
    at += took + (last ? 0 : 120 * i);
  }
  const durationMs = Math.round((at - offset) * 10) / 10;
  return {
    address: node.id, id: node.id, kind: node.kind, use: node.use, status: wanted.fails ? 'failed' : 'succeeded', offsetMs: offset, durationMs,
    startedAt: new Date(START + offset).toISOString(), attempts: ['use', 'extension', 'flow'].includes(node.kind) ? attempts : [], isTruncated: false,
    ...(found?.own[0] ? { extension: { point: node.use, name: found.own[0].metadata.name, level: found.level, tried: found.tried.map((key) => key.map((part) => part ?? '')) } } : {}),
    input: node.id === 'load' ? { connection: 'orders', method: 'GET', path: '/orders/O-20261121-0042' } : { orderId: ORDER.orderId, idempotencyKey: `${runId}:${node.id}`, ...(node.id.includes('stock') ? { lines: ORDER.lines } : {}) },
    ...(wanted.fails ? { error: attempts.at(-1).error } : { output: node.id === 'load' ? ORDER : { ok: true, orderId: ORDER.orderId, at: '2026-11-21T08:00:00Z' } }),
    servedBy: wanted.fails ? undefined : 'call',
  };
}

export function makeRun(number, forced = {}) {
  const flow = forced.flow ?? pick(flows.filter((one) => one.nodes.length > 1));
  const [bizId, scenario] = forced.identity ?? pick(IDENTITIES);
  const status = forced.status ?? pick(STATUS);
  const identity = { useCase: flow.useCase, bizId, scenario };
  const plan = effective(flow, bizId, scenario);
  const id = `01934f${(0x1a2b3c4 + number * 7919).toString(16).padStart(8, '0')}-7c4e-${hashOf(String(number)).slice(0, 4)}-${hashOf(`r${number}`)}`;
  const nodes = [];
  const compensations = [];
  const ends = new Map();
  const ordered = inOrder(plan.nodes);
  const bad = ['failed', 'compensated', 'parked', 'timed_out'].includes(status) ? Math.max(2, Math.floor(ordered.length * 0.6)) : -1;
  let stopped = false;
  ordered.forEach((node, i) => {
    const offset = 2 + Math.max(0, ...node.needs.map((need) => ends.get(need.from) ?? 0));
    const blank = { address: node.id, id: node.id, kind: node.kind, use: node.use, offsetMs: 0, durationMs: 0, attempts: [], isTruncated: false };
    if (node.kind === 'fail' || (node.id.includes('coupon') && bizId === 'b2b')) { nodes.push({ ...blank, status: 'skipped', skip: { kind: 'when', reason: 'its `when` was false' } }); ends.set(node.id, offset); return; }
    if (stopped) { nodes.push({ ...blank, status: status === 'cancelled' ? 'cancelled' : 'pending' }); return; }
    const made = nodeOf(node, identity, offset, { fails: i === bad }, id);
    if ((status === 'waiting' || status === 'running') && i === Math.floor(ordered.length / 2)) { made.status = status === 'waiting' ? 'waiting' : 'running'; delete made.output; delete made.servedBy; stopped = true; }
    if (i === bad) stopped = true;
    if (status === 'cancelled' && i > 2) { made.status = 'cancelled'; delete made.output; stopped = true; }
    nodes.push(made);
    ends.set(node.id, offset + made.durationMs);
  });
  let end = Math.max(...ends.values());
  if (status === 'compensated' || status === 'parked') {
    for (const node of nodes.filter((one) => one.status === 'succeeded' && plan.docs.get(one.id)?.compensate).reverse()) {
      const isStuck = status === 'parked';
      const row = { ...nodeOf({ ...node, use: plan.docs.get(node.id).compensate.use, extension: null, needs: [] }, identity, end + 6, { fails: isStuck }, id), address: node.id, id: node.id, kind: 'compensate' };
      compensations.push(row);
      if (!isStuck) node.status = 'compensated';
      end = row.offsetMs + row.durationMs;
    }
  }
  const startedAt = START - number * 41_000 - Math.floor(random() * 30_000);
  const isOpen = ['running', 'waiting', 'parked'].includes(status);
  const failed = nodes.find((node) => node.status === 'failed');
  return {
    id, flow: flow.name, version: flow.version, useCase: flow.useCase, bizId, scenario, level: plan.level, planHash: plan.planHash, status, isDurable: flow.isDurable, trigger: 'call', isDegraded: status === 'succeeded' && number % 17 === 3,
    startedAt: new Date(startedAt).toISOString(), endedAt: isOpen ? null : new Date(startedAt + end).toISOString(), durationMs: isOpen ? null : Math.round(end), key: `O-20261121-${String(9000 - number).padStart(4, '0')}`,
    error: failed ? { type: `/errors/${failed.error.code}`, title: 'a service did not answer', status: 503, code: failed.error.code, detail: failed.error.message, node: failed.id, class: failed.error.class, retriable: true, causes: [{ node: failed.id, code: failed.error.code }] } : null,
    input: { orderId: ORDER.orderId, reason: '买家不想要了' }, output: status === 'succeeded' ? { orderId: ORDER.orderId, status: 'CANCELLED', refunded: true } : null,
    nodes, compensations, waits: status === 'waiting' ? [{ address: nodes.find((node) => node.status === 'waiting')?.address ?? 'wait', kind: 'callback', until: new Date(START + 7_200_000).toISOString(), channel: 'pay-callback', key: ORDER.orderId }] : [],
    parent: null, children: [], actions: ACTIONS[status] ?? [],
  };
}
const named = (name) => flows.find((flow) => flow.name === name);
export const runs = [
  makeRun(0, { flow: named('cancel-order'), status: 'running', identity: ['used-car', null] }),
  makeRun(1, { flow: named('cancel-order'), status: 'compensated', identity: ['travel', 'flight'] }),
  makeRun(2, { flow: named('cancel-order'), status: 'parked', identity: ['used-car', null] }),
  makeRun(3, { flow: named('cancel-order'), status: 'succeeded', identity: ['travel', 'hotel'] }),
  makeRun(4, { flow: named('pay-order'), status: 'waiting', identity: [null, null] }),
  ...Array.from({ length: 1400 }, (_, i) => makeRun(i + 5)),
];
