import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { type ComponentType, useMemo, useState } from 'react';
import { type Kept, catalogQuery, publishedFile, readDraft } from '../api/catalog';
import { type FlowItem, flowQuery } from '../api/flows';
import type { IdentitySearch } from '../app/search';
import { variantText } from '../core/commands/patch';
import { Session } from '../core/session';
import { type Drafts, useDrafts } from './drafts';
import { type Editing, EditingContext } from './session';
import { type Layer, variantEditing } from './variant';
import { useView } from './view';

export interface ScreenProps {
  readonly drafts: Drafts;
  readonly published: string;
}
interface Props extends ScreenProps {
  readonly base: Editing;
  readonly screen: ComponentType<ScreenProps>;
}

/** One variant on the way to the identity. `text` is what it starts with when nobody wrote it yet. */
interface Wanted {
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

/** The flow as written, or as the identity in the bar gets it: then edits go into that identity's variant. */
export function AsVariant({ base, drafts, published, screen: Screen }: Props) {
  const wanted = useWanted(base);
  const files = wanted.map((one) => one.file);
  const sources = useQuery({
    queryKey: ['variant', base.flow, ...files],
    queryFn: () => Promise.all(wanted.map((one) => sourceOf(one))),
    enabled: wanted.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
  const own = wanted.at(-1);
  if (own === undefined || sources.data === undefined)
    return <Screen drafts={drafts} published={published} />;
  const props = { base, drafts, published, screen: Screen, wanted, sources: sources.data };
  return own.file === base.file ? (
    <Here key={own.name} {...props} />
  ) : (
    <Beside key={`${own.name} ${own.file}`} {...props} />
  );
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
  const documents = useQuery(catalogQuery).data?.documents;
  const isBase = useIsBase(base.flow);
  return useMemo(() => {
    if (isBase || bizId === undefined || item === undefined || documents === undefined) return [];
    const known = variantsFor(item, bizId, scenario);
    const folder = base.file.slice(0, base.file.lastIndexOf('/') + 1);
    const fileOf = (name: string) =>
      documents.find((one) => one.kind === 'Variant' && one.name === name)?.file ?? `${folder}${name}.yaml`;
    const found = known.map(({ name }) => ({ name, file: fileOf(name), text: '' }));
    const last = known.at(-1);
    if (last !== undefined && (last.scenario ?? undefined) === scenario) return found;
    const fresh = variantText(base.flow, { bizId, scenario });
    return [...found, { ...fresh, file: `${folder}${fresh.name}.yaml` }];
  }, [base, item, documents, bizId, scenario, isBase]);
}

interface Source {
  readonly published: string;
  readonly session: Session;
  /** The draft as it was last kept. */
  kept: Kept | undefined;
}

async function sourceOf(wanted: Wanted): Promise<Source> {
  const [kept, published] = await Promise.all([
    readDraft(wanted.file),
    wanted.text === '' ? publishedFile(wanted.file).then((file) => file.text) : Promise.resolve(wanted.text),
  ]);
  return {
    kept,
    published: wanted.text === '' ? published : '',
    session: Session.open(kept?.draft.text ?? published),
  };
}

interface Opened extends Props {
  readonly wanted: readonly Wanted[];
  readonly sources: readonly Source[];
}

function useVariant({ base, wanted, sources }: Opened): Editing {
  return useMemo(() => {
    const layers = wanted.map(({ name, file }, i): Layer => {
      const session = file === base.file ? base.session : sources[i]?.session;
      return { name, session: session ?? base.session };
    });
    const own = layers.at(-1) ?? { name: '', session: base.session };
    return variantEditing(base, layers.slice(0, -1), own, wanted.at(-1)?.file ?? base.file);
  }, [base, wanted, sources]);
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
