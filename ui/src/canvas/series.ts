/**
 * Sizes and lines → places. Where all lines of a long flow meet in one node, what lies before and after it is placed
 * apart: the time grows with the length of the flow then, not with its square, and a change moves nothing beyond.
 */
import { Graph as Dagre, layout as arrange } from '@dagrejs/dagre';
import type { Point } from './route';

export interface Item {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}
export interface Tie {
  readonly from: string;
  readonly to: string;
  readonly weight: number;
}
/** Two that stand above each other, should their ranks be the same. */
export interface Above {
  readonly left: string;
  readonly right: string;
}
export interface Places {
  /** Middle of each item. */
  readonly at: ReadonlyMap<string, Point>;
  /** Ways of the ties, by `tieKey`. */
  readonly ways: ReadonlyMap<string, readonly Point[]>;
}

const GAP = { rank: 48, node: 24, line: 16 };
/** Fewer than this together take no time worth saving. */
const ENOUGH = 32;

export function tieKey(from: string, to: string): string {
  return JSON.stringify([from, to]);
}

export function placeItems(
  items: readonly Item[],
  ties: readonly Tie[],
  constraints: readonly Above[],
): Places {
  const at = new Map<string, Point>();
  const ways = new Map<string, readonly Point[]>();
  for (const part of partsOf(items, ties)) {
    const ids = new Set(part.map((item) => item.id));
    const isIn = (a: string, b: string) => ids.has(a) && ids.has(b);
    const own = ties.filter((tie) => isIn(tie.from, tie.to));
    const placed = placePart(
      part,
      own,
      constraints.filter(({ left, right }) => isIn(left, right)),
    );
    const [first] = part;
    const [here, there] = first === undefined ? [] : [at.get(first.id), placed.at.get(first.id)];
    const by =
      here === undefined || there === undefined ? ORIGIN : { x: here.x - there.x, y: here.y - there.y };
    for (const [id, point] of placed.at) at.set(id, moved(point, by));
    for (const [key, points] of placed.ways)
      ways.set(
        key,
        points.map((point) => moved(point, by)),
      );
  }
  return raised(items, { at, ways });
}

const ORIGIN: Point = { x: 0, y: 0 };

function moved({ x, y }: Point, by: Point): Point {
  return { x: x + by.x, y: y + by.y };
}

/** Nothing stands above or left of the corner. */
function raised(items: readonly Item[], { at, ways }: Places): Places {
  let [left, top] = [Infinity, Infinity];
  for (const { id, width, height } of items) {
    const { x, y } = at.get(id) ?? ORIGIN;
    left = Math.min(left, x - width / 2);
    top = Math.min(top, y - height / 2);
  }
  if (items.length === 0 || (left === 0 && top === 0)) return { at, ways };
  const by = { x: -left, y: -top };
  return {
    at: new Map([...at].map(([id, point]) => [id, moved(point, by)])),
    ways: new Map([...ways].map(([key, points]) => [key, points.map((point) => moved(point, by))])),
  };
}

function placePart(items: readonly Item[], ties: readonly Tie[], constraints: readonly Above[]): Places {
  const dagre = new Dagre({ multigraph: false, compound: false });
  dagre.setGraph({
    rankdir: 'LR',
    nodesep: GAP.node,
    ranksep: GAP.rank,
    edgesep: GAP.line,
    marginx: 0,
    marginy: 0,
  });
  dagre.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of items) dagre.setNode(id, { width, height });
  for (const { from, to, weight } of ties) dagre.setEdge(from, to, { weight });
  arrange(dagre, { constraints: [...constraints] });
  const at = items.map(({ id }): [string, Point] => {
    const { x = 0, y = 0 } = dagre.node(id);
    return [id, { x, y }];
  });
  const ways = ties.map(({ from, to }): [string, Point[]] => {
    const points: Point[] = dagre.edge(from, to)?.points ?? [];
    return [tieKey(from, to), points.map(({ x, y }) => ({ x, y }))];
  });
  return { at: new Map(at), ways: new Map(ways) };
}

/** Parts in a row; each begins with the last item of the one before, where all lines meet. */
function partsOf(items: readonly Item[], ties: readonly Tie[]): readonly (readonly Item[])[] {
  const order = items.length > ENOUGH ? inRanks(items, ties) : undefined;
  if (order === undefined) return [items];
  const place = new Map(order.map((item, i) => [item.id, i]));
  const reach = new Array<number>(order.length).fill(0);
  for (const { from, to } of ties) {
    const start = place.get(from) ?? 0;
    reach[start] = Math.max(reach[start] ?? 0, place.get(to) ?? 0);
  }
  const parts: Item[][] = [];
  let [start, furthest] = [0, 0];
  for (const [i, far] of reach.entries()) {
    const isMeeting = i > 0 && furthest === i;
    if (isMeeting && i - start >= ENOUGH) {
      parts.push(order.slice(start, i + 1));
      start = i;
    }
    furthest = Math.max(furthest, far);
  }
  return [...parts, order.slice(start)];
}

/**
 * Every item after all it follows, what follows nothing right before its first successor. Undefined where lines run
 * in a circle or not everything hangs together: then there is no before and after.
 */
function inRanks(items: readonly Item[], ties: readonly Tie[]): readonly Item[] | undefined {
  const after = new Map<string, string[]>(items.map((item) => [item.id, []]));
  const waits = new Map<string, number>(items.map((item) => [item.id, 0]));
  const joined = new Groups();
  for (const { from, to } of ties) {
    after.get(from)?.push(to);
    waits.set(to, (waits.get(to) ?? 0) + 1);
    joined.join(from, to);
  }
  if (new Set(items.map((item) => joined.of(item.id))).size > 1) return undefined;
  const starts = items.filter((item) => waits.get(item.id) === 0).map((item) => item.id);
  const rank = new Map<string, number>(starts.map((id) => [id, 0]));
  const ready = [...starts];
  for (const id of ready)
    for (const next of after.get(id) ?? []) {
      rank.set(next, Math.max(rank.get(next) ?? 0, (rank.get(id) ?? 0) + 1));
      const left = (waits.get(next) ?? 0) - 1;
      waits.set(next, left);
      if (left === 0) ready.push(next);
    }
  if (ready.length < items.length) return undefined;
  for (const id of starts) {
    const next = (after.get(id) ?? []).map((one) => rank.get(one) ?? 0);
    if (next.length > 0) rank.set(id, Math.min(...next) - 1);
  }
  return [...items].sort((a, b) => (rank.get(a.id) ?? 0) - (rank.get(b.id) ?? 0));
}

/** Which items hang together. */
class Groups {
  private readonly parent = new Map<string, string>();

  of(id: string): string {
    let root = id;
    for (let next = this.parent.get(root); next !== undefined; next = this.parent.get(root)) root = next;
    if (root !== id) this.parent.set(id, root);
    return root;
  }

  join(a: string, b: string): void {
    const [from, to] = [this.of(a), this.of(b)];
    if (from !== to) this.parent.set(from, to);
  }
}
