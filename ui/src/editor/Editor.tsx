import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { Suspense, lazy, useEffect, useMemo, useState } from 'react';
import { type Kept, catalogQuery, draftQuery, publishedFile } from '../api/catalog';
import { meQuery } from '../api/engine';
import { flowQuery } from '../api/flows';
import { useText } from '../app/text';
import { Session } from '../core/session';
import { Button } from '../kit/Button';
import { Banner, Empty } from '../kit/Panel';
import { Splitter } from '../kit/Splitter';
import { PublishDialog } from '../publish/PublishDialog';
import { AsVariant, type ScreenProps } from './AsVariant';
import { CaseMenu, ExtractDialog } from './Dialogs';
import { Drawer } from './Drawer';
import { EditorCanvas } from './EditorCanvas';
import { EditorHeader } from './EditorHeader';
import { GivenRun } from './FromRun';
import { QuickAdd } from './QuickAdd';
import { type Drafts, useDrafts } from './drafts';
import { useNavigateHere } from './here';
import { LeftPane, RightPane } from './Sides';
import { useEditorKeys } from './keys';
import { EditingContext, editingOf, useEditing, useProjection } from './session';
import { placeAhead } from './useLayout';
import { useView } from './view';
import './editor.css';

const TextPane = lazy(() => import('./TextPane').then((file) => ({ default: file.TextPane })));
const DiffPane = lazy(() => import('./DiffPane').then((file) => ({ default: file.DiffPane })));

