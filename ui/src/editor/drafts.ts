/** Drafts save themselves two seconds after the last change; a conflict is shown, never overwritten. */
import { useEffect, useRef, useState } from 'react';
import { type Kept, readDraft, writeDraft } from '../api/catalog';
import { ProblemError } from '../api/http';
import type { Session } from '../core/session';

const PAUSE_MS = 2000;

export type DraftState =
  | { readonly state: 'clean' }
  | { readonly state: 'dirty' }
  | { readonly state: 'saving' }
  | { readonly state: 'saved'; readonly at: Date }
  | {
      readonly state: 'conflict';
      /** What both began from: the last text this editor saved or read. */
      readonly base: string;
      readonly theirs: string;
      readonly etag: string;
    }
  | { readonly state: 'failed'; readonly message: string };

const copyKey = (file: string) => `bactrian.draft.${file}`;

/** A copy on this machine outlives a lost connection. */
export function localCopy(file: string): string | null {
  try {
    return localStorage.getItem(copyKey(file));
  } catch {
    return null;
  }
}

export function dropLocalCopy(file: string): void {
  try {
    localStorage.removeItem(copyKey(file));
  } catch {
    // Nothing was kept.
  }
}

function keepLocalCopy(file: string, text: string): void {
  try {
    localStorage.setItem(copyKey(file), text);
  } catch {
    // The server's draft is the one that counts.
  }
}

export interface Drafts {
  readonly state: DraftState;
  readonly flush: () => Promise<boolean>;
  /** Goes on from another version of the draft: its tag is the one to match from now on. */
  readonly adopt: (etag: string, theirs: string) => void;
}

export function useDrafts(
  session: Session,
  file: string,
  revision: number,
  kept: Kept | undefined,
  onSaved?: (kept: Kept) => void,
): Drafts {
  const [state, setState] = useState<DraftState>(
    kept === undefined ? { state: 'clean' } : { state: 'saved', at: new Date(kept.draft.updatedAt) },
  );
  const etag = useRef(kept?.etag);
  const saved = useRef(kept?.draft.text ?? session.file);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const flush = useRef(async (): Promise<boolean> => true);
  flush.current = async () => {
    clearTimeout(timer.current);
    const text = session.file;
    if (text === saved.current) return true;
    setState({ state: 'saving' });
    try {
      const answer = await keep(file, text, revision, etag.current);
      etag.current = answer.etag;
      onSaved?.(answer);
      saved.current = text;
      dropLocalCopy(file);
      setState({ state: 'saved', at: new Date() });
      return true;
    } catch (error) {
      setState(await failure(error, file, saved.current));
      return false;
    }
  };
  useEffect(() => {
    const stop = session.listen((transaction) => {
      if (!transaction.docChanged) return;
      setState({ state: 'dirty' });
      keepLocalCopy(file, session.file);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void flush.current(), PAUSE_MS);
    });
    return () => {
      stop();
      clearTimeout(timer.current);
      void flush.current();
    };
  }, [session, file]);
  return {
    state,
    flush: () => flush.current(),
    adopt: (next, theirs) => {
      etag.current = next;
      saved.current = theirs;
      setState({ state: 'dirty' });
      void flush.current();
    },
  };
}

/** A draft that was published is gone, and nobody's words with it: the next edit begins a new one. */
async function keep(file: string, text: string, revision: number, etag: string | undefined): Promise<Kept> {
  try {
    return await writeDraft(file, text, revision, etag);
  } catch (error) {
    const isMoved = error instanceof ProblemError && error.problem.status === 412;
    if (!isMoved || etag === undefined || (await readDraft(file)) !== undefined) throw error;
    return writeDraft(file, text, revision, undefined);
  }
}

async function failure(error: unknown, file: string, base: string): Promise<DraftState> {
  if (error instanceof ProblemError && error.problem.status === 412) {
    const theirs = await readDraft(file).catch(() => undefined);
    if (theirs !== undefined)
      return { state: 'conflict', base, theirs: theirs.draft.text, etag: theirs.etag };
  }
  return { state: 'failed', message: error instanceof Error ? error.message : String(error) };
}
