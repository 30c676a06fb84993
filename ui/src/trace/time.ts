/** Time → place. Long stretches in which nothing works are shortened, so that a run of three days still shows its milliseconds. */

export interface Interval {
  readonly from: number;
  readonly to: number;
}
export interface Piece {
  readonly from: number;
  readonly to: number;
  /** Share of the width, 0 to 1. */
  readonly start: number;
  readonly end: number;
  readonly isShortened: boolean;
}
export interface Scale {
  readonly pieces: readonly Piece[];
  readonly total: number;
}

/** A quiet stretch longer than this share of the busy time is shortened … */
const QUIET = 0.5;
/** … to this share of the width. */
const KEPT = 0.06;

export function union(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => a.from - b.from);
  const found: { from: number; to: number }[] = [];
  for (const { from, to } of sorted) {
    const last = found.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else found.push({ from, to });
  }
  return found;
}

export function scaleOf(busy: readonly Interval[], total: number): Scale {
  const end = Math.max(total, 1, ...busy.map((one) => one.to));
  const works = union(busy);
  const worked = works.reduce((sum, one) => sum + one.to - one.from, 0);
  const cuts: Interval[] = [];
  let at = 0;
  for (const one of [...works, { from: end, to: end }]) {
    if (worked > 0 && one.from - at > worked * QUIET && one.from - at > 1000)
      cuts.push({ from: at, to: one.from });
    at = Math.max(at, one.to);
  }
  return { pieces: piecesOf(cuts, end), total: end };
}

function piecesOf(cuts: readonly Interval[], end: number): Piece[] {
  const cutTime = cuts.reduce((sum, one) => sum + one.to - one.from, 0);
  const share = (1 - cuts.length * KEPT) / Math.max(1e-9, end - cutTime);
  const pieces: Piece[] = [];
  let at = 0;
  let x = 0;
  const push = (to: number, isShortened: boolean): void => {
    if (to <= at) return;
    const width = isShortened ? KEPT : (to - at) * share;
    pieces.push({ from: at, to, start: x, end: x + width, isShortened });
    at = to;
    x += width;
  };
  for (const cut of cuts) {
    push(cut.from, false);
    push(cut.to, true);
  }
  push(end, false);
  return pieces;
}

/** Place of a moment, 0 to 1. */
export function placeIn(scale: Scale, ms: number): number {
  const piece = scale.pieces.find((one) => ms <= one.to) ?? scale.pieces.at(-1);
  if (piece === undefined) return 0;
  const part =
    (Math.min(Math.max(ms, piece.from), piece.to) - piece.from) / Math.max(1e-9, piece.to - piece.from);
  return piece.start + part * (piece.end - piece.start);
}

/** Round moments for the ruler, at most `most`, none inside a shortened stretch. */
export function ticksOf(scale: Scale, most: number): number[] {
  const open = scale.pieces.filter((piece) => !piece.isShortened);
  const time = open.reduce((sum, piece) => sum + piece.to - piece.from, 0);
  const step = roundStep(time / Math.max(1, most));
  return open.flatMap((piece) => {
    const ticks: number[] = [];
    for (let at = Math.ceil(piece.from / step) * step; at <= piece.to + 1e-9; at += step)
      ticks.push(Math.round(at * 1000) / 1000);
    return ticks;
  });
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1e-3)));
  const part = rough / power;
  return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
}
