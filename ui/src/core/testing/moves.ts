/** One random command with its expected model. */
import { addNode, appendAfter, insertOnEdge } from '../commands/add';
import { duplicate } from '../commands/clipboard';
import { connect, disconnect, reconnect } from '../commands/connect';
import { moveInOrder } from '../commands/order';
import { removeNode } from '../commands/remove';
import { renameNode } from '../commands/rename';
import type { Outcome, Scope } from '../commands/run';
import { addItem, moveItem, removeItem, setValue, unset } from '../commands/value';
import { wrap } from '../commands/wrap';
import { type Json, type JsonObject, type Path, isList, isObject } from '../json';
import type { Tree } from '../tree';
import * as copies from './copies';
import * as expect from './expect';
import type { Random } from './random';
import { type Edge, at, edgesOf, no, object, put } from './twin';

export interface Trial {
  readonly label: string;
  readonly run: (text: string, tree: Tree) => Outcome;
  /** Throws `No` where the command must refuse. */
  readonly expected: () => Json[];
  /** Comments under these places may go with what is removed. */
  readonly drops: boolean;
}

interface Stage {
  readonly models: readonly Json[];
  readonly document: number;
  readonly random: Random;
}

const VALUES: readonly Json[] = [
  1,
  true,
  null,
  'plain',
  'two words',
  '1.0',
  '007',
  'null',
  '~',
  'yes',
  '2026-01-04',
  '30s',
  'a: b',
  'a #b',
  '#x',
  "it's",
  'say "hi"',
  '${input.id}',
  '${nodes.load.x} of ${input.y}',
  '中文 值',
  '- dash',
  '[x]',
  '',
  ' padded ',
  'line one\nline two\n',
  'line one\n\n  indented\nend',
  'tab\there',
  [],
  {},
  ['a', 'b'],
  { a: 1, b: 'x: y' },
  { deep: { list: [1, { k: 'v' }, ['n', 'm']], text: 'one\ntwo' }, empty: {} },
  -3.5,
];
const BODIES: readonly JsonObject[] = [
  { use: 'map', with: { a: '${input.x}' } },
  { use: 'log' },
  { fail: { code: 'STOP', status: 409 } },
  { extension: 'points-return', with: {}, retry: { attempts: 3 } },
];

function paths(value: Json, prefix: Path = []): Path[] {
  const inner: [string | number, Json][] = isList(value)
    ? value.map((one, i) => [i, one])
    : isObject(value)
      ? Object.entries(value)
      : [];
  return inner.flatMap(([step, one]) => [[...prefix, step], ...paths(one, [...prefix, step])]);
}

function scopes(model: Json): Path[] {
  return [[], ...paths(model).filter((path) => path.at(-1) === 'do')].filter((path) =>
    isObject(at(model, [...path, 'nodes'])),
  );
}

/** Applies a change to one scope of one document. */
function within(stage: Stage, path: Path, change: (scope: Json) => Json): Json[] {
  const own = stage.models[stage.document] ?? null;
  const next = put(own, path, change(at(own, path) ?? null));
  return stage.models.map((model, i) => (i === stage.document ? next : model));
}

export function randomTrial(models: readonly Json[], random: Random): Trial | undefined {
  const document = random.below(models.length);
  const stage: Stage = { models, document, random };
  const model = models[document] ?? null;
  const scope = random.pick(scopes(model));
  if (scope === undefined || random.chance(0.3)) return valueTrial(stage, model);
  const nodes = object(at(model, [...scope, 'nodes']));
  return nodeTrial(stage, scope, at(model, scope) ?? null, Object.keys(nodes));
}

