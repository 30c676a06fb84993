/** The editor's keys. Single letters act only while the canvas has the focus. */
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useHotkeys } from '../kit/hotkeys';
import { useActions } from './actions';
import { inOrder } from './inOrder';
import { placeAfterSelection } from './Palette';
import { offsetOf, useProblems } from './problems';
import { useProjection } from './session';
import { keyOf } from '../canvas/layout';
import { nodeOfKey, useView } from './view';

const canvas = () => document.querySelector<HTMLElement>('[data-canvas]');

function centre(): { x: number; y: number } {
  const box = canvas()?.getBoundingClientRect();
  return box === undefined
    ? { x: 400, y: 200 }
    : { x: box.left + box.width / 2 - 160, y: box.top + box.height / 4 };
}

export function useEditorKeys(onRun: () => void, onPublish: () => void): void {
  const actions = useActions();
  const navigate = useNavigate();
  const walk = useWalk();
  const problem = useNextProblem();
  const set = useView((state) => state.set);
  const view = (id: 'canvas' | 'split' | 'text' | 'diff') =>
    void navigate({ to: '.', search: (old) => ({ ...old, view: id }) });
  const add = () =>
    set({ quickAdd: { ...centre(), ...(placeAfterSelection() ?? { scope: [] }), ...centre() } });
  const extract = () => set({ extract: useView.getState().selection.map((key) => nodeOfKey(key).id) });
  useHotkeys([
    { keys: 'Mod+Z', name: 'editor.undo', run: actions.undo },
    { keys: 'Mod+Shift+Z', name: 'editor.redo', run: actions.redo },
    { keys: 'Mod+Y', name: 'editor.redo', run: actions.redo },
    { keys: 'Mod+Enter', name: 'editor.run', run: onRun },
    { keys: 'Mod+S', name: 'editor.publish', run: onPublish },
    { keys: 'F8', name: 'keys.nextProblem', run: problem },
    { keys: 'Mod+D', name: 'keys.duplicate', run: actions.duplicate, within: canvas },
    { keys: 'Mod+G', name: 'command.extract', run: extract, within: canvas },
    { keys: '/', name: 'keys.add', run: add, within: canvas },
    { keys: 'I', name: 'keys.insertAfter', run: add, within: canvas },
    { keys: 'Delete', name: 'keys.remove', run: actions.remove, within: canvas },
    { keys: 'Backspace', name: 'keys.remove', run: actions.remove, within: canvas },
    { keys: 'Enter', name: 'keys.inspect', run: focusInspector, within: canvas },
    { keys: 'Escape', name: 'keys.toCanvas', run: focusCanvas, within: beside },
    { keys: 'ArrowRight', name: 'keys.next', run: () => walk(1), within: canvas },
    { keys: 'ArrowDown', name: 'keys.next', run: () => walk(1), within: canvas },
    { keys: 'ArrowLeft', name: 'keys.previous', run: () => walk(-1), within: canvas },
    { keys: 'ArrowUp', name: 'keys.previous', run: () => walk(-1), within: canvas },
    { keys: '1', name: 'view.canvas', run: () => view('canvas'), within: canvas },
    { keys: '2', name: 'view.split', run: () => view('split'), within: canvas },
    { keys: '3', name: 'view.text', run: () => view('text'), within: canvas },
    { keys: '4', name: 'view.diff', run: () => view('diff'), within: canvas },
  ]);
  useClipboard();
}

/** Where Escape leads back from; a text that completes needs the key itself. */
function beside(): HTMLElement | null {
  const at = document.activeElement;
  return at?.closest('.cm-editor') == null
    ? (at?.closest<HTMLElement>('[data-inspector], .drawer, .left-pane') ?? null)
    : null;
}

function focusCanvas(): void {
  const area = canvas();
  const card =
    area?.querySelector<HTMLElement>('.react-flow__node.selected') ??
    area?.querySelector<HTMLElement>('.react-flow__node');
  card?.focus({ preventScroll: true });
}

function focusInspector(): void {
  document.querySelector<HTMLElement>('[data-inspector] input, [data-inspector] button')?.focus();
}

/** Arrow keys follow the graph in topological order. */
function useWalk(): (step: number) => void {
  const { graph } = useProjection();
  const set = useView((state) => state.set);
  return (step) => {
    const keys = inOrder(graph).map(keyOf);
    const at = keys.indexOf(useView.getState().selection[0] ?? '');
    const next = keys[at < 0 ? 0 : Math.min(keys.length - 1, Math.max(0, at + step))];
    if (next !== undefined) set({ selection: [next], edge: undefined });
  };
}

function useNextProblem(): () => void {
  const problems = useProblems();
  const { source: text, keyAt } = useProjection();
  const set = useView((state) => state.set);
  return () => {
    const keys = problems
      .flatMap((one) => (one.range == null ? [] : [keyAt(offsetOf(text, one.range.start))]))
      .filter((key) => key !== undefined);
    const at = keys.indexOf(useView.getState().selection[0] ?? '');
    const next = keys[(at + 1) % Math.max(1, keys.length)];
    if (next !== undefined) set({ selection: [next] });
  };
}

/** Copy, cut and paste carry YAML text through the system's clipboard. */
function useClipboard(): void {
  const actions = useActions();
  useEffect(() => {
    const isHere = () =>
      canvas()?.contains(document.activeElement) === true || document.activeElement === document.body;
    const copy = (event: ClipboardEvent) => {
      if (!isHere() || useView.getState().selection.length === 0) return;
      event.preventDefault();
      void actions.copy();
      if (event.type === 'cut') actions.remove();
    };
    const paste = (event: ClipboardEvent) => {
      if (isHere() && actions.paste(event.clipboardData?.getData('text/plain') ?? '')) event.preventDefault();
    };
    document.addEventListener('copy', copy);
    document.addEventListener('cut', copy);
    document.addEventListener('paste', paste);
    return () => {
      document.removeEventListener('copy', copy);
      document.removeEventListener('cut', copy);
      document.removeEventListener('paste', paste);
    };
  }, [actions]);
}
