/** What menus, keys and drops do: each is one command on the session and one sentence for the reader. */
import { useCallback, useMemo } from 'react';
import { type Key, useText } from '../app/text';
import { useSettings } from '../app/settings';
import { type NewNode, addNode, appendAfter, insertOnEdge, suggestId } from '../core/commands/add';
import { copyText, duplicate, isPasteable, paste } from '../core/commands/clipboard';
import { casesOf, connect, disconnect, reconnect } from '../core/commands/connect';
import { removeNode } from '../core/commands/remove';
import type { Outcome } from '../core/commands/run';
import { wrap } from '../core/commands/wrap';
import type { JsonObject, Path } from '../core/json';
import { useNotes } from '../kit/Live';
import { usePinNew } from './pins';
import { type Editing, useEditing } from './session';
import { type QuickAdd, keyPath, nodeOfKey, useView } from './view';

const REFUSALS: Readonly<Record<string, Key>> = {
  cycle: 'refused.cycle',
  'edge-exists': 'refused.edgeExists',
  'order-edge': 'refused.orderEdge',
  'data-edge': 'refused.dataEdge',
  foreign: 'refused.foreign',
  'taken-id': 'refused.takenId',
  'bad-id': 'refused.badId',
  'cannot-wrap': 'refused.cannotWrap',
  'no-nodes': 'refused.noNodes',
  'not-convex': 'refused.notConvex',
  'switch-leaves': 'refused.switchLeaves',
  'reads-status': 'refused.readsStatus',
  'still-referenced': 'refused.stillReferenced',
  'variant-rename': 'refused.variantRename',
  'variant-order': 'refused.variantOrder',
  'variant-fixed': 'refused.variantFixed',
  'variant-null': 'refused.variantNull',
  'bad-list': 'refused.badList',
  'bad-field': 'refused.badField',
  'taken-field': 'refused.takenField',
};

export function refusalKey(code: string): Key {
  return REFUSALS[code] ?? 'refused.other';
}

/** Says a command's name, or why it was refused. */
export function useReport(): (outcome: Outcome) => Outcome {
  const text = useText();
  const say = useNotes((state) => state.say);
  const locale = useSettings((state) => state.locale);
  return useCallback(
    (outcome) => {
      if (!outcome.ok) say(text(refusalKey(outcome.code), { ...outcome.params }), 'failed');
      else if (outcome.note !== undefined) say(text('note.needsInsteadOfOrder'));
      else say(locale === 'zh-CN' ? outcome.name.zh : outcome.name.en);
      return outcome;
    },
    [text, say, locale],
  );
}

export interface Actions {
  readonly add: (place: QuickAdd | undefined, base: string, body: JsonObject) => void;
  readonly connect: (scope: Path, from: string, to: string, at?: { x: number; y: number }) => void;
  readonly connectCase: (scope: Path, from: string, to: string, branch: number) => void;
  readonly disconnect: (scope: Path, from: string, to: string) => void;
  readonly reconnect: (
    scope: Path,
    old: { from: string; to: string },
    next: { from: string; to: string },
  ) => void;
  readonly remove: () => void;
  readonly duplicate: () => void;
  readonly copy: () => Promise<void>;
  readonly paste: (clip: string) => boolean;
  readonly wrap: (kind: 'foreach' | 'loop' | 'race') => void;
  readonly undo: () => void;
  readonly redo: () => void;
}

export function useActions(): Actions {
  const { session, watch, isReadOnly, run, flow } = useEditing();
  const pinNew = usePinNew(flow);
  const report = useReport();
  const text = useText();
  const say = useNotes((state) => state.say);
  const set = useView((state) => state.set);
  return useMemo(() => {
    const document = () => watch.projection().document;
    const select = (outcome: Outcome) => {
      if (outcome.ok && outcome.selection.length > 0)
        set({ selection: outcome.selection.map((path) => path.join('/')), edge: undefined });
      return report(outcome);
    };
    const chosen = () => chosenIn(useView.getState().selection);
    const guard = () => {
      if (isReadOnly) say(text('editor.readOnly'), 'failed');
      return isReadOnly;
    };
    return {
      ...adders({ watch, document, select, guard, run, pinNew }),
      ...edgeActions({ document, select, guard, run, watch, set }),
      remove: () => {
        const { edge } = useView.getState();
        const { scope, ids } = chosen();
        if (guard()) return;
        if (ids.length > 0) select(run(removeNode, { document: document(), path: scope, ids }));
        else if (edge !== undefined) removeEdge(edge, document(), run, select);
        set({ edge: undefined });
      },
      duplicate: () => {
        const { scope, ids } = chosen();
        if (ids.length > 0 && !guard()) select(run(duplicate, { document: document(), path: scope, ids }));
      },
      copy: async () => {
        const { scope, ids } = chosen();
        const { text: shown, tree } = watch.projection();
        const clip = copyText(shown, tree, { document: document(), path: scope, ids });
        if (clip === '') return;
        await navigator.clipboard.writeText(clip);
        say(text('note.copied', { count: ids.length }));
      },
      paste: (clip) => {
        if (!isPasteable(clip) || guard()) return false;
        const { scope, ids } = chosen();
        const after = ids.at(-1);
        select(
          run(paste, { document: document(), path: scope, clip, ...(after === undefined ? {} : { after }) }),
        );
        return true;
      },
      wrap: (kind) => {
        const { scope, ids } = chosen();
        const id = ids[0];
        if (id === undefined || guard()) return;
        select(
          run(wrap, { document: document(), path: scope, id, kind, keys: WRAP_KEYS[kind], branch: 'first' }),
        );
      },
      undo: () => stepped(session.undo(), say, text('note.undone')),
      redo: () => stepped(session.redo(), say, text('note.redone')),
    };
  }, [session, watch, isReadOnly, run, pinNew, report, text, say, set]);
}

