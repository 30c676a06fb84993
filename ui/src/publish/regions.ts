/** Three texts → regions by lines: equal, changed by one side, or changed by both and therefore for a person to decide. */

export interface Region {
  readonly kind: 'same' | 'mine' | 'theirs' | 'both' | 'conflict';
  readonly base: readonly string[];
  readonly mine: readonly string[];
  readonly theirs: readonly string[];
}
export type Choice = 'mine' | 'theirs' | 'both';

interface Hunk {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

export function regionsOf(base: string, mine: string, theirs: string): Region[] {
  const lines = base.split('\n');
  const left = hunksOf(lines, mine.split('\n'));
  const right = hunksOf(lines, theirs.split('\n'));
  const regions: Region[] = [];
  let at = 0;
  while (left.length > 0 || right.length > 0) {
    const from = Math.min(
      left[0]?.from ?? Number.POSITIVE_INFINITY,
      right[0]?.from ?? Number.POSITIVE_INFINITY,
    );
    if (from > at) regions.push(same(lines.slice(at, from)));
    const group = takeGroup(left, right, from);
    const part = lines.slice(from, group.to);
    const own = applied(lines, from, group.to, group.mine);
    const other = applied(lines, from, group.to, group.theirs);
    regions.push({ kind: kindOf(part, own, other), base: part, mine: own, theirs: other });
    at = group.to;
  }
  if (at < lines.length) regions.push(same(lines.slice(at)));
  return regions;
}

function same(lines: readonly string[]): Region {
  return { kind: 'same', base: lines, mine: lines, theirs: lines };
}

function kindOf(base: readonly string[], mine: readonly string[], theirs: readonly string[]): Region['kind'] {
  const equal = (a: readonly string[], b: readonly string[]) =>
    a.length === b.length && a.every((line, i) => line === b[i]);
  if (equal(mine, theirs)) return equal(mine, base) ? 'same' : 'both';
  if (equal(mine, base)) return 'theirs';
  return equal(theirs, base) ? 'mine' : 'conflict';
}

/** Changes of both sides that overlap or touch are decided together; the lists lose what is taken. */
function takeGroup(left: Hunk[], right: Hunk[], from: number): { to: number; mine: Hunk[]; theirs: Hunk[] } {
  const group = { to: from, mine: [] as Hunk[], theirs: [] as Hunk[] };
  for (let isGrowing = true; isGrowing; ) {
    isGrowing = false;
    for (const [open, taken] of [
      [left, group.mine],
      [right, group.theirs],
    ] as const) {
      const next = open[0];
      if (
        next === undefined ||
        next.from > group.to ||
        (next.from === group.to && next.from !== from && next.to !== next.from)
      )
        continue;
      open.shift();
      taken.push(next);
      group.to = Math.max(group.to, next.to);
      isGrowing = true;
    }
  }
  return group;
}

function applied(base: readonly string[], from: number, to: number, hunks: readonly Hunk[]): string[] {
  const out: string[] = [];
  let at = from;
  for (const hunk of hunks) {
    out.push(...base.slice(at, hunk.from), ...hunk.lines);
    at = hunk.to;
  }
  return [...out, ...base.slice(at, to)];
}

/** The merged text; a conflict without a choice stands as mine. */
export function merged(regions: readonly Region[], choices: ReadonlyMap<number, Choice>): string {
  const lines = regions.flatMap((region, i) => {
    if (region.kind === 'theirs') return region.theirs;
    if (region.kind !== 'conflict') return region.mine;
    const choice = choices.get(i) ?? 'mine';
    return choice === 'mine'
      ? region.mine
      : choice === 'theirs'
        ? region.theirs
        : [...region.mine, ...region.theirs];
  });
  return lines.join('\n');
}

/** Changed stretches: common head and tail aside, the longest common subsequence of lines stays. */
export function hunksOf(a: readonly string[], b: readonly string[]): Hunk[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail += 1;
  const [x, y] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const table = lengthsOf(x, y);
  const found: Hunk[] = [];
  let [i, j, fromX, fromY] = [0, 0, 0, 0];
  const close = (): void => {
    if (i > fromX || j > fromY) found.push({ from: head + fromX, to: head + i, lines: y.slice(fromY, j) });
  };
  while (i < x.length && j < y.length)
    if (x[i] === y[j]) {
      close();
      i += 1;
      j += 1;
      [fromX, fromY] = [i, j];
    } else if ((table[i + 1]?.[j] ?? 0) >= (table[i]?.[j + 1] ?? 0)) i += 1;
    else j += 1;
  [i, j] = [x.length, y.length];
  close();
  return found;
}

function lengthsOf(x: readonly string[], y: readonly string[]): Uint32Array[] {
  const table = Array.from({ length: x.length + 1 }, () => new Uint32Array(y.length + 1));
  for (let i = x.length - 1; i >= 0; i -= 1) {
    const row = table[i];
    const next = table[i + 1];
    if (row === undefined || next === undefined) continue;
    for (let j = y.length - 1; j >= 0; j -= 1)
      row[j] = x[i] === y[j] ? (next[j + 1] ?? 0) + 1 : Math.max(next[j] ?? 0, row[j + 1] ?? 0);
  }
  return table;
}
