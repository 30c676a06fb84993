/**
 * Every place of a flow that names one of its nodes: expressions, `needs`, `order`, switch targets, error matches and
 * test cases. Inner bodies see the outer names unless they define the same id.
 */
import { type Read, scan, segments } from './cel';
import { type Path, type Step, samePath } from './json';
import { BARE_KEYS, DATA_KEYS, READ_ROOTS } from './language';
import { type Draft, isCollection } from './place';
import { offsets } from './scalar';
import { type Member, type ScalarNode, type TreeNode, member, nodeAt } from './tree';

export type Role = 'nodes' | 'status' | 'errors' | 'needs' | 'order' | 'to' | 'match' | 'key' | 'case';

export interface Site {
  readonly role: Role;
  readonly id: string;
  /** Node of the scope that holds the place; undefined for output, errors and tests. */
  readonly owner: string | undefined;
  /** Text that names the node, the id alone. */
  readonly from: number;
  readonly to: number;
  /** The root word of an expression (`nodes`), for rewriting the whole path. */
  readonly rootFrom: number;
  /** The scalar the id fills alone, if it does. */
  readonly whole: ScalarNode | undefined;
}

/** A read of another root, such as `input.x`. */
export interface RootRead {
  readonly root: string;
  readonly name: string | undefined;
  readonly owner: string | undefined;
  readonly rootFrom: number;
  readonly to: number;
}

export interface Names {
  readonly sites: Site[];
  readonly reads: RootRead[];
}

interface Cursor {
  readonly draft: Draft;
  readonly found: Names;
  readonly ids: ReadonlySet<string>;
  readonly owner: string | undefined;
  readonly data: boolean;
}

/** Everything named within the scope whose `nodes` stand at `path`. */
export function namesIn(draft: Draft, path: Path): Names {
  const found: Names = { sites: [], reads: [] };
  const root = nodeAt(draft.document.root, path);
  const ids = idsOf(root);
  walkScope({ draft, found, ids, owner: undefined, data: false }, root, true);
  if (path.length === 0) walkTests(draft, found, ids, member(root, 'tests')?.value, []);
  else walkTests(draft, found, ids, member(draft.document.root, 'tests')?.value, addressOf(path));
  return found;
}

/** Ids a test uses before the inner one: `nodes.a.foreach.do` is addressed as `a`. */
export function addressOf(path: Path): string[] {
  const parts: string[] = [];
  for (const [i, step] of path.entries()) {
    const before: Step | undefined = path[i - 1];
    if (before === 'nodes' || before === 'race') parts.push(String(step));
  }
  return parts;
}

export function idsOf(scope: TreeNode | undefined): ReadonlySet<string> {
  const nodes = member(scope, 'nodes')?.value;
  return new Set(isCollection(nodes) ? nodes.members.map((entry) => String(entry.key)) : []);
}

/** A document or a body `{order, nodes, output}`. `own` is true for the scope asked for. */
function walkScope(cursor: Cursor, scope: TreeNode | undefined, own: boolean): void {
  if (!isCollection(scope)) return;
  for (const entry of scope.members) {
    if (entry.key === 'nodes' || entry.key === 'finally') walkNodes(cursor, entry.value, own);
    else if (entry.key === 'order') {
      if (own) walkIds(cursor, entry.value, 'order', undefined);
    } else if (entry.key === 'tests') continue;
    else if (entry.key === 'errors' && own) walkErrors(cursor, entry.value);
    else walkValue({ ...cursor, data: DATA_KEYS.has(String(entry.key)) }, entry);
  }
}

function walkNodes(cursor: Cursor, nodes: TreeNode, own: boolean): void {
  if (!isCollection(nodes)) return;
  for (const entry of nodes.members) {
    const owner = own ? String(entry.key) : cursor.owner;
    walkNode({ ...cursor, owner }, entry.value, own);
  }
}

function walkNode(cursor: Cursor, node: TreeNode, own: boolean): void {
  if (!isCollection(node)) return;
  for (const entry of node.members) {
    if (entry.key === 'needs') {
      if (own) walkIds(cursor, entry.value, 'needs', cursor.owner);
    } else if (entry.key === 'switch' && isCollection(entry.value))
      walkSwitch(cursor, entry.value.members, own);
    else if (entry.key === 'race' && isCollection(entry.value)) {
      for (const branch of entry.value.members) walkNode(cursor, branch.value, false);
    } else if ((entry.key === 'foreach' || entry.key === 'loop') && isCollection(entry.value))
      walkRepeat(cursor, entry.value.members);
    else walkValue({ ...cursor, data: DATA_KEYS.has(String(entry.key)) }, entry);
  }
}

function walkSwitch(cursor: Cursor, cases: readonly Member[], own: boolean): void {
  for (const one of cases) {
    if (!isCollection(one.value)) continue;
    for (const entry of one.value.members) {
      if (entry.key === 'to') {
        if (own) walkIds(cursor, entry.value, 'to', cursor.owner);
      } else walkValue(cursor, entry);
    }
  }
}

function walkRepeat(cursor: Cursor, members: readonly Member[]): void {
  for (const entry of members) {
    if (entry.key !== 'do') walkValue(cursor, entry);
    else if (member(entry.value, 'nodes') === undefined) walkNode(cursor, entry.value, false);
    else {
      const inner = idsOf(entry.value);
      const ids = new Set([...cursor.ids].filter((id) => !inner.has(id)));
      walkScope({ ...cursor, ids }, entry.value, false);
    }
  }
}

