import type { Component } from '../api/components';
import { type Key, useText } from '../app/text';

const WORD: Readonly<Record<Component['effect'], Key>> = {
  pure: 'capabilities.pure',
  read: 'capabilities.read',
  write: 'capabilities.write',
};

/** What a component does to the world: nothing, asks, changes. Shape and word. */
export function EffectMark({ effect }: { readonly effect: Component['effect'] }) {
  const text = useText();
  return (
    <span className="cp-effect" data-effect={effect} title={text(`capabilities.${effect}Help`)}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        <circle
          cx="5"
          cy="5"
          r="4"
          fill={effect === 'write' ? 'currentColor' : 'none'}
          stroke="currentColor"
          strokeWidth="1.5"
        />
        {effect === 'read' ? <path d="M5 1a4 4 0 0 1 0 8z" fill="currentColor" /> : null}
      </svg>
      {text(WORD[effect])}
    </span>
  );
}
