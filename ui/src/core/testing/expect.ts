/** The expected model of the graph commands, on plain objects. */
import { type Json, isList, isObject } from '../json';
import {
  type Edge,
  at,
  checkIds,
  clone,
  dropLeaves,
  edgesOf,
  insertKey,
  list,
  names,
  no,
  object,
  orderedIds,
  put,
  reaches,
  withNeeds,
} from './twin';

export function addNode(scope: Json, id: string, body: Json, after?: string): Json {
  const nodes = object(at(scope, ['nodes']));
  if (Object.hasOwn(nodes, id)) no('taken-id');
  return put(scope, ['nodes'], insertKey(nodes, id, body, after));
}

export function appendAfter(scope: Json, id: string, body: Json, anchor: string): Json {
  const order = at(scope, ['order']);
  const ends = isList(order) && order.at(-1) === anchor;
  const added = addNode(scope, id, ends ? body : withNeeds(body, [anchor]), anchor);
  return ends ? put(added, ['order'], [...order, id]) : added;
}

function sourcesOf(scope: Json, from: string, to: string): Set<Edge['source']> {
  return new Set(
    edgesOf(scope)
      .filter((edge) => edge.from === from && edge.to === to)
      .map((edge) => edge.source),
  );
}

function needsOf(scope: Json, id: string): string[] {
  return names(at(scope, ['nodes', id, 'needs']));
}

function setNeeds(scope: Json, id: string, needs: readonly string[]): Json {
  return put(scope, ['nodes', id], withNeeds(at(scope, ['nodes', id]) ?? null, needs));
}

function mapTargets(scope: Json, id: string, change: (target: string) => string | undefined): Json {
  const cases = list(at(scope, ['nodes', id, 'switch']));
  if (cases.length === 0) return scope;
  const next = cases.flatMap((one) => {
    const before = names(at(one, ['to']));
    const to = at(one, ['to']);
    const after = [...new Set(before.flatMap((target) => change(target) ?? []))];
    if (JSON.stringify(after) === JSON.stringify(before)) return [one];
    checkIds(to);
    if (after.length === 0) return [];
    return [put(one, ['to'], isList(to) ? after : (after[0] ?? null))];
  });
  return put(scope, ['nodes', id, 'switch'], next);
}

function neighbours(scope: Json, from: string, to: string): boolean {
  const order = list(at(scope, ['order']));
  const place = order.indexOf(from);
  return place >= 0 && order[place + 1] === to;
}

export function insertOnEdge(scope: Json, id: string, body: Json, from: string, to: string): Json {
  if (Object.hasOwn(object(at(scope, ['nodes'])), id)) no('taken-id');
  const sources = sourcesOf(scope, from, to);
  if (sources.size === 0) no('no-edge');
  const inline = sources.has('order') && neighbours(scope, from, to);
  let next = addNode(scope, id, inline || sources.has('switch') ? body : withNeeds(body, [from]), from);
  if (inline) {
    const order = list(at(next, ['order']));
    next = put(next, ['order'], order.toSpliced(order.indexOf(from) + 1, 0, id));
  }
  if (sources.has('switch')) next = mapTargets(next, from, (target) => (target === to ? id : target));
  const needs = needsOf(next, to).map((one) => (one === from ? id : one));
  if (!inline || sources.has('needs')) next = setNeeds(next, to, inline ? needs : [...needs, id]);
  return next;
}

export function removeNode(scope: Json, ids: readonly string[]): Json {
  const gone = new Set(ids);
  const real = edgesOf(scope).filter((edge) => edge.source !== 'data');
  const into = new Set(
    real.filter((edge) => gone.has(edge.to) && !gone.has(edge.from)).map((edge) => edge.from),
  );
  const out = new Set(
    real.filter((edge) => gone.has(edge.from) && !gone.has(edge.to)).map((edge) => edge.to),
  );
  const [from] = into;
  const [to] = out;
  const bySwitch = real.some((edge) => edge.from === from && gone.has(edge.to) && edge.source === 'switch');
  const rest = Object.fromEntries(
    Object.entries(object(at(scope, ['nodes']))).filter(([id]) => !gone.has(id)),
  );
  let next = put(scope, ['nodes'], rest);
  const order = at(scope, ['order']);
  if (isList(order)) next = put(next, ['order'], dropLeaves(order, gone));
  let heals = into.size === 1 && out.size === 1 && from !== undefined && to !== undefined;
  if (heals && edgesOf(next).some((edge) => edge.from === from && edge.to === to && edge.source !== 'data'))
    heals = false;
  for (const id of Object.keys(rest)) {
    const healTarget = heals && bySwitch && id === from ? to : undefined;
    next = mapTargets(next, id, (target) => (gone.has(target) ? healTarget : target));
    const needs = needsOf(next, id);
    const isHealed = heals && !bySwitch && id === to && from !== undefined;
    const first = needs.findIndex((one) => gone.has(one));
    const kept = needs.flatMap((one, i) => (gone.has(one) ? (isHealed && i === first ? [from] : []) : [one]));
    next = setNeeds(next, id, isHealed && first < 0 ? [...kept, from] : kept);
  }
  return next;
}

