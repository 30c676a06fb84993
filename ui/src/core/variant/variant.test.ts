import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { addNode, appendAfter, insertOnEdge } from '../commands/add';
import { connect, disconnect } from '../commands/connect';
import { editVariant, patchOf, variantText } from '../commands/patch';
import { removeNode } from '../commands/remove';
import type { Outcome } from '../commands/run';
import { setValue, unset } from '../commands/value';
import { wrap } from '../commands/wrap';
import { type Json, type JsonObject, isObject } from '../json';
import { applyChanges } from '../lines';
import { draftOf } from '../place';
import { ancestors } from '../graph';
import { Random } from '../testing/random';
import { type Tree, parseTree } from '../tree';
import { effectiveOf, mergePatch, nodesOf, patchBetween } from './effective';
import { scratchOf } from './scratch';
import { graphOf } from './translate';

function read(text: string): JsonObject {
  const value: Json = parse(text);
  if (!isObject(value)) throw new Error('no map');
  return value;
}

const FLOW = read(`order: [load, guard, [coupon, points, stock], notify]
nodes:
  load: {use: map}
  guard: {use: map}
  coupon: {use: map}
  points: {use: map, retry: {attempts: 2}}
  stock: {use: map, needs: [extra]}
  extra: {use: map, needs: [load]}
  notify: {use: map}
  route: {needs: [notify], switch: [{case: 'input.a', to: gold}, {default: true, to: [plain, other]}]}
  gold: {use: map}
  plain: {use: map}
  other: {use: map}
  end: {needs: [gold, plain], use: map}
errors: [{match: {node: coupon}, code: NO_COUPON}]
`);

function at(patch: string, path: string): string {
  let value: Json | undefined = effectiveOf(FLOW, [{ name: 'v', patch: read(patch) }]).value;
  for (const key of path.split('.')) value = isObject(value ?? null) ? Object(value)[key] : undefined;
  return value === undefined ? '-' : JSON.stringify(value);
}

/** The engine's own table: what a patch leaves. */
describe('the effective flow', () => {
  it.each([
    ['{remove: [guard]}', 'order', '["load",["coupon","points","stock"],"notify"]'],
    ['{remove: [coupon, points, stock]}', 'order', '["load","guard","notify"]'],
    ['{remove: [coupon]}', 'errors', '[]'],
    ['{remove: [coupon]}', 'nodes.coupon', '-'],
    ['{remove: [extra]}', 'nodes.stock.needs', '["load"]'],
    ['{remove: [stock]}', 'nodes.notify.needs', '["extra"]'],
    ['{remove: [notify]}', 'nodes.route.needs', '["coupon","points","stock"]'],
    [
      '{remove: [plain]}',
      'nodes.route.switch',
      '[{"case":"input.a","to":"gold"},{"default":true,"to":["end","other"]}]',
    ],
    [
      '{remove: [other]}',
      'nodes.route.switch',
      '[{"case":"input.a","to":"gold"},{"default":true,"to":["plain"]}]',
    ],
    ['{remove: [route]}', 'nodes.gold.needs', '["notify"]'],
    [
      '{replace: {stock: {use: log, timeout: 1s}}}',
      'nodes.stock',
      '{"use":"log","timeout":"1s","needs":["extra"]}',
    ],
    ['{replace: {route: {use: log}}}', 'nodes.gold.needs', '["route"]'],
    [
      '{add: {a: {after: load, before: [stock, b], use: log}, b: {use: log}}}',
      'nodes.a',
      '{"use":"log","needs":["load"]}',
    ],
    [
      '{add: {a: {after: load, before: [stock, b], use: log}, b: {use: log}}}',
      'nodes.stock.needs',
      '["extra","a"]',
    ],
    ['{add: {a: {after: load, before: [stock, b], use: log}, b: {use: log}}}', 'nodes.b.needs', '["a"]'],
    [
      '{set: {timeout: 5s, nodes: {points: {retry: null, timeout: 2s}}}}',
      'nodes.points',
      '{"use":"map","timeout":"2s"}',
    ],
  ])('%s leaves %s', (patch, path, expected) => {
    expect(at(patch, path)).toBe(expected);
  });

  it('names what each variant did', () => {
    const { marks, removed } = effectiveOf(FLOW, [
      { name: 'wide', patch: read('{remove: [coupon], add: {a: {after: load, use: log}}}') },
      { name: 'close', patch: read('{set: {nodes: {a: {timeout: 1s}, points: {timeout: 1s}}}}') },
    ]);
    expect(Object.fromEntries(marks)).toStrictEqual({
      a: { mark: 'added', by: 'wide' },
      points: { mark: 'changed', by: 'close' },
    });
    expect(removed).toStrictEqual([{ id: 'coupon', by: 'wide' }]);
  });
});

