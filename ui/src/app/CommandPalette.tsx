import { Suspense, lazy, useState } from 'react';
import { create } from 'zustand';
import { useHotkeys } from '../kit/hotkeys';

const PaletteWindow = lazy(() => import('./PaletteWindow').then((file) => ({ default: file.PaletteWindow })));

interface Palette {
  readonly isOpen: boolean;
  readonly open: () => void;
  readonly close: () => void;
}

export const usePalette = create<Palette>((set) => ({
  isOpen: false,
  open: () => set({ isOpen: true }),
  close: () => set({ isOpen: false }),
}));

/** Ctrl K: every screen, flow and bound command by name. */
export function CommandPalette() {
  const { isOpen, open, close } = usePalette();
  const [hasKeys, setHasKeys] = useState(false);
  useHotkeys([
    { keys: 'Mod+K', name: 'keys.palette', run: open },
    { keys: '?', name: 'keys.help', run: () => setHasKeys(true) },
  ]);
  if (!isOpen && !hasKeys) return null;
  return (
    <Suspense fallback={null}>
      <PaletteWindow isOpen={isOpen} hasKeys={hasKeys} onClose={close} onKeys={setHasKeys} />
    </Suspense>
  );
}