const WRAP_KEYS: Readonly<Record<'foreach' | 'loop' | 'race', JsonObject>> = {
  foreach: { in: 'input.items', as: 'item' },
  loop: { until: 'last != null', max: 10, every: '1s' },
  race: {},
};

interface Tools {
  readonly watch: Editing['watch'];
  readonly document: () => number;
  readonly select: (outcome: Outcome) => Outcome;
  readonly guard: () => boolean;
  readonly run: Editing['run'];
}

type AddTools = Tools & { readonly pinNew: ReturnType<typeof usePinNew> };

function adders({ watch, document, select, guard, run, pinNew }: AddTools): Pick<Actions, 'add'> {
  return {
    add: (place, base, body) => {
      if (guard()) return;
      const scope = { document: document(), path: place?.scope ?? [] };
      const { draft } = watch.projection();
      const id = draft === undefined ? base : suggestId(draft, scope, base);
      const node: NewNode = { id, body };
      const outcome =
        place?.edge !== undefined
          ? run(insertOnEdge, { ...scope, ...node, ...place.edge })
          : place?.anchor !== undefined
            ? run(appendAfter, { ...scope, ...node, anchor: place.anchor })
            : run(addNode, { ...scope, ...node });
      const [path] = outcome.ok ? outcome.selection : [];
      if (path !== undefined) pinNew(path.join('/'), place?.spot);
      select(outcome);
    },
  };
}

type EdgeTools = Tools & { readonly set: ReturnType<typeof useView.getState>['set'] };

function edgeActions(
  tools: EdgeTools,
): Pick<Actions, 'connect' | 'connectCase' | 'disconnect' | 'reconnect'> {
  const { watch, document, select, guard, run, set } = tools;
  return {
    connect: (path, from, to, at) => {
      if (guard()) return;
      const scope = { document: document(), path };
      const { draft } = watch.projection();
      const cases = draft === undefined ? [] : casesOf(draft, scope, from);
      if (cases.length > 0 && at !== undefined) set({ caseMenu: { ...at, from, to, scope: path } });
      else select(run(connect, { ...scope, from, to }));
    },
    connectCase: (path, from, to, branch) => {
      if (!guard()) select(run(connect, { document: document(), path, from, to, branch }));
    },
    disconnect: (path, from, to) => {
      if (!guard()) select(run(disconnect, { document: document(), path, from, to }));
    },
    reconnect: (path, old, next) => {
      if (!guard()) select(run(reconnect, { document: document(), path, old, next }));
    },
  };
}

function removeEdge(key: string, document: number, run: Tools['run'], select: Tools['select']): void {
  const [parent = '', link = ''] = key.split(':');
  const [from = '', to = ''] = link.split('>');
  const path = parent === '' ? [] : keyPath(parent);
  select(run(disconnect, { document, path, from, to }));
}

/** The chosen nodes of the first chosen scope. */
function chosenIn(selection: readonly string[]): { scope: Path; ids: string[] } {
  const found = selection.map(nodeOfKey).filter((one) => one.isNode);
  const scope = found[0]?.scope ?? [];
  return { scope, ids: found.filter((one) => one.scope.join('/') === scope.join('/')).map((one) => one.id) };
}

function stepped(
  name: { readonly zh: string; readonly en: string } | undefined,
  say: (text: string) => void,
  word: string,
): void {
  if (name === undefined) return;
  say(`${word} ${useSettings.getState().locale === 'zh-CN' ? name.zh : name.en}`);
}