const FILE = `# the travel team's
${variantText('f', { bizId: 'travel' }).text.replace('patch: {}', 'patch:  # ours\n  remove: [coupon] # no coupon')}---
kind: Config # untouched
`;

type Command<A> = (text: string, tree: Tree, args: A) => Outcome;

interface Variant {
  readonly file: string;
  readonly patch: JsonObject;
  readonly flow: JsonObject;
}

function variantOf(file: string): Variant {
  const document = parseTree(file).documents[0];
  if (document === undefined) throw new Error('no document');
  const patch = patchOf({ document });
  return { file, patch, flow: effectiveOf(FLOW, [{ name: 'v', patch }]).value };
}

/** Runs a command on the effective flow and writes what it did into the variant. */
function edit<A>(file: string, command: Command<A & { document: number }>, args: A) {
  const { flow } = variantOf(file);
  const scratch = scratchOf(flow);
  const done = command(scratch, parseTree(scratch), { ...args, document: 0 });
  if (!done.ok) return { ok: false as const, code: done.code };
  const wanted = read(applyChanges(scratch, done.changes));
  const { name, selection } = done;
  const said = editVariant(file, parseTree(file), {
    document: 0,
    below: FLOW,
    after: wanted,
    name,
    selection,
  });
  if (!said.ok) return { ok: false as const, code: said.code, params: said.params };
  return { ok: true as const, file: applyChanges(file, said.changes), wanted };
}

function patched<A>(command: Command<A & { document: number }>, args: A): string {
  const result = edit(FILE, command, args);
  if (!result.ok) return `refused: ${result.code}`;
  expect(result.file.startsWith('# the travel team')).toBe(true);
  expect(result.file.endsWith('---\nkind: Config # untouched\n')).toBe(true);
  expect(result.file).toContain('# no coupon');
  return JSON.stringify(variantOf(result.file).patch);
}

describe('an edit as a variant', () => {
  it('is written as the patch that says it', () => {
    const path: string[] = [];
    const cases: [string, string][] = [
      [
        patched(setValue, { path: ['nodes', 'points', 'retry', 'attempts'], value: 5 }),
        '{"remove":["coupon"],"set":{"nodes":{"points":{"retry":{"attempts":5}}}}}',
      ],
      [
        patched(unset, { path: ['nodes', 'points', 'retry'] }),
        '{"remove":["coupon"],"set":{"nodes":{"points":{"retry":null}}}}',
      ],
      [patched(setValue, { path: ['timeout'], value: '5s' }), '{"remove":["coupon"],"set":{"timeout":"5s"}}'],
      [patched(removeNode, { path, ids: ['extra'] }), '{"remove":["coupon","extra"]}'],
      [
        patched(insertOnEdge, { path, id: 'check', body: { use: 'log' }, from: 'load', to: 'guard' }),
        '{"remove":["coupon"],"add":{"check":{"after":["load"],"before":["guard"],"use":"log"}}}',
      ],
      [
        patched(appendAfter, { path, id: 'check', body: { use: 'log' }, anchor: 'end' }),
        '{"remove":["coupon"],"add":{"check":{"after":["end"],"use":"log"}}}',
      ],
      [
        patched(connect, { path, from: 'extra', to: 'end' }),
        '{"remove":["coupon"],"set":{"nodes":{"end":{"needs":["gold","plain","extra"]}}}}',
      ],
      [
        patched(disconnect, { path, from: 'plain', to: 'end' }),
        '{"remove":["coupon"],"set":{"nodes":{"end":{"needs":["gold"]}}}}',
      ],
      [patched(disconnect, { path, from: 'load', to: 'guard' }), 'refused: variant-order'],
      [patched(setValue, { path: ['metadata', 'title'], value: 'x' }), 'refused: variant-fixed'],
    ];
    for (const [got, expected] of cases) expect(got).toBe(expected);
  });

  it('replaces a node whose kind changes', () => {
    const keys = { in: 'input.items', as: 'item' };
    const said = patched(wrap, { path: [], id: 'points', kind: 'foreach' as const, keys, branch: 'first' });
    expect(said).toContain('"replace":{"points":{"foreach":');
  });

  it('refuses to take away what is still read, and lists who reads it', () => {
    const flow = { ...FLOW, output: { a: '${nodes.stock.n}', b: '${orDefault(nodes.points.n, 0)}' } };
    const text = FILE;
    const after = (id: string) => {
      const { [id]: _gone, ...nodes } = nodesOf(
        effectiveOf(flow, [{ name: 'v', patch: { remove: ['coupon'] } }]).value,
      );
      return { ...flow, nodes };
    };
    const work = (id: string) =>
      editVariant(text, parseTree(text), {
        document: 0,
        below: flow,
        after: after(id),
        name: { zh: '', en: '' },
        selection: [],
      });
    expect(work('stock')).toMatchObject({
      ok: false,
      code: 'still-referenced',
      params: { places: 'output → nodes.stock' },
    });
    expect(work('points').ok).toBe(true);
  });

  it('takes its own nodes back without a trace', () => {
    const added = edit(FILE, appendAfter, { path: [], id: 'check', body: { use: 'log' }, anchor: 'end' });
    if (!added.ok) throw new Error(added.code);
    const back = edit(added.file, removeNode, { path: [], ids: ['check'] });
    expect(back.ok && back.file).toBe(FILE);
  });
});

