import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { type ComponentType, useMemo, useState } from 'react';
import { type Catalog, type Kept, catalogQuery, publishedFile, readDraft } from '../api/catalog';
import { type FlowItem, flowQuery } from '../api/flows';
import type { IdentitySearch } from '../app/search';
import { variantText } from '../core/commands/patch';
import { Session } from '../core/session';
import { parseTree } from '../core/tree';
import { type Drafts, useDrafts } from './drafts';
import { type Editing, EditingContext } from './session';
import { findVariant, variantEditing } from './variant';
import { useView } from './view';

export interface ScreenProps {
  readonly drafts: Drafts;
  readonly published: string;
}
interface Props extends ScreenProps {
  readonly base: Editing;
  readonly screen: ComponentType<ScreenProps>;
}

/** One variant on the way to the identity; a fresh one says what it starts with. */
interface Wanted {
  readonly name: string;
  readonly fresh?: { readonly file: string; readonly text: string };
}

/** The flow as written, or as the identity in the bar gets it: then edits go into that identity's variant. */
export function AsVariant({ base, drafts, published, screen: Screen }: Props) {
  const wanted = useWanted(base);
  const names = wanted.map((one) => one.name);
  const queries = useQueryClient();
  const queryKey = ['variant', base.flow, ...names];
  const sources = useQuery({
    queryKey,
    queryFn: () => {
      const catalog = () => queries.fetchQuery(catalogQuery);
      return Promise.all(wanted.map((one) => sourceOf(one, base, catalog)));
    },
    // Once open a session stays open: what is published meanwhile must not take its place.
    enabled: wanted.length > 0 && queries.getQueryData(queryKey) === undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
  const own = sources.data?.at(-1);
  if (wanted.length === 0 || sources.data === undefined || own === undefined)
    return <Screen drafts={drafts} published={published} />;
  const props = { base, drafts, published, screen: Screen, sources: sources.data };
  return own.file === base.file ? <Here key={own.name} {...props} /> : <Beside key={own.name} {...props} />;
}

/** Whether the flow is edited as written; a flow with variants for the identity opens as that identity. */
export function useIsBase(flow: string): boolean {
  const { bizId, scenario }: IdentitySearch = useSearch({ strict: false });
  const isBase = useView((state) => state.isBase);
  const item = useQuery(flowQuery(flow)).data;
  if (bizId === undefined) return true;
  return isBase ?? variantsFor(item, bizId, scenario).length === 0;
}

type Known = FlowItem['variants'][number];

/** Broad before exact, as they build on each other. */
export function variantsFor(
  item: FlowItem | undefined,
  bizId: string,
  scenario: string | undefined,
): readonly Known[] {
  const fitting = (item?.variants ?? []).filter(
    (one) => one.bizId === bizId && (one.scenario === null || one.scenario === scenario),
  );
  return [...fitting].sort((a, b) => Number(a.scenario !== null) - Number(b.scenario !== null));
}

function useWanted(base: Editing): readonly Wanted[] {
  const { bizId, scenario }: IdentitySearch = useSearch({ strict: false });
  const item = useQuery(flowQuery(base.flow)).data;
  const isBase = useIsBase(base.flow);
  return useMemo(() => {
    if (isBase || bizId === undefined || item === undefined) return [];
    const known = variantsFor(item, bizId, scenario);
    const last = known.at(-1);
    const found = known.map(({ name }) => ({ name }));
    if (last !== undefined && (last.scenario ?? undefined) === scenario) return found;
    const { name, text } = variantText(base.flow, { bizId, scenario });
    return [...found, { name, fresh: { file: `${folderOf(base.file)}${name}.yaml`, text } }];
  }, [base, item, bizId, scenario, isBase]);
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1);
}

interface Source {
  readonly name: string;
  readonly file: string;
  readonly published: string;
  readonly session: Session;
  /** The draft as it was last kept. */
  kept: Kept | undefined;
}

type Ask = () => Promise<Catalog>;

async function sourceOf({ name, fresh }: Wanted, base: Editing, catalog: Ask): Promise<Source> {
  const { file, text } = fresh ?? (await fileOf(name, base, catalog));
  const kept = file === base.file ? undefined : await readDraft(file);
  const session = file === base.file ? base.session : Session.open(kept?.draft.text ?? text);
  return { name, file, kept, session, published: fresh === undefined ? text : '' };
}

/** The file that states a variant: the flow's own as it is edited, or where the catalog has it. */
async function fileOf(
  name: string,
  base: Editing,
  catalog: Ask,
): Promise<{ readonly file: string; readonly text: string }> {
  if (statesVariant(base.session.text, name)) return { file: base.file, text: base.session.file };
  const { documents } = await catalog();
  const stated = documents.find((one) => one.kind === 'Variant' && one.name === name);
  if (stated === undefined) throw new Error(name);
  return { file: stated.file, text: (await publishedFile(stated.file)).text };
}

function statesVariant(text: string, name: string): boolean {
  return text.includes(name) && findVariant(parseTree(text), name) !== undefined;
}

interface Opened extends Props {
  readonly sources: readonly Source[];
}

function useVariant({ base, sources }: Opened): Editing {
  return useMemo(() => {
    const own = sources.at(-1) ?? { name: '', session: base.session, file: base.file };
    return variantEditing(base, sources.slice(0, -1), own, own.file);
  }, [base, sources]);
}

/** The variant stands in the flow's own file. */
function Here(props: Opened) {
  const { screen: Screen, drafts, published } = props;
  return (
    <EditingContext value={useVariant(props)}>
      <Screen drafts={drafts} published={published} />
    </EditingContext>
  );
}

/** The variant has a file, and a draft, of its own. */
function Beside(props: Opened) {
  const { screen: Screen, sources } = props;
  const editing = useVariant(props);
  const catalog = useQuery(catalogQuery);
  const [source] = useState(() => sources.at(-1));
  const drafts = useDrafts(
    editing.session,
    editing.file,
    catalog.data?.revision ?? 0,
    source?.kept,
    (kept) => {
      if (source !== undefined) source.kept = kept;
    },
  );
  return (
    <EditingContext value={editing}>
      <Screen drafts={drafts} published={source?.published ?? ''} />
    </EditingContext>
  );
}
