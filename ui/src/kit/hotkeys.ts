/**
 * The one place where keys are bound. Input methods end a composition before the confirming key on some systems, so a
 * key is dropped while composing, when its code is 229, and for one task after `compositionend`.
 */
import { useEffect, useRef } from 'react';
import type { Key } from '../app/text';

export interface Hotkey {
  /** `Mod+K`, `Shift+F8`, `I`; Mod is Ctrl, or Command on a Mac. */
  readonly keys: string;
  readonly name: Key;
  readonly run: (event: KeyboardEvent) => void;
  /** Single letters act only with the focus inside this element. */
  readonly within?: () => HTMLElement | null;
  readonly isOff?: boolean;
}

const bound = new Set<() => readonly Hotkey[]>();
let composing = false;
let justComposed = false;
let isListening = false;

/** Every key bound right now, for the help dialog. */
export function boundKeys(): Hotkey[] {
  return [...bound].flatMap((list) => [...list()]).filter((one) => one.isOff !== true);
}

export function useHotkeys(list: readonly Hotkey[]): void {
  const latest = useRef(list);
  latest.current = list;
  useEffect(() => {
    listen();
    const read = () => latest.current;
    bound.add(read);
    return () => {
      bound.delete(read);
    };
  }, []);
}

function listen(): void {
  if (isListening) return;
  isListening = true;
  document.addEventListener(
    'compositionstart',
    () => {
      composing = true;
    },
    true,
  );
  document.addEventListener(
    'compositionend',
    () => {
      composing = false;
      justComposed = true;
      setTimeout(() => {
        justComposed = false;
      }, 0);
    },
    true,
  );
  document.addEventListener('keydown', (event) => press(event), true);
}

export function isComposing(event: KeyboardEvent): boolean {
  return composing || justComposed || event.isComposing || event.keyCode === 229;
}

function press(event: KeyboardEvent): void {
  if (isComposing(event) || event.defaultPrevented) return;
  const name = nameOf(event);
  const found = boundKeys().findLast((one) => one.keys.toLowerCase() === name && isInReach(one, event));
  if (found === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  found.run(event);
}

export function nameOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>,
): string {
  const parts = [
    event.ctrlKey || event.metaKey ? 'mod' : '',
    event.altKey ? 'alt' : '',
    event.shiftKey && event.key.length > 1 ? 'shift' : '',
    event.shiftKey && event.key.length === 1 && (event.ctrlKey || event.metaKey) ? 'shift' : '',
    event.key === ' ' ? 'space' : event.key.toLowerCase(),
  ];
  return parts.filter((part) => part !== '').join('+');
}

function isInReach(one: Hotkey, event: KeyboardEvent): boolean {
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (document.querySelector('.k-veil') !== null && target?.closest('.k-veil') !== null) return false;
  const isTyping =
    target?.closest('input, textarea, select, [contenteditable="true"], [role="listbox"], [role="menu"]') !=
    null;
  const hasModifier = /^(mod|alt)\+|^(shift\+)?f[0-9]+$|^escape$/i.test(one.keys);
  if (one.within === undefined) return hasModifier || !isTyping;
  const area = one.within();
  return area !== null && target !== null && area.contains(target) && (!isTyping || hasModifier);
}