describe('merge patches', () => {
  it('lead from one value to the other', () => {
    const values = ['{a: 1}', '{a: {b: 1, c: [1]}}', '{a: {b: 2}, d: x}', '{}', '{a: [1, 2]}'].map(read);
    for (const before of values)
      for (const after of values)
        expect(mergePatch(before, patchBetween(before, after) ?? {})).toEqual(after);
  });
});

/** Which nodes come before which, without lists that only repeat what follows anyway. */
function orderOf(flow: JsonObject): string[] {
  const edges = graphOf(flow).edges.filter((edge) => edge.sources.some((source) => source !== 'data'));
  return [...ancestors(edges)].flatMap(([id, before]) => [...before].map((one) => `${one}>${id}`)).sort();
}

function bare(flow: JsonObject): Json {
  return Object.fromEntries(
    Object.entries(nodesOf(flow)).map(([id, { needs: _needs, ...node }]) => [id, node]),
  );
}

function step(random: Random, file: string, n: number) {
  const { flow } = variantOf(file);
  const ids = Object.keys(nodesOf(flow));
  const id = random.pick(ids) ?? 'load';
  const other = random.pick(ids) ?? 'end';
  const edge = random.pick(graphOf(flow).edges.filter((one) => !one.implied));
  const body = { use: random.pick(['map', 'log']) ?? 'map' };
  const path: string[] = [];
  switch (random.below(8)) {
    case 0:
      return edit(file, setValue, {
        path: ['nodes', id, random.pick(['timeout', 'title']) ?? 'title'],
        value: `${n}s`,
      });
    case 1:
      return edit(file, setValue, { path: ['nodes', id, 'retry', 'attempts'], value: n });
    case 2:
      return edit(file, unset, {
        path: ['nodes', id, random.pick(['timeout', 'retry', 'title']) ?? 'title'],
      });
    case 3:
      return edit(file, addNode, { path, id: `n${n}`, body });
    case 4:
      return edit(file, appendAfter, { path, id: `n${n}`, body, anchor: id });
    case 5:
      if (edge === undefined) return undefined;
      return edit(file, insertOnEdge, { path, id: `n${n}`, body, from: edge.from, to: edge.to });
    case 6:
      return edit(file, connect, { path, from: id, to: other });
    default:
      return edge === undefined ? undefined : edit(file, disconnect, { path, from: edge.from, to: edge.to });
  }
}

it('random edits as a variant give the flow that was asked for', () => {
  let written = 0;
  for (let seed = 1; seed <= 40; seed += 1) {
    const random = new Random(seed);
    let file = FILE;
    for (let n = 1; n <= 12; n += 1) {
      const result = step(random, file, n);
      if (result === undefined || !result.ok) continue;
      const now = variantOf(result.file);
      const where = `seed ${seed}, step ${n}:\n${file}\n→\n${result.file}`;
      expect(parseTree(result.file).faults, where).toStrictEqual([]);
      expect(bare(now.flow), where).toEqual(bare(result.wanted));
      const wanted = new Set(orderOf(result.wanted));
      const got = new Set(orderOf(now.flow));
      const missing = [...wanted].filter((one) => !got.has(one));
      expect(missing, where).toStrictEqual([]);
      expect(result.file.endsWith('---\nkind: Config # untouched\n'), where).toBe(true);
      expect(result.file, where).toContain('# no coupon');
      file = result.file;
      written += 1;
    }
  }
  expect(written).toBeGreaterThan(200);
}, 60_000);

it('a new variant loads as a variant of its flow', () => {
  const { name, text } = variantText('cancel-order', { bizId: 'travel', scenario: 'hotel' });
  expect(name).toBe('cancel-order-travel-hotel');
  expect(read(text)).toMatchObject({
    of: 'cancel-order',
    for: { bizId: 'travel', scenario: 'hotel' },
    patch: {},
  });
  expect(draftOf(text, parseTree(text), 0)).toBeDefined();
});