/** What the editor opens: a published flow, or one that exists as a draft only. */
interface Opened {
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

/** Loads the flow and its draft; what follows works on one session. */
export function Editor() {
  const text = useText();
  const { name } = useParams({ from: '/flows/$name' });
  const { file: asked } = useSearch({ from: '/flows/$name' });
  const flow = useQuery(flowQuery(name));
  // Extensions are drawn here as well: a document that is no flow opens by its file.
  const isNew = flow.isError && asked !== undefined;
  const file = flow.data?.file ?? (isNew ? asked : undefined);
  const draft = useQuery({ ...draftQuery(file ?? ''), enabled: file !== undefined });
  useForgotten(file);
  const stated = useQuery({
    queryKey: ['file', asked],
    queryFn: async () => (await publishedFile(asked ?? '').catch(() => null))?.text ?? null,
    enabled: isNew,
    retry: false,
  });
  const isNowhere = stated.data === null && draft.data === null;
  const isMissing = flow.isError && (!isNew || isNowhere || draft.isError);
  if (isMissing)
    return (
      <Empty icon="alert" title={text('editor.missing', { name })}>
        <p>{flow.error.message}</p>
      </Empty>
    );
  if (file === undefined || draft.isPending || (isNew && stated.isPending))
    return <Empty title={text('frame.loading')} />;
  return (
    <Loaded
      key={name}
      flow={{ name, file, text: flow.data?.text ?? stated.data ?? '' }}
      kept={draft.data ?? undefined}
    />
  );
}

/** The draft that was opened is of no use to the next who opens it. */
function useForgotten(file: string | undefined): void {
  const queries = useQueryClient();
  useEffect(
    () => () => {
      if (file !== undefined) queries.removeQueries({ queryKey: ['draft', file], exact: true });
    },
    [queries, file],
  );
}

/** Rights that allow changing a draft. */
const EDITING = /^(\*|edit|write|admin|author|publish|catalog)/;

function Loaded({ flow, kept }: { readonly flow: Opened; readonly kept: Kept | undefined }) {
  const me = useQuery(meQuery);
  const catalog = useQuery(catalogQuery);
  const isReadOnly = me.data !== undefined && !me.data.rights.some((right) => EDITING.test(right));
  const [opened] = useState(() => ({ text: flow.text, kept }));
  const editing = useMemo(() => {
    const session = Session.open(opened.kept?.draft.text ?? opened.text);
    const made = editingOf(session, { file: flow.file, flow: flow.name, isReadOnly });
    placeAhead(made.watch.projection().graph);
    return made;
  }, [opened, flow.file, flow.name, isReadOnly]);
  const drafts = useDrafts(editing.session, flow.file, catalog.data?.revision ?? 0, opened.kept);
  const set = useView((state) => state.set);
  useEffect(
    () => () =>
      set({
        selection: [],
        edge: undefined,
        result: undefined,
        quickAdd: undefined,
        search: '',
        folded: new Set(),
        isBase: undefined,
        isRunAsked: false,
        isQuiet: false,
        isFlowOpen: false,
      }),
    [set],
  );
  return (
    <EditingContext value={editing}>
      <AsVariant base={editing} drafts={drafts} published={opened.text} screen={Screen} />
    </EditingContext>
  );
}

const CLEAN = { state: 'clean' } as const;

function Screen({ drafts, published: began }: ScreenProps) {
  const text = useText();
  const search = useSearch({ from: '/flows/$name' });
  const go = useNavigateHere();
  const [isPublishing, setPublishing] = useState(false);
  // What this editor published itself is what it differs from next.
  const [own, setOwn] = useState<string>();
  const published = own ?? began;
  const view = search.view ?? 'canvas';
  const set = useView((state) => state.set);
  const runCase = () => {
    set({ isRunAsked: true });
    if (search.drawer !== 'test') go({ drawer: 'test' });
  };
  const publish = () => {
    void drafts.flush().then(() => setPublishing(true));
  };
  useEditorKeys(runCase, publish);
  const { session, file } = useEditing();
  return (
    <div className="editor">
      <EditorHeader
        draft={session.file === own ? CLEAN : drafts.state}
        view={view}
        onRun={runCase}
        onPublish={publish}
      />
      {drafts.state.state === 'conflict' ? <Conflict drafts={drafts} /> : null}
      <Unreadable />
      <div className="editor-body">
        <LeftPane isBeside={view === 'split'} />
        <div className="editor-centre">
          <Middle view={view} published={published} />
          <Drawer tab={search.drawer} />
        </div>
        <RightPane view={view} />
      </div>
      <GivenRun />
      <QuickAdd />
      <ExtractDialog />
      <CaseMenu />
      {isPublishing ? (
        <PublishDialog
          file={file}
          text={session.file}
          published={published}
          onClose={() => setPublishing(false)}
          onPublished={setOwn}
        />
      ) : null}
      <span className="hidden-text">{text('editor.hint')}</span>
    </div>
  );
}

/** Panes load when they are first looked at. */
function Middle(props: { readonly view: string; readonly published: string }) {
  return (
    <Suspense fallback={<div className="canvas" />}>
      <Views {...props} />
    </Suspense>
  );
}

function Views({ view, published }: { readonly view: string; readonly published: string }) {
  const text = useText();
  const { session } = useEditing();
  useProjection();
  if (view === 'text') return <TextPane />;
  if (view === 'diff') return <DiffPane before={published} after={session.file} />;
  if (view === 'split')
    return (
      <Splitter label={text('view.split')} initial={46} first={<EditorCanvas />} second={<TextPane />} />
    );
  return <EditorCanvas />;
}

/** The text does not parse: the last good graph stays, and the place is one press away. */
function Unreadable() {
  const text = useText();
  const { session } = useEditing();
  const { isStale } = useProjection();
  const fault = session.tree.faults[0];
  const go = useNavigateHere();
  if (!isStale || fault === undefined) return null;
  return (
    <Banner
      tone="failed"
      action={
        <Button size="small" onPress={() => go({ view: 'split' })}>
          {text('editor.showText')}
        </Button>
      }
    >
      {text('editor.unreadable', { line: fault.line, message: fault.message })}
    </Banner>
  );
}

const MergeDialog = lazy(async () => ({ default: (await import('../publish/MergeDialog')).MergeDialog }));

function Conflict({ drafts }: { readonly drafts: Drafts }) {
  const text = useText();
  const { session } = useEditing();
  const [isJoining, setJoining] = useState(false);
  if (drafts.state.state !== 'conflict') return null;
  const { base, theirs, etag } = drafts.state;
  const use = (joined: string) => {
    session.dispatch({
      changes: { from: 0, to: session.editor.doc.length, insert: joined },
      userEvent: 'input.merge',
    });
    drafts.adopt(etag, theirs);
  };
  return (
    <Banner
      tone="warn"
      action={
        <>
          <Button size="small" onPress={() => setJoining(true)}>
            {text('conflict.merge')}
          </Button>
          <Button size="small" look="quiet" onPress={() => drafts.adopt(etag, theirs)}>
            {text('conflict.mine')}
          </Button>
        </>
      }
    >
      {text('conflict.text')}
      {isJoining ? (
        <Suspense fallback={null}>
          <MergeDialog
            base={base.replaceAll('\r\n', '\n')}
            mine={session.text}
            theirs={theirs.replaceAll('\r\n', '\n')}
            onMerged={use}
            onClose={() => setJoining(false)}
          />
        </Suspense>
      ) : null}
    </Banner>
  );
}
