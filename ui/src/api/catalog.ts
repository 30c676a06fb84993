import { queryOptions } from '@tanstack/react-query';
import type { Catalog, CatalogFile, Diagnosis, Publish, Revision, RevisionDiff } from './generated/catalog';
import type * as Told from './generated/catalog';
import { type Page, type Part, get, post, send } from './http';

export type { Catalog, FileChange, FileEdit as FileText, Revision } from './generated/catalog';
export type Draft = Part<Told.Draft, 'path' | 'text' | 'baseRevision' | 'updatedAt'>;

const at = (path: string) => path.split('/').map(encodeURIComponent).join('/');

export const catalogQuery = queryOptions({
  queryKey: ['catalog'],
  queryFn: ({ signal }) => get<Catalog>('/v1/catalog', {}, signal),
  staleTime: 5_000,
});
export const draftsQuery = queryOptions({
  queryKey: ['drafts'],
  queryFn: ({ signal }) => get<Page<Draft>>('/v1/catalog/drafts', {}, signal),
});
export const revisionsQuery = queryOptions({
  queryKey: ['revisions'],
  queryFn: ({ signal }) => get<Page<Revision>>('/v1/catalog/revisions', {}, signal),
});

export function diffQuery(revision: number, against: number) {
  return queryOptions({
    queryKey: ['revisions', revision, against],
    queryFn: ({ signal }) => get<RevisionDiff>(`/v1/catalog/revisions/${revision}/diff`, { against }, signal),
  });
}

export function publishedFile(path: string): Promise<CatalogFile> {
  return get(`/v1/catalog/files/${at(path)}`);
}

export interface Kept {
  readonly draft: Draft;
  readonly etag: string;
}

/** The draft of a file with its entity tag; undefined when there is none. */
export async function readDraft(path: string): Promise<Kept | undefined> {
  const answer = await send<Draft>(`/v1/catalog/drafts/${at(path)}`).catch((error: unknown) => {
    if (error instanceof Error && 'problem' in error && isMissing(error.problem)) return undefined;
    throw error;
  });
  return answer === undefined ? undefined : { draft: answer.body, etag: answer.etag ?? '' };
}

/** Null when there is no draft. Whoever is done with it removes it: the next to open the file wants it as it is then. */
export function draftQuery(file: string) {
  return queryOptions({
    queryKey: ['draft', file],
    queryFn: async () => (await readDraft(file)) ?? null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 2_000,
    retry: false,
  });
}

function isMissing(problem: unknown): boolean {
  return typeof problem === 'object' && problem !== null && 'status' in problem && problem.status === 404;
}

/** Keeps a draft; without a tag it must not exist yet. A conflict is a problem with code `DRAFT_CONFLICT`. */
export async function writeDraft(
  path: string,
  text: string,
  baseRevision: number,
  etag: string | undefined,
): Promise<Kept> {
  const headers: Record<string, string> =
    etag === undefined ? { 'if-none-match': '*' } : { 'if-match': etag };
  const answer = await send<Draft>(`/v1/catalog/drafts/${at(path)}`, {
    method: 'PUT',
    body: { text, baseRevision },
    headers,
  });
  return { draft: answer.body, etag: answer.etag ?? '' };
}

export async function dropDraft(path: string): Promise<void> {
  await send(`/v1/catalog/drafts/${at(path)}`, { method: 'DELETE' });
}

export function validate(files: Publish['files']): Promise<Diagnosis> {
  return post('/v1/catalog/validate', { files });
}

export function publish(body: Publish): Promise<Revision> {
  return post('/v1/catalog/publish', body);
}

export function rollback(revision: number, note: string): Promise<Revision> {
  return post('/v1/catalog/rollback', { revision, note });
}
