/** What of a long axis is in sight. Sizes are known beforehand, so nothing is measured. */

export interface Axis {
  /** Where each item starts; one more than items, the last is the whole length. */
  readonly starts: readonly number[];
}
export interface Span {
  readonly first: number;
  /** One past the last. */
  readonly end: number;
}

export function axis(sizes: readonly number[]): Axis {
  const starts = [0];
  let at = 0;
  for (const size of sizes) {
    at += size;
    starts.push(at);
  }
  return { starts };
}

export function lengthOf({ starts }: Axis): number {
  return starts.at(-1) ?? 0;
}

/** The item that covers an offset, clamped to the ends. */
export function itemAt({ starts }: Axis, offset: number): number {
  let low = 0;
  let high = Math.max(0, starts.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

export function inSight(along: Axis, offset: number, length: number, extra: number): Span {
  const count = along.starts.length - 1;
  if (count <= 0) return { first: 0, end: 0 };
  const first = Math.max(0, itemAt(along, Math.max(0, offset)) - extra);
  const end = Math.min(count, itemAt(along, Math.max(0, offset + length - 1)) + 1 + extra);
  return { first, end };
}

/** The smallest scroll that shows an item wholly; `before` is covered by what is pinned. */
export function scrollTo(along: Axis, item: number, offset: number, length: number, before: number): number {
  const start = along.starts[item] ?? 0;
  const end = along.starts[item + 1] ?? start;
  if (start < offset) return start;
  return end > offset + length - before ? end - length + before : offset;
}