function valueTrial(stage: Stage, model: Json): Trial | undefined {
  const { random, document } = stage;
  const all = paths(model).filter((path) => path.at(-1) !== 'metadata' && !path.includes('kind'));
  const path = random.pick(all);
  if (path === undefined) return undefined;
  const old = at(model, path) ?? null;
  const value = random.pick(VALUES) ?? null;
  const base = { document, path };
  const made = (label: string, run: Trial['run'], next: () => Json, drops = true): Trial => ({
    label: `${label} ${path.join('.')} ${JSON.stringify(value)}`,
    run,
    expected: () => stage.models.map((one, i) => (i === document ? next() : one)),
    drops,
  });
  const roll = random.below(6);
  if (roll === 0)
    return made(
      'unset',
      (t, tree) => unset(t, tree, base),
      () => put(model, path, undefined),
    );
  if (roll === 1 && isObject(old)) {
    const deep = [...path, 'fresh_key', 'inner'];
    return made(
      'set new',
      (t, tree) => setValue(t, tree, { ...base, path: deep, value }),
      () => put(model, deep, value),
      false,
    );
  }
  if (isList(old) && roll < 5) return listTrial(stage, model, path, old, made);
  return made(
    'set',
    (t, tree) => setValue(t, tree, { ...base, value }),
    () => put(model, path, value),
  );
}

type Make = (label: string, run: Trial['run'], next: () => Json, drops?: boolean) => Trial;

function listTrial(stage: Stage, model: Json, path: Path, old: readonly Json[], made: Make): Trial {
  const { random, document } = stage;
  const index = random.below(old.length + 1);
  const value = random.pick(VALUES) ?? null;
  const roll = random.below(3);
  if (roll === 0 || old.length === 0)
    return made(
      `add item ${index} ${JSON.stringify(value)}`,
      (t, tree) => addItem(t, tree, { document, path, index, value }),
      () => put(model, path, old.toSpliced(index, 0, value)),
      false,
    );
  const own = Math.min(index, old.length - 1);
  if (roll === 1)
    return made(
      `remove item ${own}`,
      (t, tree) => removeItem(t, tree, { document, path, index: own }),
      () => put(model, path, old.toSpliced(own, 1)),
    );
  const to = random.below(old.length + 1);
  return made(
    `move item ${own} to ${to}`,
    (t, tree) => moveItem(t, tree, { document, path, index: own, to }),
    () => {
      const rest = old.toSpliced(own, 1);
      return put(model, path, rest.toSpliced(to > own ? to - 1 : to, 0, old[own] ?? null));
    },
    isList(old) && old.some((one) => one !== null && typeof one === 'object'),
  );
}

function nodeTrial(stage: Stage, path: Path, scope: Json, ids: readonly string[]): Trial | undefined {
  const { random, document } = stage;
  const at0: Scope = { document, path };
  const a = random.pick(ids);
  const b = random.pick(ids);
  const id = random.chance(0.05) ? (a ?? 'x') : `new_${random.below(50)}`;
  const body = random.pick(BODIES) ?? { use: 'map' };
  const trial = (label: string, run: Trial['run'], change: (scope: Json) => Json, drops = false): Trial => ({
    label: `${label} in /${path.join('.')}`,
    run,
    expected: () => within(stage, path, change),
    drops,
  });
  if (a === undefined || b === undefined)
    return trial(
      `add ${id}`,
      (t, tree) => addNode(t, tree, { ...at0, id, body }),
      (s) => expect.addNode(s, id, body),
    );
  const edges = edgesOf(scope);
  const edge = random.pick(edges) ?? { from: a, to: b };
  switch (random.below(11)) {
    case 0:
      return trial(
        `add ${id} after ${a}`,
        (t, tree) => addNode(t, tree, { ...at0, id, body, after: a }),
        (s) => expect.addNode(s, id, body, a),
      );
    case 1:
      return trial(
        `append ${id} after ${a}`,
        (t, tree) => appendAfter(t, tree, { ...at0, id, body, anchor: a }),
        (s) => expect.appendAfter(s, id, body, a),
      );
    case 2:
      return trial(
        `insert ${id} on ${edge.from}>${edge.to}`,
        (t, tree) => insertOnEdge(t, tree, { ...at0, id, body, from: edge.from, to: edge.to }),
        (s) => expect.insertOnEdge(s, id, body, edge.from, edge.to),
      );
    case 3: {
      const gone = random.chance(0.7) ? [a] : [...new Set([a, b])];
      return trial(
        `remove ${gone.join()}`,
        (t, tree) => removeNode(t, tree, { ...at0, ids: gone }),
        (s) => expect.removeNode(s, gone),
        true,
      );
    }
    case 4:
      return connectTrial(at0, scope, a, b, random, trial);
    case 5:
      return trial(
        `disconnect ${edge.from}>${edge.to}`,
        (t, tree) => disconnect(t, tree, { ...at0, from: edge.from, to: edge.to }),
        (s) => expect.disconnect(s, edge.from, edge.to),
        true,
      );
    case 6:
      return reconnectTrial(at0, edge, a, random, trial);
    default:
      return moreTrials(at0, a, b, id, random, trial);
  }
}

