/** Nodes in layers from top to bottom, for reading. The editor's canvas has a layout of its own. */

export interface Stop {
  readonly id: string;
  readonly needs: readonly string[];
}
export interface PlacedStop {
  readonly id: string;
  readonly layer: number;
  readonly x: number;
  readonly y: number;
}
export interface Track {
  readonly from: string;
  readonly to: string;
  readonly path: string;
}
export interface LineLayout {
  readonly stops: readonly PlacedStop[];
  readonly tracks: readonly Track[];
  readonly width: number;
  readonly height: number;
}
export interface Size {
  readonly width: number;
  readonly height: number;
  readonly gapX: number;
  readonly gapY: number;
}

interface Slot {
  readonly id: string;
  /** A place an edge passes through on its way past a layer. */
  readonly isPassage: boolean;
  x: number;
}

export function layOut(stops: readonly Stop[], size: Size): LineLayout {
  const links = linksOf(stops);
  const layer = layersOf(stops, links);
  const { rows, chains } = rowsOf(stops, links, layer);
  untangle(rows, chains);
  const width = spread(rows, chains, size);
  const at = new Map(
    rows.flatMap((row, i) => row.map((slot) => [slot.id, { x: slot.x, y: yOf(i, size), slot }] as const)),
  );
  const placed = stops.map((stop) => {
    const spot = at.get(stop.id);
    return {
      id: stop.id,
      layer: layer.get(stop.id) ?? 0,
      x: (spot?.x ?? 0) - size.width / 2,
      y: spot?.y ?? 0,
    };
  });
  const tracks = chains.map((chain) => ({
    from: chain[0] ?? '',
    to: chain.at(-1) ?? '',
    path: pathOf(
      chain.map((id) => ({ x: at.get(id)?.x ?? 0, y: at.get(id)?.y ?? 0 })),
      size,
    ),
  }));
  const height = rows.length === 0 ? 0 : yOf(rows.length - 1, size) + size.height;
  return { stops: placed, tracks, width, height };
}

function yOf(layer: number, size: Size): number {
  return layer * (size.height + size.gapY);
}

/** Links between known nodes, without circles and without those a longer way states as well. */
export function linksOf(stops: readonly Stop[]): (readonly [string, string])[] {
  const ids = new Set(stops.map((stop) => stop.id));
  const after = new Map<string, string[]>();
  const reaches = (from: string, to: string, skip?: string): boolean => {
    const open = (after.get(from) ?? []).filter((id) => id !== skip);
    const seen = new Set(open);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === to) return true;
      for (const id of after.get(next) ?? [])
        if (!seen.has(id)) {
          seen.add(id);
          open.push(id);
        }
    }
    return false;
  };
  const links: (readonly [string, string])[] = [];
  for (const stop of stops)
    for (const from of new Set(stop.needs)) {
      if (!ids.has(from) || from === stop.id || reaches(stop.id, from)) continue;
      after.set(from, [...(after.get(from) ?? []), stop.id]);
      links.push([from, stop.id]);
    }
  return links.filter(([from, to]) => !reaches(from, to, to));
}

function layersOf(
  stops: readonly Stop[],
  links: readonly (readonly [string, string])[],
): Map<string, number> {
  const layer = new Map(stops.map((stop) => [stop.id, 0]));
  for (let round = 0, moved = true; moved && round <= stops.length; round += 1) {
    moved = false;
    for (const [from, to] of links) {
      const least = (layer.get(from) ?? 0) + 1;
      if ((layer.get(to) ?? 0) >= least) continue;
      layer.set(to, least);
      moved = true;
    }
  }
  return layer;
}

function rowsOf(
  stops: readonly Stop[],
  links: readonly (readonly [string, string])[],
  layer: ReadonlyMap<string, number>,
) {
  const rows: Slot[][] = [];
  const put = (id: string, at: number, isPassage: boolean): void => {
    while (rows.length <= at) rows.push([]);
    rows[at]?.push({ id, isPassage, x: 0 });
  };
  for (const stop of stops) put(stop.id, layer.get(stop.id) ?? 0, false);
  const chains = links.map(([from, to]) => {
    const chain = [from];
    for (let at = (layer.get(from) ?? 0) + 1; at < (layer.get(to) ?? 0); at += 1) {
      const id = `${from} > ${to} @ ${at}`;
      put(id, at, true);
      chain.push(id);
    }
    return [...chain, to];
  });
  return { rows, chains };
}

