import { useState } from 'react';
import { useText } from '../app/text';
import { KindMark } from '../canvas/KindMark';
import { unique } from '../core/json';
import { SearchField } from '../kit/Field';
import { matches } from '../kit/match';
import { useActions } from './actions';
import { type Item, bodyFor, useItems } from './catalog';
import { useComponentMap } from './facts';
import { nodeOfKey, useView } from './view';

/** Everything that can be added: drag it, or press Enter to add it after the chosen node. */
export function Palette() {
  const text = useText();
  const [query, setQuery] = useState('');
  const actions = useActions();
  const components = useComponentMap();
  const add = (item: Item) => {
    const { base, body } = bodyFor(item.id, components);
    actions.add(placeAfterSelection(), base, body);
  };
  const items = useItems().filter((item) => matches(query, item.names));
  return (
    <div className="palette">
      <div className="pane-search">
        <SearchField label={text('palette.search')} value={query} onChange={setQuery} />
      </div>
      <div className="pane-scroll scroll">
        {unique(items.map((item) => item.group)).map((group) => (
          <section key={group}>
            <h2 className="pane-group">{group}</h2>
            <ul>
              {items
                .filter((item) => item.group === group)
                .map((item) => (
                  <li key={item.id}>
                    <PaletteItem item={item} onAdd={() => add(item)} />
                  </li>
                ))}
            </ul>
          </section>
        ))}
        {items.length === 0 ? <p className="pane-none">{text('palette.none')}</p> : null}
      </div>
    </div>
  );
}

function PaletteItem({ item, onAdd }: { readonly item: Item; readonly onAdd: () => void }) {
  return (
    <button
      type="button"
      className={`palette-entry kind-${item.kind}`}
      draggable
      title={item.detail === '' ? item.name : item.detail}
      onDragStart={(event) => {
        event.dataTransfer.setData('application/x-bactrian', item.id);
        event.dataTransfer.effectAllowed = 'copy';
      }}
      onDoubleClick={onAdd}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        onAdd();
      }}
    >
      <KindMark kind={item.kind} />
      <span className="clip">{item.title}</span>
      <small className="mono clip">{item.name}</small>
      {item.effect === undefined ? null : <Effect effect={item.effect} />}
    </button>
  );
}

export function placeAfterSelection() {
  const { selection } = useView.getState();
  const last = selection.at(-1);
  if (last === undefined) return undefined;
  const { scope, id, isNode } = nodeOfKey(last);
  return isNode ? { x: 0, y: 0, anchor: id, scope } : undefined;
}

/** What only computes is the ordinary case and needs no word. */
function Effect({ effect }: { readonly effect: NonNullable<Item['effect']> }) {
  const text = useText();
  if (effect === 'pure') return null;
  return (
    <em className={`effect effect-${effect}`} title={text(`capabilities.${effect}Help`)}>
      {text(`effect.${effect}`)}
    </em>
  );
}
