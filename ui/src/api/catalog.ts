import { queryOptions } from '@tanstack/react-query';
import type { Diagnosis, Diagnostic } from './diagnostics';
import { type Page, get, post, send } from './http';

export interface Catalog {
  readonly revision: number;
  readonly hash: string;
  readonly publishedAt: string;
  readonly note?: string | null;
  readonly by?: string | null;
  readonly documents: readonly {
    readonly kind: string;
    readonly name: string;
    readonly version: number;
    readonly file: string;
    readonly hash: string;
  }[];
  readonly warnings?: readonly Diagnostic[];
}
export interface Draft {
  readonly path: string;
  readonly text: string;
  readonly baseRevision: number;
  readonly updatedAt: string;
  readonly by?: string | null;
}
export interface Revision {
  readonly revision: number;
  readonly hash: string;
  readonly publishedAt: string;
  readonly note?: string | null;
  readonly by?: string | null;
}
export interface FileChange {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before: string | null;
  readonly after: string | null;
}
export interface FileText {
  readonly path: string;
  readonly text: string | null;
}

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
    queryFn: ({ signal }) =>
      get<Page<FileChange>>(`/v1/catalog/revisions/${revision}/diff`, { against }, signal),
  });
}

export function publishedFile(
  path: string,
): Promise<{ readonly path: string; readonly text: string; readonly etag: string }> {
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

export function validate(files: readonly FileText[]): Promise<Diagnosis> {
  return post('/v1/catalog/validate', { files });
}

export function publish(body: {
  readonly files: readonly FileText[];
  readonly note: string;
  readonly baseRevision: number;
}): Promise<Revision> {
  return post('/v1/catalog/publish', body);
}

export function rollback(revision: number, note: string): Promise<Revision> {
  return post('/v1/catalog/rollback', { revision, note });
}
