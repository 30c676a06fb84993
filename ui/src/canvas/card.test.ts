import { expect, it } from 'vitest';
import { briefly } from './card';

it('a card says which value stands in a path, not how it is found', () => {
  expect(briefly('/${input.orderId}/close')).toBe('/{orderId}/close');
  expect(briefly('/${nodes.load.couponId}')).toBe('/{couponId}');
  expect(briefly('/${orDefault(a, "b")}/x')).toBe('/{…}/x');
});