/** A few sweeps by the mean place of what is above, then below; equal means keep the written order. */
function untangle(rows: Slot[][], chains: readonly (readonly string[])[]): void {
  const above = new Map<string, string[]>();
  const below = new Map<string, string[]>();
  for (const chain of chains)
    chain.forEach((id, i) => {
      const next = chain[i + 1];
      if (next === undefined) return;
      below.set(id, [...(below.get(id) ?? []), next]);
      above.set(next, [...(above.get(next) ?? []), id]);
    });
  for (let sweep = 0; sweep < 4; sweep += 1) {
    const isDown = sweep % 2 === 0;
    const near = isDown ? above : below;
    for (let i = 1; i < rows.length; i += 1) {
      const row = rows[isDown ? i : rows.length - 1 - i];
      const other = rows[isDown ? i - 1 : rows.length - i];
      if (row === undefined || other === undefined) continue;
      const place = new Map(other.map((slot, at) => [slot.id, at]));
      const mean = (slot: Slot, at: number): number => {
        const known = (near.get(slot.id) ?? []).flatMap((id) => place.get(id) ?? []);
        return known.length === 0 ? at : known.reduce((sum, one) => sum + one, 0) / known.length;
      };
      const weights = new Map(row.map((slot, at) => [slot, mean(slot, at)]));
      row.sort((a, b) => (weights.get(a) ?? 0) - (weights.get(b) ?? 0));
    }
  }
}

const PASSAGE = 24;

/** Every row centred on one axis. Answers the width. */
function spread(rows: readonly Slot[][], chains: readonly (readonly string[])[], size: Size): number {
  const widthOf = (row: readonly Slot[]) =>
    row.reduce((sum, slot) => sum + (slot.isPassage ? PASSAGE : size.width), 0) +
    size.gapX * Math.max(0, row.length - 1);
  const width = Math.max(size.width, ...rows.map(widthOf));
  for (const row of rows) {
    let x = (width - widthOf(row)) / 2;
    for (const slot of row) {
      const own = slot.isPassage ? PASSAGE : size.width;
      slot.x = Math.round(x + own / 2);
      x += own + size.gapX;
    }
  }
  straighten(rows, chains);
  return width;
}

/** Passages of one edge stand below each other where their rows leave room. */
function straighten(rows: readonly Slot[][], chains: readonly (readonly string[])[]): void {
  const slots = new Map(rows.flatMap((row) => row.map((slot) => [slot.id, slot] as const)));
  for (const chain of chains) {
    const passages = chain.slice(1, -1).flatMap((id) => slots.get(id) ?? []);
    const widest = passages.reduce((found, slot) => Math.max(found, slot.x), 0);
    const isLast = passages.every((slot) => rows.find((row) => row.includes(slot))?.at(-1) === slot);
    if (isLast) for (const slot of passages) slot.x = widest;
  }
}

const BEND = 6;

/** Down, across in the middle of the gap, down again; corners rounded. */
export function pathOf(
  points: readonly { readonly x: number; readonly y: number }[],
  size: Pick<Size, 'height' | 'gapY'>,
): string {
  const first = points[0];
  if (first === undefined) return '';
  const parts = [`M${first.x} ${first.y + size.height}`];
  points.slice(1).forEach((to, i) => {
    const from = points[i] ?? first;
    const isLast = i === points.length - 2;
    const middle = to.y - size.gapY / 2;
    if (from.x !== to.x) {
      const side = Math.sign(to.x - from.x);
      const bend = Math.min(BEND, Math.abs(to.x - from.x) / 2);
      parts.push(`V${middle - bend}Q${from.x} ${middle} ${from.x + side * bend} ${middle}`);
      parts.push(`H${to.x - side * bend}Q${to.x} ${middle} ${to.x} ${middle + bend}`);
    }
    parts.push(`V${isLast ? to.y : to.y + size.height}`);
  });
  return parts.join('');
}