export function connect(scope: Json, from: string, to: string, branch?: number): Json {
  const edges = edgesOf(scope);
  const sources = sourcesOf(scope, from, to);
  if ([...sources].some((source) => source !== 'data')) no('edge-exists');
  if (from === to || reaches(edges, to, from)) no('cycle');
  if (branch !== undefined) {
    const path = ['nodes', from, 'switch', branch];
    if (at(scope, path) === undefined) no('no-case');
    const stated = at(scope, [...path, 'to']);
    return put(scope, [...path, 'to'], stated === undefined ? to : [...names(stated), to]);
  }
  const order = at(scope, ['order']);
  const free =
    !orderedIds(order).includes(to) && !edges.some((edge) => edge.to === to && edge.source !== 'data');
  if (isList(order) && order.at(-1) === from && free && needsOf(scope, to).length === 0)
    return put(scope, ['order'], [...order, to]);
  return setNeeds(scope, to, [...needsOf(scope, to), from]);
}

export function disconnect(scope: Json, from: string, to: string): Json {
  const sources = sourcesOf(scope, from, to);
  if (sources.size === 0) no('no-edge');
  if (sources.size === 1 && sources.has('data')) no('data-edge');
  let next = scope;
  if (sources.has('order')) {
    if (!neighbours(scope, from, to)) no('order-edge');
    const order = list(at(scope, ['order']));
    next = put(next, ['order'], order.toSpliced(order.indexOf(from), 2, [from, to]));
  }
  if (sources.has('needs'))
    next = setNeeds(
      next,
      to,
      needsOf(next, to).filter((one) => one !== from),
    );
  if (sources.has('switch')) next = mapTargets(next, from, (target) => (target === to ? undefined : target));
  return next;
}

interface End {
  readonly from: string;
  readonly to: string;
}

export function reconnect(scope: Json, old: End, next: End): Json {
  const sources = sourcesOf(scope, old.from, old.to);
  if (sources.size === 0) no('no-edge');
  const others = edgesOf(scope).filter((edge) => edge.from !== old.from || edge.to !== old.to);
  if (others.some((edge) => edge.from === next.from && edge.to === next.to && edge.source !== 'data'))
    no('edge-exists');
  if (next.from === next.to || reaches(others, next.to, next.from)) no('cycle');
  sources.delete('data');
  if (sources.size === 1 && sources.has('needs') && old.to === next.to)
    return setNeeds(
      scope,
      old.to,
      needsOf(scope, old.to).map((one) => (one === old.from ? next.from : one)),
    );
  if (sources.size === 1 && sources.has('switch') && old.from === next.from)
    return mapTargets(scope, old.from, (target) => (target === old.to ? next.to : target));
  return connect(disconnect(scope, old.from, old.to), next.from, next.to);
}

export function moveInOrder(scope: Json, id: string, index: number, parallel: boolean): Json {
  const order = at(scope, ['order']);
  if (!isList(order)) return no('no-order');
  const own = order.findIndex((one) => one === id || orderedIds([one]).includes(id));
  if (parallel) {
    const target = order[index];
    if (target === undefined) no('no-order');
    if (own === index) return scope;
    const joined = isList(target) ? [...target, id] : [target ?? null, id];
    const marked = order.map((one, i) => (i === index ? ['\u0000', joined] : one));
    const rest = list(dropLeaves(marked, new Set([id])));
    return put(
      scope,
      ['order'],
      rest.map((one) => (isList(one) && one[0] === '\u0000' ? joined : one)),
    );
  }
  if (own >= 0 && order[own] === id && (index === own || index === own + 1)) return scope;
  const marked = order.toSpliced(index, 0, '\u0000');
  const rest = list(dropLeaves(marked, new Set([id])));
  return put(
    scope,
    ['order'],
    rest.map((one) => (one === '\u0000' ? id : one)),
  );
}

