import { expect, test } from 'vitest';
import { faultOf, lineAt, placeOf } from './jsonPlace';

const TEXT = `{
  "no": "a \\"b\\" {",
  "lines": [{"sku": "S1", "n": 1}, {"sku": "S2", "n": -2.5e3}],
  "a/b": null
}`;
const at = (pointer: string) => {
  const { from, to } = placeOf(TEXT, pointer);
  return TEXT.slice(from, to);
};

test('a pointer leads to its value, over quotes and brackets in texts', () => {
  expect([at('/no'), at('/lines/1/n'), at('/lines/0'), at('/a~1b')]).toEqual([
    '"a \\"b\\" {"',
    '-2.5e3',
    '{"sku": "S1", "n": 1}',
    'null',
  ]);
});

test('what is missing is shown at what should have it', () => {
  expect(at('/lines/1/price')).toBe('{"sku": "S2", "n": -2.5e3}');
  expect(at('/buyer')).toBe(TEXT);
  expect(placeOf('', '')).toEqual({ from: 0, to: 0 });
});

test('a text that is no JSON says in which line it stops being some', () => {
  expect(faultOf(TEXT)).toBeUndefined();
  expect(faultOf('{\n  "a": 1,\n  b: 2\n}')?.line).toBe(3);
  expect(faultOf('{\n  "a": 1')?.line).toBe(2);
  expect(lineAt(TEXT, placeOf(TEXT, '/lines/1').from)).toBe(3);
});
