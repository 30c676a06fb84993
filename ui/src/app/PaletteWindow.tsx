import { inWords } from './words';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { Dialog, ListBox, ListBoxItem, Modal, ModalOverlay } from 'react-aria-components';
import { flowsQuery } from '../api/flows';
import { Dialog as Window } from '../kit/Dialog';
import { Icon, type IconName } from '../kit/Icon';
import { boundKeys, isComposing } from '../kit/hotkeys';
import { matches } from '../kit/match';
import { useText } from './text';

const KEYS: Readonly<Record<string, string>> = {
  Mod: 'Ctrl',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Delete: 'Del',
};

/** `Mod+Shift+Z` → `Ctrl Shift Z`. */
function written(keys: string): string {
  return keys
    .split('+')
    .map((key) => KEYS[key] ?? key)
    .join(' ');
}

interface Entry {
  /** More that it is found by. */
  readonly found?: readonly string[];
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  readonly icon: IconName;
  readonly run: () => void;
}

export interface PaletteWindowProps {
  readonly isOpen: boolean;
  readonly hasKeys: boolean;
  readonly onClose: () => void;
  readonly onKeys: (isOpen: boolean) => void;
}

/** The box itself and the list of keys: loaded when first asked for. */
export function PaletteWindow({ isOpen, hasKeys, onClose, onKeys }: PaletteWindowProps) {
  return (
    <>
      <ModalOverlay
        className="k-veil"
        isOpen={isOpen}
        isDismissable
        onOpenChange={(next) => {
          if (!next) onClose();
        }}
      >
        <Modal>{isOpen ? <Box onDone={onClose} onHelp={() => onKeys(true)} /> : null}</Modal>
      </ModalOverlay>
      <KeyHelp isOpen={hasKeys} onClose={() => onKeys(false)} />
    </>
  );
}

function Box({ onDone, onHelp }: { readonly onDone: () => void; readonly onHelp: () => void }) {
  const text = useText();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const all = useEntries(onHelp);
  const found = all
    .filter((entry) => matches(query, [entry.label, entry.detail, ...(entry.found ?? [])]))
    .slice(0, 40);
  const chosen = found[Math.min(at, found.length - 1)];
  const run = (entry: Entry | undefined) => {
    onDone();
    entry?.run();
  };
  return (
    <Dialog className="palette-box" aria-label={text('keys.palette')}>
      <input
        className="palette-input"
        placeholder={text('palette.hint')}
        aria-label={text('palette.hint')}
        value={query}
        autoFocus
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (isComposing(event.nativeEvent)) return;
          if (event.key === 'ArrowDown') setAt(Math.min(at + 1, found.length - 1));
          else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0));
          else if (event.key === 'Enter') run(chosen);
          else return;
          event.preventDefault();
        }}
      />
      <ListBox
        className="palette-list scroll"
        aria-label={text('keys.palette')}
        selectionMode="single"
        selectedKeys={chosen === undefined ? [] : [chosen.id]}
        onAction={(key) => run(found.find((entry) => entry.id === key))}
        renderEmptyState={() => <div className="palette-none">{text('palette.none')}</div>}
      >
        {found.map((entry) => (
          <ListBoxItem key={entry.id} id={entry.id} textValue={entry.label} className="palette-item">
            <Icon name={entry.icon} />
            <span>{entry.label}</span>
            <span className="dim">{entry.detail}</span>
          </ListBoxItem>
        ))}
      </ListBox>
    </Dialog>
  );
}

function useEntries(onHelp: () => void): Entry[] {
  const text = useText();
  const navigate = useNavigate();
  const flows = useQuery(flowsQuery);
  return useMemo(() => {
    const screens: Entry[] = [
      {
        id: 'go flows',
        label: text('rail.flows'),
        detail: text('palette.screen'),
        icon: 'route',
        run: () => void navigate({ to: '/flows' }),
      },
      {
        id: 'go capabilities',
        label: text('rail.capabilities'),
        detail: text('palette.screen'),
        icon: 'boxes',
        run: () => void navigate({ to: '/capabilities' }),
      },
      {
        id: 'go runs',
        label: text('rail.runs'),
        detail: text('palette.screen'),
        icon: 'activity',
        run: () => void navigate({ to: '/runs' }),
      },
      {
        id: 'go extensions',
        label: text('rail.extensions'),
        detail: text('palette.screen'),
        icon: 'grid',
        run: () => void navigate({ to: '/extensions' }),
      },
      { id: 'help keys', label: text('keys.help'), detail: '?', icon: 'terminal', run: onHelp },
    ];
    const bound = boundKeys().filter((one) => one.name !== 'keys.palette' && one.name !== 'keys.help');
    const keys = bound
      .filter((one, i) => bound.findIndex((other) => other.name === one.name) === i)
      .map(
        (one): Entry => ({
          id: `key ${one.keys} ${one.name}`,
          label: text(one.name),
          detail: written(one.keys),
          icon: 'zap',
          run: () => one.run(new KeyboardEvent('keydown')),
        }),
      );
    const named = (flows.data?.items ?? []).map(
      (flow): Entry => ({
        id: `flow ${flow.name}`,
        label: inWords(flow.title) ?? flow.name,
        detail: flow.name,
        found: [flow.pinyin ?? '', flow.initials ?? ''],
        icon: 'workflow',
        run: () => void navigate({ to: '/flows/$name', params: { name: flow.name } }),
      }),
    );
    return [...keys, ...screens, ...named];
  }, [text, navigate, flows.data, onHelp]);
}

function KeyHelp({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const text = useText();
  return (
    <Window title={text('keys.help')} isOpen={isOpen} onClose={onClose}>
      <ul className="keys">
        {[...new Set(boundKeys().map((one) => one.name))].map((name) => (
          <li key={name}>
            {text(name)}
            <span className="keys-all">
              {boundKeys()
                .filter((one) => one.name === name)
                .map((one) => (
                  <kbd key={one.keys} className="k-kbd">
                    {written(one.keys)}
                  </kbd>
                ))}
            </span>
          </li>
        ))}
      </ul>
    </Window>
  );
}
