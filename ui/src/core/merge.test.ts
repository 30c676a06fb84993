import { describe, expect, it } from 'vitest';
import { merge } from './merge';

describe('three-way merge', () => {
  const base = 'a\nb\nc\nd\ne\n';

  it('takes both sides where they changed different lines', () => {
    expect(merge(base, 'a\nB\nc\nd\ne\n', 'a\nb\nc\nd\nE\nf\n')).toStrictEqual({
      text: 'a\nB\nc\nd\nE\nf\n',
      conflicts: 0,
    });
  });

  it('takes an equal change once', () => {
    expect(merge(base, 'a\nc\nd\ne\n', 'a\nc\nd\ne\n')).toStrictEqual({ text: 'a\nc\nd\ne\n', conflicts: 0 });
  });

  it('keeps both texts where the same line was changed in two ways', () => {
    const { text, conflicts } = merge(base, 'a\nmine\nc\nd\ne\n', 'a\ntheirs\nc\nd\ne\n');
    expect(conflicts).toBe(1);
    expect(text).toContain('mine\n# ======= theirs\ntheirs');
  });
});
