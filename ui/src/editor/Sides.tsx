import { Suspense, lazy, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useText } from '../app/text';
import { keyOf } from '../canvas/layout';
import { nodesIn } from '../canvas/relink';
import { IconButton } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { Tabs } from '../kit/Tabs';
import { Palette } from './Palette';
import { useShownGraph } from './facts';
import { useView } from './view';

const Inspector = lazy(() => import('./Inspector').then((file) => ({ default: file.Inspector })));
const Outline = lazy(() => import('./Outline').then((file) => ({ default: file.Outline })));

/** Canvas and text side by side need the room of a palette on an ordinary screen. */
const NARROW = globalThis.matchMedia?.('(max-width: 1500px)');

function useNarrow(): boolean {
  return useSyncExternalStore(
    (changed) => {
      NARROW?.addEventListener('change', changed);
      return () => NARROW?.removeEventListener('change', changed);
    },
    () => NARROW?.matches === true,
  );
}

/** What can be added, and what is there: folds away, by itself where two panes need its room. */
export function LeftPane({ isBeside }: { readonly isBeside: boolean }) {
  const text = useText();
  const [tab, setTab] = useState('palette');
  const [asked, setAsked] = useState<boolean>();
  const isNarrow = useNarrow();
  const isOpen = asked ?? !(isBeside && isNarrow);
  const show = (id: string) => {
    setTab(id);
    setAsked(true);
  };
  if (!isOpen)
    return (
      <div className="left-rail">
        <IconButton
          size="small"
          label={text('palette.title')}
          icon={<Icon name="plus" />}
          onPress={() => show('palette')}
        />
        <IconButton
          size="small"
          label={text('outline.title')}
          icon={<Icon name="tree" />}
          onPress={() => show('outline')}
        />
      </div>
    );
  return (
    <div className="left-pane">
      <Tabs
        label={text('editor.left')}
        value={tab}
        onChange={setTab}
        tabs={[
          { id: 'palette', label: text('palette.title') },
          { id: 'outline', label: text('outline.title') },
        ]}
        tail={
          <IconButton
            size="small"
            label={text('editor.fold')}
            icon={<Icon name="fold-left" />}
            onPress={() => setAsked(false)}
          />
        }
      >
        <Suspense fallback={null}>{tab === 'palette' ? <Palette /> : <Outline />}</Suspense>
      </Tabs>
    </div>
  );
}

/** A node that an undo took away is not chosen any more. */
function useGone(): void {
  const { graph } = useShownGraph();
  const before = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const now = new Set(nodesIn(graph).map(keyOf));
    const { selection, set } = useView.getState();
    const kept = selection.filter((key) => now.has(key) || !before.current.has(key));
    before.current = now;
    if (kept.length < selection.length) set({ selection: kept });
  }, [graph]);
}

/** The inspector stands where there is something to inspect; a cursor that wanders through the text opens nothing. */
export function RightPane({ view }: { readonly view: string }) {
  useGone();
  const isChosen = useView((state) => state.selection.length > 0 && (view === 'text' || !state.isQuiet));
  const isFlow = useView((state) => state.isFlowOpen);
  if (view === 'diff' || (!isChosen && !isFlow && view !== 'text')) return null;
  return (
    <Suspense fallback={<aside className="inspector" />}>
      <Inspector />
    </Suspense>
  );
}
