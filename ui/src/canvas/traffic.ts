/**
 * Live traffic on the lines: one stream per open flow, written to the DOM outside React's render path. Width tells the
 * rate on a log scale, a dashed companion the share of errors; nothing moves.
 */
import type { LiveTick, Traffic } from '../api/engine';
import { isObject } from '../core/json';

const THIN = 1.5;
const WIDE = 5;
const SVG = 'http://www.w3.org/2000/svg';

/** Calls per second → stroke width: 1/s is thin, 1,000/s is as wide as it gets. */
export function widthOf(rate: number): number {
  if (rate <= 0) return THIN;
  return Math.min(WIDE, THIN + (Math.log10(1 + rate) / 3) * (WIDE - THIN));
}

export function isTick(value: unknown): value is LiveTick {
  return isObject(value) && Array.isArray(value['edges']);
}

/** Paints one tick; lines that carry nothing go back to thin. */
export function paint(canvas: HTMLElement, tick: LiveTick): void {
  const byEdge = new Map(tick.edges.map((edge) => [`:${edge.from}>${edge.to}`, edge]));
  for (const group of canvas.querySelectorAll<SVGGElement>('.react-flow__edge')) {
    const path = group.querySelector<SVGPathElement>('.react-flow__edge-path');
    if (path === null) continue;
    const edge = byEdge.get(group.getAttribute('data-id') ?? '');
    path.style.strokeWidth = edge === undefined ? '' : `${widthOf(edge.rate).toFixed(2)}px`;
    companion(group, path, edge);
  }
}

export function clear(canvas: HTMLElement): void {
  for (const path of canvas.querySelectorAll<SVGPathElement>('.react-flow__edge-path'))
    path.style.strokeWidth = '';
  for (const line of canvas.querySelectorAll('.line-errors')) line.remove();
}

function companion(group: SVGGElement, path: SVGPathElement, edge: Traffic | undefined): void {
  const old = group.querySelector<SVGPathElement>('.line-errors');
  if (edge === undefined || edge.errors <= 0) {
    old?.remove();
    return;
  }
  const line = old ?? document.createElementNS(SVG, 'path');
  line.setAttribute('class', 'line-errors');
  line.setAttribute('d', path.getAttribute('d') ?? '');
  if (old === null) group.append(line);
}
