import { inWords } from '../app/words';
import { titleIn } from '../core/title';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { flowQuery } from '../api/flows';
import { useMoments, useText } from '../app/text';
import { isObject } from '../core/json';
import { Button, IconButton } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { Menu } from '../kit/Menu';
import { Choice } from '../kit/Choice';
import { useIsBase, variantsFor } from './AsVariant';
import { useActions } from './actions';
import type { DraftState } from './drafts';
import { useUnpin } from './pins';
import { useEditing, useValue, useVersion } from './session';
import { useView } from './view';

const VIEWS = [
  { id: 'canvas', key: 'view.canvas', icon: 'map' },
  { id: 'split', key: 'view.split', icon: 'columns' },
  { id: 'text', key: 'view.text', icon: 'code' },
  { id: 'diff', key: 'view.diff', icon: 'compare' },
] as const;

export interface HeaderProps {
  readonly draft: DraftState;
  readonly view: (typeof VIEWS)[number]['id'];
  readonly onRun: () => void;
  readonly onPublish: () => void;
}

export function EditorHeader({ draft, view, onRun, onPublish }: HeaderProps) {
  const text = useText();
  const { flow, isReadOnly } = useEditing();
  const navigate = useNavigate();
  const meta = useValue(['metadata']);
  const title = inWords(isObject(meta) ? titleIn(meta['title']) : undefined) ?? flow;
  return (
    <header className="editor-head">
      <Link to="/flows" className="editor-back" aria-label={text('editor.back')}>
        <Icon name="back" />
      </Link>
      <div className="editor-name">
        <h1 className="clip">{title}</h1>
        <small className="mono clip">{flow}</small>
      </div>
      <Saved draft={draft} />
      <VariantTag />
      <span className="bar-gap" />
      <Steps />
      <Choice
        label={text('view.label')}
        value={view}
        options={VIEWS.map((one, i) => ({
          id: one.id,
          label: `${text(one.key)} (${i + 1})`,
          icon: <Icon name={one.icon} />,
        }))}
        onChange={(id) =>
          void navigate({
            to: '.',
            search: (old) => ({ ...old, view: VIEWS.find((one) => one.id === id)?.id }),
          })
        }
      />
      <Settings />
      <More />
      <Button icon={<Icon name="play" size={14} />} onPress={onRun}>
        {text('editor.run')}
      </Button>
      <Button look="main" isDisabled={isReadOnly} onPress={onPublish}>
        {text('editor.publish')}
      </Button>
    </header>
  );
}

function Steps() {
  const text = useText();
  const actions = useActions();
  const { session } = useEditing();
  useVersion();
  const { undo, redo } = session.depths;
  return (
    <div className="bar-tools">
      <IconButton
        label={text('editor.undo')}
        hint="Ctrl Z"
        icon={<Icon name="undo" />}
        isDisabled={undo === 0}
        onPress={actions.undo}
      />
      <IconButton
        label={text('editor.redo')}
        hint="Ctrl Shift Z"
        icon={<Icon name="redo" />}
        isDisabled={redo === 0}
        onPress={actions.redo}
      />
    </div>
  );
}

function Saved({ draft }: { readonly draft: DraftState }) {
  const text = useText();
  const moments = useMoments();
  const { isReadOnly } = useEditing();
  if (isReadOnly)
    return (
      <span className="editor-state">
        <Icon name="lock" size={14} />
        {text('editor.readOnly')}
      </span>
    );
  const word = {
    clean: text('draft.clean'),
    dirty: text('draft.dirty'),
    saving: text('draft.saving'),
    saved: draft.state === 'saved' ? text('draft.saved', { time: moments.minute(draft.at) }) : '',
    conflict: text('draft.conflict'),
    failed: text('draft.failed'),
  }[draft.state];
  return (
    <span
      className={`editor-state editor-state-${draft.state}`}
      title={draft.state === 'failed' ? draft.message : ''}
    >
      {word}
    </span>
  );
}

/** As which identity the flow is edited; as it is written is one press away. */
function VariantTag() {
  const text = useText();
  const { flow: name } = useEditing();
  const flow = useQuery(flowQuery(name)).data;
  const set = useView((state) => state.set);
  const isBase = useIsBase(name);
  const { bizId, scenario } = useSearch({ strict: false });
  if (bizId === undefined || flow === undefined) return null;
  const who = scenario === undefined ? bizId : `${bizId} ▸ ${scenario}`;
  const own = variantsFor(flow, bizId, scenario).find((one) => (one.scenario ?? undefined) === scenario);
  const named =
    own === undefined ? text('variant.fresh', { who }) : text('variant.named', { name: own.name });
  return (
    <Choice
      label={text('variant.choice')}
      value={isBase ? 'base' : 'effective'}
      options={[
        { id: 'base', label: text('variant.asWritten') },
        { id: 'effective', label: named },
      ]}
      onChange={(id) => set({ isBase: id === 'base' })}
    />
  );
}

/** What is said of the flow itself, beside what its nodes say. */
function Settings() {
  const text = useText();
  const isOpen = useView((state) => state.isFlowOpen);
  const set = useView((state) => state.set);
  return (
    <IconButton
      label={text('editor.settings')}
      icon={<Icon name="settings" />}
      isOn={isOpen}
      onPress={() => set(isOpen ? { selection: [] } : { selection: [], edge: undefined, isFlowOpen: true })}
    />
  );
}

function More() {
  const text = useText();
  const actions = useActions();
  const { flow, session } = useEditing();
  const unpin = useUnpin(flow);
  const set = useView((state) => state.set);
  const navigate = useNavigate();
  const act = (id: string) => {
    if (id === 'layout') unpin();
    if (id === 'runs') void navigate({ to: '/runs', search: (old) => ({ ...old, flow }) });
    if (id === 'copy') void navigator.clipboard.writeText(session.file);
    if (id === 'foreach' || id === 'loop' || id === 'race') actions.wrap(id);
    if (id === 'extract')
      set({ extract: useView.getState().selection.map((key) => key.split('/').at(-1) ?? '') });
  };
  return (
    <Menu
      label={text('editor.more')}
      onAction={act}
      actions={[
        { id: 'foreach', label: text('command.wrap', { kind: 'foreach' }), icon: <Icon name="repeat" /> },
        { id: 'loop', label: text('command.wrap', { kind: 'loop' }), icon: <Icon name="refresh" /> },
        { id: 'race', label: text('command.wrap', { kind: 'race' }), icon: <Icon name="zap" /> },
        { id: 'extract', label: text('command.extract'), hint: 'Ctrl G', icon: <Icon name="workflow" /> },
        { id: 'layout', label: text('command.relayout'), icon: <Icon name="layout" />, starts: true },
        { id: 'runs', label: text('command.runs'), icon: <Icon name="activity" /> },
        { id: 'copy', label: text('command.copyText'), icon: <Icon name="copy" /> },
      ]}
    >
      <IconButton label={text('editor.more')} icon={<Icon name="more" />} />
    </Menu>
  );
}