function walkErrors(cursor: Cursor, rules: TreeNode): void {
  if (!isCollection(rules)) return;
  for (const rule of rules.members) {
    const match = member(rule.value, 'match')?.value;
    walkIds(cursor, member(match, 'node')?.value, 'match', undefined);
    walkValue(cursor, { ...rule, key: '' });
  }
}

/** Templates anywhere, bare CEL where the language has it. */
function walkValue(cursor: Cursor, entry: Member): void {
  const { value } = entry;
  if (value.kind === 'scalar') {
    walkText(cursor, value, !cursor.data && BARE_KEYS.has(String(entry.key)));
    return;
  }
  if (!isCollection(value)) return;
  for (const inner of value.members) {
    const data = cursor.data || DATA_KEYS.has(String(inner.key));
    walkValue({ ...cursor, data }, inner);
  }
}

function walkText(cursor: Cursor, node: ScalarNode, bare: boolean): void {
  if (typeof node.value !== 'string') return;
  const parts = segments(node.value);
  const spans = parts.length > 0 ? parts : bare ? [{ from: 0, to: node.value.length }] : [];
  if (spans.length === 0) return;
  const map = offsets(cursor.draft.text, node);
  const reads = spans.flatMap((span) => scan(String(node.value), span.from, span.to));
  const placed = map === undefined ? rawReads(cursor.draft.text, node, reads) : reads;
  const place = (at: number): number => (map === undefined ? at : (map[at] ?? -1));
  for (const [i, read] of reads.entries()) {
    const spot = placed?.[i];
    const rootFrom = spot === undefined ? -1 : place(spot.rootFrom);
    const from = spot === undefined ? -1 : place(spot.from);
    const to = spot === undefined ? -1 : place(spot.to - 1) + 1;
    if (!READ_ROOTS.has(read.root))
      cursor.found.reads.push({ root: read.root, name: read.name, owner: cursor.owner, rootFrom, to });
    else if (read.name !== undefined && cursor.ids.has(read.name))
      cursor.found.sites.push({
        role: read.root === 'nodes' ? 'nodes' : read.root === 'status' ? 'status' : 'errors',
        id: read.name,
        owner: cursor.owner,
        from,
        to,
        rootFrom,
        whole: undefined,
      });
  }
}

/** Reads of a folded text are looked for in its lines as they stand; undefined when they differ from the value's. */
function rawReads(text: string, node: ScalarNode, reads: readonly Read[]): Read[] | undefined {
  const raw = text.slice(0, node.end);
  const parts = segments(text.slice(node.start, node.end));
  const found = parts.flatMap((part) => scan(raw, node.start + part.from, node.start + part.to));
  const same = found.length === reads.length && found.every((one, i) => one.name === reads[i]?.name);
  return same ? found : undefined;
}

function walkIds(cursor: Cursor, node: TreeNode | undefined, role: Role, owner: string | undefined): void {
  if (isCollection(node)) for (const entry of node.members) walkIds(cursor, entry.value, role, owner);
  if (node?.kind !== 'scalar' || typeof node.value !== 'string' || !cursor.ids.has(node.value)) return;
  const { start, end } = node;
  cursor.found.sites.push({
    role,
    id: node.value,
    owner,
    from: start,
    to: end,
    rootFrom: start,
    whole: node,
  });
}

/** `mocks` and `attempts` by key; `ran`, `skipped`, `compensated` by item; inner nodes as `outer.inner`. */
function walkTests(
  draft: Draft,
  found: Names,
  ids: ReadonlySet<string>,
  tests: TreeNode | undefined,
  address: readonly string[],
): void {
  if (!isCollection(tests)) return;
  for (const { value: one } of tests.members) {
    const expect = member(one, 'expect')?.value;
    for (const holder of [member(one, 'mocks')?.value, member(expect, 'attempts')?.value]) {
      if (!isCollection(holder)) continue;
      for (const entry of holder.members)
        addCase(draft, found, ids, address, String(entry.key), entry.start, entry.keyEnd, 'key');
    }
    for (const key of ['ran', 'skipped', 'compensated']) {
      const list = member(expect, key)?.value;
      if (!isCollection(list)) continue;
      for (const { value } of list.members)
        if (value.kind === 'scalar' && typeof value.value === 'string')
          addCase(draft, found, ids, address, value.value, value.start, value.end, 'case');
    }
  }
}

function addCase(
  draft: Draft,
  found: Names,
  ids: ReadonlySet<string>,
  address: readonly string[],
  name: string,
  start: number,
  end: number,
  role: Role,
): void {
  const parts = name.split('.');
  const id = parts[address.length];
  if (id === undefined || !ids.has(id) || !samePath(parts.slice(0, address.length), address)) return;
  const before = address.length === 0 ? 0 : address.join('.').length + 1;
  const from = draft.text.slice(start, end).indexOf(name) + start + before;
  if (from < start + before) return;
  const to = from + id.length;
  found.sites.push({ role, id, owner: undefined, from, to, rootFrom: from, whole: undefined });
}

/** Names inside one node of a variant's patch. */
export function addPatchNames(draft: Draft, found: Names, ids: ReadonlySet<string>, node: TreeNode): void {
  walkNode({ draft, found, ids, owner: undefined, data: false }, node, true);
}
