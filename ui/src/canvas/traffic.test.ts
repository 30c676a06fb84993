import { describe, expect, it } from 'vitest';
import { isTick, widthOf } from './traffic';

describe('live traffic', () => {
  it('widens a line on a log scale between its two ends', () => {
    expect([0, 1, 10, 100, 1000, 1e6].map((rate) => Number(widthOf(rate).toFixed(1)))).toStrictEqual([
      1.5, 1.9, 2.7, 3.8, 5, 5,
    ]);
  });

  it('takes nothing else than a tick', () => {
    expect([isTick({ edges: [] }), isTick({}), isTick(null), isTick('x')]).toStrictEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
