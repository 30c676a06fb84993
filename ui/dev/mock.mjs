/**
 * A stand-in for the engine while the designer is worked on: `node dev/mock.mjs 8080`, then `npm run dev`.
 * It serves the reference flows of this repository with made-up runs, and what is published is forgotten at the end.
 */
import { createServer } from 'node:http';
import { COMPONENTS } from './components.mjs';
import { bigMatrix, documents, extensions, files, flows, hashOf, matrix, partOf, resolve } from './data.mjs';
import { effective, runs } from './runs.mjs';

const isBig = process.argv.includes('--big');
const drafts = new Map();
const revisions = [{ revision: 1, hash: hashOf('1'), publishedAt: '2026-11-18T02:12:00Z', note: '首次导入', by: 'platform', files: new Map([...files].map(([path, text]) => [path, path.endsWith('refund-payment.yaml') ? text.replace('attempts: 6', 'attempts: 3') : text])) }];
const later = (note, by, at, path, change) => {
  const texts = new Map(revisions.at(-1).files);
  texts.set(path, change(texts.get(path) ?? ''));
  revisions.push({ revision: revisions.length + 1, hash: hashOf(note), publishedAt: at, note, by, files: texts });
};
later('退款重试次数由 3 次改为 6 次', '王磊', '2026-11-19T07:40:00Z', 'flows/flow-refund-payment.yaml', (text) => text.replace('attempts: 3', 'attempts: 6'));
later('机票取消先作废客票', '李敏', '2026-11-20T03:05:00Z', 'flows/variant-cancel-order-flight.yaml', (text) => text.replace('timeout: 20s', 'timeout: 25s'));

const item = (run) => { const { nodes, compensations, waits, input, output, parent, children, actions, ...rest } = run; return rest; };
const shown = ({ doc, ...flow }) => flow;
const current = () => revisions.at(-1);
const revisionItem = ({ files: _files, ...rest }) => rest;
const problem = (status, code, detail) => ({ status, body: { type: `/errors/${code}`, title: code, status, code, detail } });

function listRuns(query) {
  const has = (name) => query.get(name);
  const base = runs.filter((run) => (!has('flow') || run.flow === has('flow')) && (!has('bizId') || run.bizId === has('bizId')) && (!has('scenario') || run.scenario === has('scenario'))
    && (!has('key') || run.key.includes(has('key'))) && (!has('minMs') || (run.durationMs ?? 0) >= Number(has('minMs'))) && (!has('from') || run.startedAt >= has('from')) && (!has('to') || run.startedAt < has('to'))
    && (!has('q') || JSON.stringify(item(run)).includes(has('q'))));
  const counts = {};
  for (const run of base) counts[run.status] = (counts[run.status] ?? 0) + 1;
  const wanted = (has('status') ?? '').split(',').filter(Boolean);
  const fitting = wanted.length === 0 ? base : base.filter((run) => wanted.includes(run.status));
  const from = Number(has('cursor') ?? 0);
  const limit = Number(has('limit') ?? 50);
  return { items: fitting.slice(from, from + limit).map(item), next: from + limit < fitting.length ? String(from + limit) : null, counts };
}
function extensionOf(point, query) {
  const identity = { useCase: query.get('useCase'), bizId: query.get('bizId'), scenario: query.get('scenario') };
  const found = resolve(point, identity);
  if (found.level === null) return { status: 404, body: { ...problem(404, 'EXTENSION_NOT_FOUND', `no extension of ${point}`).body, tried: found.tried } };
  const best = [...found.own].sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0));
  const near = extensions.filter((one) => one.point === point).map((one) => one.metadata.name).slice(0, 3);
  return { body: { point, identity, tried: found.tried, level: found.level, implementation: best[0].metadata.name, candidates: best.map((one, i) => ({ name: one.metadata.name, priority: one.priority ?? 0, when: one.when ?? null, chosen: i === 0 })), nearMisses: near } };
}
function validate(body) {
  const diagnostics = [];
  for (const file of body.files ?? [body]) {
    const line = (file.text ?? '').split('\n').findIndex((one) => one.includes('colour:')) + 1;
    if (line > 0) diagnostics.push({ code: 'UNKNOWN_KEY', severity: 'error', message: 'unknown key `colour`', file: file.path, range: { start: { line, column: 3 }, end: { line, column: 9 } }, help: 'did you mean `cache`?' });
    if ((file.text ?? '').includes('critical: false')) diagnostics.push({ code: 'UNGUARDED_REFERENCE', severity: 'warning', message: 'node `notify` may be skipped, its output is read unguarded', file: file.path, range: { start: { line: 12, column: 5 }, end: { line: 12, column: 20 } }, help: 'wrap it in `orDefault`' });
  }
  const errors = diagnostics.filter((one) => one.severity === 'error').length;
  return { diagnostics, summary: { errors, warnings: diagnostics.length - errors }, flows: flows.filter((flow) => (body.files ?? [body]).some((file) => file.path === flow.file || (file.text ?? '').includes(flow.name))).map((flow) => flow.name) };
}
function changes(before, after) {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.filter((path) => before.get(path) !== after.get(path)).map((path) => ({ path, change: !before.has(path) ? 'added' : !after.has(path) ? 'removed' : 'changed', before: before.get(path) ?? null, after: after.get(path) ?? null }));
}
function publish(texts, note, by) {
  const next = { revision: revisions.length + 1, hash: hashOf(note + Date.now()), publishedAt: new Date().toISOString(), note, by, files: texts };
  revisions.push(next);
  return { status: 201, body: revisionItem(next) };
}
function casesOf(name) {
  const flow = flows.find((one) => one.name === name);
  const cases = (flow?.doc.tests ?? []).map((one, i) => ({ name: one.name ?? `#${i + 1}`, passed: i !== 2 || !name.includes('pay'), differences: i === 2 && name.includes('pay') ? [{ path: '/output/status', expected: 'PAID', actual: 'WAITING' }] : [], durationMs: 3 + i * 1.7, run: null }));
  return { passed: cases.filter((one) => one.passed).length, failed: cases.filter((one) => !one.passed).length, cases };
}
function act(run, action, dry) {
  if (!run.actions.includes(action)) return { id: run.id, ok: false, code: 'RUN_STATUS' };
  if (!dry) Object.assign(run, action === 'cancel' ? { status: 'cancelled', actions: [] } : action === 'retry' ? { status: 'running', actions: ['cancel'] } : { status: 'succeeded', actions: [] });
  return { id: run.id, ok: true };
}