/** Renames reads in every text below a value; inner bodies that define the id keep it. */
export function renameReads(value: Json, id: string, next: string): Json {
  if (typeof value === 'string') {
    const pattern = new RegExp(`\\b(nodes|status|errors)(\\.|\\[")${id}(?![a-z0-9_])`, 'g');
    return value.replace(pattern, (_all, root, sign) => `${root}${sign}${next}`);
  }
  if (isList(value)) return value.map((one) => renameReads(one, id, next));
  if (value === null || typeof value !== 'object') return value;
  const hides = Object.hasOwn(object(at(value, ['nodes'])), id);
  if (hides) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, renameReads(one, id, next)]));
}

function renameKey(map: Json, id: string, next: string): Json {
  return Object.fromEntries(Object.entries(object(map)).map(([key, one]) => [key === id ? next : key, one]));
}

function renameLeaves(value: Json, id: string, next: string): Json {
  return isList(value) ? value.map((one) => renameLeaves(one, id, next)) : value === id ? next : value;
}

export function renameNode(scope: Json, id: string, next: string): Json {
  const nodes = object(at(scope, ['nodes']));
  if (Object.hasOwn(nodes, next)) no('taken-id');
  const { nodes: _nodes, tests, ...rest } = object(clone(scope));
  const renamed = renameKey(nodes, id, next);
  const inner = Object.entries(object(renamed)).map(([key, node]) => {
    let out = renameReads(node, id, next);
    const needs = at(out, ['needs']);
    if (needs !== undefined) out = put(out, ['needs'], renameLeaves(needs, id, next));
    const cases = at(out, ['switch']);
    if (isList(cases))
      out = put(
        out,
        ['switch'],
        cases.map((one) =>
          at(one, ['to']) === undefined
            ? one
            : put(one, ['to'], renameLeaves(at(one, ['to']) ?? null, id, next)),
        ),
      );
    return [key, out] as const;
  });
  const outer = object(renameReads(rest, id, next));
  if (outer['order'] !== undefined) outer['order'] = renameLeaves(outer['order'], id, next);
  if (isList(outer['errors']))
    outer['errors'] = outer['errors'].map((one) =>
      at(one, ['match', 'node']) === id ? put(one, ['match', 'node'], next) : one,
    );
  const result: { [key: string]: Json } = {};
  for (const key of Object.keys(object(scope))) {
    if (key === 'nodes') result[key] = Object.fromEntries(inner);
    else if (key === 'tests') result[key] = renameTests(tests ?? null, id, next);
    else result[key] = outer[key] ?? null;
  }
  return result;
}

/** Tests name an inner node by the ids around it: `prefix` is `outer.` or empty. */
export function renameTests(tests: Json, id: string, next: string, prefix = ''): Json {
  const swap = (name: Json): Json => {
    const text = String(name);
    const [head, ...tail] = text.slice(prefix.length).split('.');
    return text.startsWith(prefix) && head === id ? prefix + [next, ...tail].join('.') : name;
  };
  return list(tests).map((one) => {
    let out = one;
    for (const path of [['mocks'], ['expect', 'attempts']]) {
      const map = at(out, path);
      if (isObject(map))
        out = put(
          out,
          path,
          Object.fromEntries(Object.entries(object(map)).map(([key, value]) => [String(swap(key)), value])),
        );
    }
    for (const key of ['ran', 'skipped', 'compensated']) {
      const names = at(out, ['expect', key]);
      if (isList(names)) out = put(out, ['expect', key], names.map(swap));
    }
    return out;
  });
}

/** A variant of the flow names its nodes as keys, in lists and in expressions. */
export function renameInVariant(variant: Json, id: string, next: string): Json {
  let out = variant;
  for (const path of [
    ['patch', 'replace'],
    ['patch', 'add'],
    ['patch', 'set', 'nodes'],
  ]) {
    const map = at(out, path);
    if (map === undefined) continue;
    const renamed = Object.entries(object(renameKey(map, id, next))).map(([key, node]) => {
      let inner = renameReads(node, id, next);
      for (const edge of ['needs', 'after', 'before']) {
        const ids = at(inner, [edge]);
        if (ids !== undefined) inner = put(inner, [edge], renameLeaves(ids, id, next));
      }
      return [key, inner];
    });
    out = put(out, path, Object.fromEntries(renamed));
  }
  const gone = at(out, ['patch', 'remove']);
  return gone === undefined ? out : put(out, ['patch', 'remove'], renameLeaves(gone, id, next));
}
