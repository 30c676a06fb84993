/** Lines run at right angles with rounded corners; where a line passes nodes in between it takes the layout's way. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

const RADIUS = 6;
const TURN = 40;

/** Corners of a way from `from` to `to` through the bends. */
export function corners(from: Point, to: Point, bends: readonly Point[]): Point[] {
  const stops = [from, ...thin(bends, from, to), to];
  const way: Point[] = [from];
  for (let i = 1; i < stops.length; i += 1) {
    const a = stops[i - 1] ?? from;
    const b = stops[i] ?? to;
    if (Math.abs(a.y - b.y) > 0.5) {
      const x = middle(a, b, i === stops.length - 1);
      way.push({ x, y: a.y }, { x, y: b.y });
    }
    way.push(b);
  }
  return way;
}

/** A backward line leaves, runs around and comes in from the left like every other. */
function middle(a: Point, b: Point, isLast: boolean): number {
  if (b.x <= a.x + 24) return a.x + 24;
  return isLast ? Math.max(a.x + 16, b.x - 32) : a.x + Math.min(32, (b.x - a.x) / 2);
}

/** Bends that lie on the straight way add nothing. */
function thin(bends: readonly Point[], from: Point, to: Point): Point[] {
  const rows: Point[] = [];
  for (const bend of bends) {
    const last = rows.at(-1) ?? from;
    if (Math.abs(last.y - bend.y) < 1) continue;
    if (bend.x <= from.x || bend.x >= to.x) continue;
    // Room to turn at both ends, or the line would run back over itself.
    rows.push({
      x: Math.min(Math.max(bend.x, from.x + TURN), Math.max(to.x - TURN, from.x + TURN)),
      y: bend.y,
    });
  }
  return rows;
}

export function pathThrough(way: readonly Point[]): string {
  const [first, ...rest] = way;
  if (first === undefined) return '';
  let path = `M${first.x} ${first.y}`;
  for (const [i, point] of rest.entries()) {
    const before = way[i] ?? first;
    const after = rest[i + 1];
    const reach =
      after === undefined ? 0 : Math.min(RADIUS, length(before, point) / 2, length(point, after) / 2);
    if (after === undefined || reach < 1) {
      path += `L${point.x} ${point.y}`;
      continue;
    }
    const enter = towards(point, before, reach);
    const leave = towards(point, after, reach);
    path += `L${enter.x} ${enter.y}Q${point.x} ${point.y} ${leave.x} ${leave.y}`;
  }
  return path;
}

/** Middle of the longest level stretch: where a plate fits best. */
export function plateAt(way: readonly Point[]): Point {
  let best: [Point, Point] | undefined;
  for (let i = 1; i < way.length; i += 1) {
    const a = way[i - 1];
    const b = way[i];
    if (a === undefined || b === undefined || Math.abs(a.y - b.y) > 1) continue;
    if (best === undefined || length(a, b) > length(...best)) best = [a, b];
  }
  const [a, b] = best ?? [way[0] ?? { x: 0, y: 0 }, way.at(-1) ?? { x: 0, y: 0 }];
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function length(a: Point, b: Point): number {
  return Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
}

function towards(from: Point, to: Point, reach: number): Point {
  const whole = length(from, to) || 1;
  return { x: from.x + ((to.x - from.x) * reach) / whole, y: from.y + ((to.y - from.y) * reach) / whole };
}
