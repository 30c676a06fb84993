/** Three texts → one, by lines: what one side changed is taken, what both changed stands with marks for a person. */

export interface Merged {
  readonly text: string;
  readonly conflicts: number;
}

interface Hunk {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

export function merge(base: string, mine: string, theirs: string): Merged {
  const origin = base.split('\n');
  const ours = hunks(origin, mine.split('\n'));
  const others = hunks(origin, theirs.split('\n'));
  const out: string[] = [];
  let conflicts = 0;
  let at = 0;
  for (const group of groups([...ours], [...others])) {
    out.push(...origin.slice(at, group.from));
    const a = side(origin, group.from, group.to, group.mine);
    const b = side(origin, group.from, group.to, group.theirs);
    if (group.theirs.length === 0 || a.join('\n') === b.join('\n')) out.push(...a);
    else if (group.mine.length === 0) out.push(...b);
    else {
      conflicts += 1;
      out.push('# <<<<<<< mine', ...a, '# ======= theirs', ...b, '# >>>>>>>');
    }
    at = group.to;
  }
  return { text: [...out, ...origin.slice(at)].join('\n'), conflicts };
}

function side(base: readonly string[], from: number, to: number, changed: readonly Hunk[]): string[] {
  const out: string[] = [];
  let at = from;
  for (const hunk of changed) {
    out.push(...base.slice(at, hunk.from), ...hunk.lines);
    at = hunk.to;
  }
  return [...out, ...base.slice(at, to)];
}

interface Group {
  from: number;
  to: number;
  readonly mine: Hunk[];
  readonly theirs: Hunk[];
}

/** Changes of both sides that touch the same lines belong together. */
function groups(mine: readonly Hunk[], theirs: readonly Hunk[]): Group[] {
  const all = [...mine.map((hunk) => ({ hunk, own: true })), ...theirs.map((hunk) => ({ hunk, own: false }))];
  all.sort((a, b) => a.hunk.from - b.hunk.from || a.hunk.to - b.hunk.to);
  const found: Group[] = [];
  for (const { hunk, own } of all) {
    const last = found.at(-1);
    const touches =
      last !== undefined && (hunk.from < last.to || (hunk.from === last.to && hunk.from === last.from));
    const group = touches ? last : { from: hunk.from, to: hunk.to, mine: [], theirs: [] };
    if (!touches) found.push(group);
    group.to = Math.max(group.to, hunk.to);
    (own ? group.mine : group.theirs).push(hunk);
  }
  return found;
}

/** Changed stretches by longest common subsequence, common head and tail left out first. */
function hunks(a: readonly string[], b: readonly string[]): Hunk[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail += 1;
  const x = a.slice(head, a.length - tail);
  const y = b.slice(head, b.length - tail);
  const table = lengths(x, y);
  const found: Hunk[] = [];
  let [i, j, from, fromB] = [0, 0, 0, 0];
  const close = (): void => {
    if (i > from || j > fromB) found.push({ from: head + from, to: head + i, lines: y.slice(fromB, j) });
  };
  while (i < x.length && j < y.length) {
    if (x[i] === y[j]) {
      close();
      i += 1;
      j += 1;
      [from, fromB] = [i, j];
    } else if ((table[i + 1]?.[j] ?? 0) >= (table[i]?.[j + 1] ?? 0)) i += 1;
    else j += 1;
  }
  [i, j] = [x.length, y.length];
  close();
  return found;
}

function lengths(x: readonly string[], y: readonly string[]): Uint32Array[] {
  const table = Array.from({ length: x.length + 1 }, () => new Uint32Array(y.length + 1));
  for (let i = x.length - 1; i >= 0; i -= 1)
    for (let j = y.length - 1; j >= 0; j -= 1) {
      const row = table[i];
      if (row !== undefined)
        row[j] =
          x[i] === y[j]
            ? (table[i + 1]?.[j + 1] ?? 0) + 1
            : Math.max(table[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  return table;
}
