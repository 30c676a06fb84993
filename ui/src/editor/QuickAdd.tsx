import { useEffect, useRef, useState } from 'react';
import { useText } from '../app/text';
import { KindMark } from '../canvas/KindMark';
import { isComposing } from '../kit/hotkeys';
import { matches } from '../kit/match';
import { useActions } from './actions';
import { bodyFor, useItems } from './catalog';
import { useComponentMap } from './facts';
import { type QuickAdd as Place, useView } from './view';

/** Type a few letters, press Enter: a node stands where it was asked for. */
export function QuickAdd() {
  const place = useView((state) => state.quickAdd);
  return place === undefined ? null : <Box place={place} />;
}

function Box({ place }: { readonly place: Place }) {
  const text = useText();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const set = useView((state) => state.set);
  const actions = useActions();
  const components = useComponentMap();
  const found = useItems()
    .filter((item) => matches(query, item.names))
    .slice(0, 60);
  const close = () => {
    set({ quickAdd: undefined });
    document.querySelector<HTMLElement>('[data-canvas] .react-flow')?.focus();
  };
  const choose = (id: string | undefined) => {
    set({ quickAdd: undefined });
    if (id === undefined) return;
    const { base, body } = bodyFor(id, components);
    actions.add(place, base, body);
  };
  useOutside(box, close);
  const hint =
    place.edge !== undefined
      ? text('quickAdd.between', place.edge)
      : place.anchor !== undefined
        ? text('quickAdd.after', { id: place.anchor })
        : text('quickAdd.new');
  const style = {
    left: Math.min(place.x, window.innerWidth - 340),
    top: Math.min(place.y, window.innerHeight - 380),
  };
  return (
    <div ref={box} className="quick" style={style} role="dialog" aria-label={hint}>
      <input
        className="quick-input"
        placeholder={hint}
        aria-label={hint}
        value={query}
        ref={(input) => input?.focus()}
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (isComposing(event.nativeEvent)) return;
          if (event.key === 'Escape') close();
          else if (event.key === 'ArrowDown') setAt(Math.min(at + 1, found.length - 1));
          else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0));
          else if (event.key === 'Enter') choose(found[at]?.id);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <ul className="quick-list scroll">
        {found.map((item, i) => (
          <li key={item.id}>
            <button
              type="button"
              tabIndex={-1}
              className={`palette-entry kind-${item.kind}${i === at ? ' palette-on' : ''}`}
              onClick={() => choose(item.id)}
            >
              <KindMark kind={item.kind} />
              <span className="clip">{item.title}</span>
              <small className="mono clip">{item.name}</small>
            </button>
          </li>
        ))}
        {found.length === 0 ? <li className="pane-none">{text('palette.none')}</li> : null}
      </ul>
    </div>
  );
}

function useOutside(box: React.RefObject<HTMLElement | null>, close: () => void): void {
  const latest = useRef(close);
  latest.current = close;
  useEffect(() => {
    const press = (event: PointerEvent) => {
      if (event.target instanceof Node && box.current?.contains(event.target) === false) latest.current();
    };
    document.addEventListener('pointerdown', press, true);
    return () => document.removeEventListener('pointerdown', press, true);
  }, [box]);
}
