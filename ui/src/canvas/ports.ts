/**
 * Where a card's ports stand, as canvas.css draws them. Known beforehand, a card out of sight is not drawn only to be
 * measured; a browser test holds both to the same places.
 */
import { type NodeHandle, Position } from '@xyflow/react';

interface Card {
  readonly width: number;
  readonly height: number;
  readonly isGroup: boolean;
}

/** Height of the line a card's ports stand on; a group has them in its middle. */
const LINE = 32;
/** `beyond` = how far a port stands out of its card. */
const IN = { beyond: 8, width: 16, height: 40 };
const OUT = { beyond: 3, width: 8, height: 8 };
const FAN = { beyond: 8.5, width: 7, height: 22 };
/** The only port of its kind has no name; the library looks for this very value. */
const id = null;

export function portsOf(card: Card, isFan: boolean): NodeHandle[] {
  const line = card.isGroup ? card.height / 2 : LINE;
  const out = isFan ? FAN : OUT;
  const size = ({ width, height }: typeof IN) => ({ width, height, y: line - height / 2 });
  return [
    { id, type: 'target', position: Position.Left, x: -IN.beyond, ...size(IN) },
    {
      id,
      type: 'source',
      position: Position.Right,
      x: card.width + out.beyond - out.width,
      ...size(out),
    },
  ];
}
