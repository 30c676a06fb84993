import { expect, test } from 'vitest';
import { momentOf, requestOf, sharesOf, tabOf } from './filter';

const NOW = Date.parse('2026-11-21T05:00:30Z');

test('a span is a moment cut to the minute, so the same minute asks the same', () => {
  expect(momentOf('1h', NOW)).toBe('2026-11-21T04:00:00.000Z');
  expect(momentOf('1h', NOW + 20_000)).toBe(momentOf('1h', NOW));
  expect(momentOf('2026-01-01T00:00:00Z', NOW)).toBe('2026-01-01T00:00:00Z');
  expect(momentOf(undefined, NOW)).toBeUndefined();
});

test('a duration that is no number is not asked for', () => {
  expect(requestOf({ minMs: 'x' }, NOW).minMs).toBeUndefined();
  expect(requestOf({ minMs: '250' }, NOW).minMs).toBe(250);
});

test('hiding what schedules started asks for everything else', () => {
  expect(requestOf({ hide: 'cron' }, NOW).trigger).toBe('call,flow,rerun');
  expect(requestOf({}, NOW)).not.toHaveProperty('hide');
  expect(requestOf({}, NOW).trigger).toBeUndefined();
});

test('one parked run among thousands keeps a visible share, and shares add up to the strip', () => {
  const shares = sharesOf({ parked: 1, succeeded: 9999 });
  expect(shares.map((one) => one.status)).toEqual(['parked', 'succeeded']);
  expect(shares[0]?.share).toBeGreaterThan(0.019);
  expect(shares.reduce((sum, one) => sum + one.share, 0)).toBeCloseTo(1);
  expect(sharesOf({})).toEqual([]);
});

test('a status from a link that is no tab leaves no tab chosen', () => {
  expect([tabOf(undefined), tabOf('parked'), tabOf('succeeded')]).toEqual(['all', 'parked', undefined]);
});
