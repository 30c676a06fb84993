import { describe, expect, it } from 'vitest';
import { nameOf } from './hotkeys';

describe('names of keys', () => {
  const press = (
    key: string,
    held: Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey', boolean>> = {},
  ) => nameOf({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });

  it('Ctrl and Command are one', () => {
    expect(press('k', { ctrlKey: true })).toBe('mod+k');
    expect(press('k', { metaKey: true })).toBe('mod+k');
  });
  it('Shift counts with other modifiers and with named keys, not with signs', () => {
    expect(press('Z', { ctrlKey: true, shiftKey: true })).toBe('mod+shift+z');
    expect(press('F8', { shiftKey: true })).toBe('shift+f8');
    expect(press('?', { shiftKey: true })).toBe('?');
  });
});