type MakeNode = (label: string, run: Trial['run'], change: (scope: Json) => Json, drops?: boolean) => Trial;

function connectTrial(at0: Scope, scope: Json, a: string, b: string, random: Random, trial: MakeNode): Trial {
  const cases = at(scope, ['nodes', a, 'switch']);
  const branch = isList(cases) && random.chance(0.7) ? random.below(cases.length + 1) : undefined;
  const end = { from: a, to: b, ...(branch === undefined ? {} : { branch }) };
  return trial(
    `connect ${a}>${b} ${branch ?? ''}`,
    (t, tree) => connect(t, tree, { ...at0, ...end }),
    (s) => expect.connect(s, a, b, branch),
  );
}

function reconnectTrial(
  at0: Scope,
  edge: Pick<Edge, 'from' | 'to'>,
  a: string,
  random: Random,
  trial: MakeNode,
): Trial {
  const old = { from: edge.from, to: edge.to };
  const next = random.chance(0.5) ? { from: a, to: old.to } : { from: old.from, to: a };
  return trial(
    `reconnect ${JSON.stringify([old, next])}`,
    (t, tree) => reconnect(t, tree, { ...at0, old, next }),
    (s) => expect.reconnect(s, old, next),
    true,
  );
}

function moreTrials(at0: Scope, a: string, b: string, id: string, random: Random, trial: MakeNode): Trial {
  const roll = random.below(4);
  if (roll === 0) {
    const index = random.below(6);
    const parallel = random.chance(0.4);
    return trial(
      `move ${a} to ${index} ${parallel}`,
      (t, tree) => moveInOrder(t, tree, { ...at0, id: a, index, parallel }),
      (s) => {
        const order = at(s, ['order']);
        if (!isList(order)) return no('no-order');
        return expect.moveInOrder(s, a, Math.min(index, parallel ? index : order.length), parallel);
      },
    );
  }
  if (roll === 1) return renameTrial(at0, a, id, trial);
  if (roll === 2) {
    const ids = [...new Set([a, b])];
    return trial(
      `duplicate ${ids.join()}`,
      (t, tree) => duplicate(t, tree, { ...at0, ids }),
      (s) => copies.duplicate(s, ids),
    );
  }
  const kind = random.pick(['foreach', 'loop', 'race'] as const) ?? 'foreach';
  const keys: JsonObject =
    kind === 'foreach'
      ? { in: 'input.items', as: 'one' }
      : kind === 'loop'
        ? { until: 'last.ok', max: 3 }
        : {};
  const branch = kind === 'race' ? 'first' : 'do';
  return trial(
    `wrap ${a} in ${kind}`,
    (t, tree) => wrap(t, tree, { ...at0, id: a, kind, keys, branch }),
    (s) => copies.wrap(s, a, kind, keys, branch),
    true,
  );
}

function renameTrial(at0: Scope, a: string, id: string, trial: MakeNode): Trial {
  const made = trial(
    `rename ${a} to ${id}`,
    (t, tree) => renameNode(t, tree, { ...at0, id: a, next: id }),
    (s) => (a === id ? s : expect.renameNode(s, a, id)),
  );
  const outer = at0.path.flatMap((step, i) => (at0.path[i - 1] === 'nodes' ? [String(step)] : []));
  const prefix = outer.length === 0 ? '' : `${outer.join('.')}.`;
  const expected = (): Json[] => {
    const models = made.expected();
    const name = at(models[at0.document] ?? null, ['metadata', 'name']);
    return models.map((model, i) => {
      const tests = i === at0.document && prefix !== '' ? at(model, ['tests']) : undefined;
      if (isList(tests)) return put(model, ['tests'], expect.renameTests(tests, a, id, prefix));
      const isOurs =
        prefix === '' && a !== id && at(model, ['kind']) === 'Variant' && at(model, ['of']) === name;
      return isOurs ? expect.renameInVariant(model, a, id) : model;
    });
  };
  return { ...made, expected };
}