const ROUTES = [
  ['GET', /^\/v1\/me$/, () => ({ body: { name: '王磊', rights: ['read', 'run', 'publish', 'operate'], locale: 'zh-CN' } })],
  ['GET', /^\/v1\/status$/, () => ({ body: { version: '0.1.0', ui: 'dev', revision: current().revision, rejected: null, breakers: [{ key: 'stock', state: 'half-open' }], store: 'sled' } })],
  ['GET', /^\/v1\/components$/, () => ({ body: { items: COMPONENTS } })],
  ['GET', /^\/v1\/extensions$/, (_, query) => ({ body: partOf(isBig ? bigMatrix() : matrix(), query) })],
  ['GET', /^\/v1\/extensions\/([^/]+)\/resolve$/, ([, point], query) => extensionOf(point, query)],
  ['GET', /^\/v1\/flows$/, () => ({ body: { items: flows.map(shown) } })],
  ['GET', /^\/v1\/flows\/([^/]+)$/, ([, name]) => { const flow = flows.find((one) => one.name === name); return flow ? { body: { ...shown(flow), text: current().files.get(flow.file), input: flow.doc.input ?? null, output: flow.doc.output ?? null, cases: flow.doc.tests ?? [] } } : problem(404, 'FLOW_NOT_FOUND', name); }],
  ['GET', /^\/v1\/flows\/([^/]+)\/effective$/, ([, name], query) => { const { docs, ...rest } = effective(flows.find((one) => one.name === name), query.get('bizId'), query.get('scenario')); return { body: rest }; }],
  ['POST', /^\/v1\/flows\/([^/]+)\/test$/, ([, name]) => ({ body: { run: runs.find((run) => run.flow === name && run.status === 'succeeded') ?? null, passed: true, differences: [], diagnostics: [] } })],
  ['POST', /^\/v1\/flows\/([^/]+)\/cases$/, ([, name]) => ({ body: casesOf(name) })],
  ['GET', /^\/v1\/runs$/, (_, query) => ({ body: listRuns(query) })],
  ['POST', /^\/v1\/runs\/actions$/, (_, __, body) => ({ body: { results: body.ids.map((id) => act(runs.find((run) => run.id === id), body.action, body.dryRun)) } })],
  ['GET', /^\/v1\/runs\/([^/]+)$/, ([, id]) => { const run = runs.find((one) => one.id === id); return run ? { body: run } : problem(404, 'RUN_NOT_FOUND', id); }],
  ['GET', /^\/v1\/runs\/([^/]+)\/undo$/, ([, id]) => ({ body: { steps: runs.find((one) => one.id === id).nodes.filter((node) => node.status === 'succeeded' && ['close', 'lock', 'refund', 'return_stock'].includes(node.id)).map((node) => ({ address: node.address, use: node.use, reason: 'succeeded' })).reverse() } })],
  ['POST', /^\/v1\/runs\/([^/]+)\/(cancel|retry|resume|skip)$/, ([, id, action]) => { const run = runs.find((one) => one.id === id); return act(run, action, false).ok ? { body: item(run) } : problem(409, 'RUN_STATUS', run.status); }],
  ['GET', /^\/v1\/catalog$/, () => ({ body: { ...revisionItem(current()), documents: documents.map((one) => ({ kind: one.kind, name: one.metadata.name, version: one.metadata.version, file: one.file, hash: one.hash })), warnings: [] } })],
  ['GET', /^\/v1\/catalog\/files\/(.+)$/, ([, path]) => (current().files.has(path) ? { body: { path, text: current().files.get(path), etag: hashOf(current().files.get(path)) } } : problem(404, 'FILE_NOT_FOUND', path))],
  ['GET', /^\/v1\/catalog\/drafts$/, () => ({ body: { items: [...drafts.values()] } })],
  ['GET', /^\/v1\/catalog\/drafts\/(.+)$/, ([, path]) => (drafts.has(path) ? { body: drafts.get(path), etag: hashOf(drafts.get(path).text) } : problem(404, 'DRAFT_NOT_FOUND', path))],
  ['DELETE', /^\/v1\/catalog\/drafts\/(.+)$/, ([, path]) => { drafts.delete(path); return { status: 204, body: null }; }],
  ['PUT', /^\/v1\/catalog\/drafts\/(.+)$/, ([, path], _, body, request) => {
    const old = drafts.get(path);
    const fits = old === undefined ? request.headers['if-none-match'] === '*' : request.headers['if-match'] === hashOf(old.text);
    if (!fits) return { status: 412, etag: old ? hashOf(old.text) : undefined, body: { ...problem(412, 'DRAFT_CONFLICT', path).body, current: old } };
    const kept = { path, text: body.text, baseRevision: body.baseRevision, updatedAt: new Date().toISOString(), by: '王磊' };
    drafts.set(path, kept);
    return { body: kept, etag: hashOf(kept.text) };
  }],
  ['POST', /^\/v1\/catalog\/validate$/, (_, __, body) => ({ body: validate(body) })],
  ['POST', /^\/v1\/catalog\/publish$/, (_, __, body) => {
    if (body.baseRevision !== current().revision) return problem(409, 'CATALOG_MOVED', `revision ${current().revision}`);
    const found = validate(body);
    if (found.summary.errors > 0) return { status: 422, body: { ...problem(422, 'INVALID', 'the set does not load').body, ...found } };
    const texts = new Map(current().files);
    for (const file of body.files) { if (file.text === null) texts.delete(file.path); else texts.set(file.path, file.text); drafts.delete(file.path); }
    return publish(texts, body.note, '王磊');
  }],
  ['GET', /^\/v1\/catalog\/revisions$/, () => ({ body: { items: revisions.map(revisionItem).reverse() } })],
  ['GET', /^\/v1\/catalog\/revisions\/(\d+)\/diff$/, ([, n], query) => ({ body: { items: changes(revisions[Number(query.get('against')) - 1]?.files ?? new Map(), revisions[Number(n) - 1].files) } })],
  ['POST', /^\/v1\/catalog\/rollback$/, (_, __, body) => publish(new Map(revisions[body.revision - 1].files), body.note, '王磊')],
  ['GET', /^\/v1\/config$/, () => ({ body: { settings: [] } })],
  ['GET', /^\/v1\/layout\//, () => ({ body: { pins: {} } })],
  ['GET', /^\/errors\//, () => ({ body: {} })],
];

/** A running run goes on before the reader's eyes. */
function follow(response, id) {
  const run = runs.find((one) => one.id === id);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const say = (event, data) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const timer = setInterval(() => {
    if (run.status !== 'running') { say('run', item(run)); clearInterval(timer); response.end(); return; }
    const node = run.nodes.find((one) => one.status === 'running') ?? run.nodes.find((one) => one.status === 'pending');
    if (!node) { Object.assign(run, { status: 'succeeded', actions: [], endedAt: new Date().toISOString(), durationMs: 1840 }); return; }
    const end = Math.max(0, ...run.nodes.map((one) => one.offsetMs + one.durationMs));
    Object.assign(node, node.status === 'pending' ? { status: 'running', offsetMs: end, durationMs: 0 } : { status: 'succeeded', durationMs: 80, output: { ok: true }, servedBy: 'call' });
    say('node', node);
  }, 1200);
  response.on('close', () => clearInterval(timer));
}

createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const path = decodeURIComponent(url.pathname);
  const live = /^\/v1\/runs\/([^/]+)\/events$/.exec(path);
  if (live) return follow(response, live[1]);
  let text = '';
  for await (const part of request) text += part;
  const route = ROUTES.find(([method, pattern]) => method === request.method && pattern.test(path));
  const answer = route ? route[2](route[1].exec(path), url.searchParams, text === '' ? {} : JSON.parse(text), request) : problem(404, 'NOT_FOUND', path);
  const status = answer.status ?? 200;
  response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', ...(answer.etag ? { etag: answer.etag } : {}) });
  return response.end(answer.body === null ? '' : JSON.stringify(answer.body));
}).listen(Number(process.argv[2] ?? 8080), '127.0.0.1');
