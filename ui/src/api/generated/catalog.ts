/** Written by scripts/api.mjs from the engine's /openapi.json; change it there. */
import type { Title } from '../../core/title';
import type { Diagnostic } from './shared';

/** What serves. */
export interface Catalog {
  /** The number of the revision; 0 = nothing was ever published. */
  readonly revision: number;
  /** SHA-256 over all documents, in hex. */
  readonly hash: string;
  /** When it was published. */
  readonly publishedAt: string;
  /** By whom. */
  readonly by: string;
  /** Why. */
  readonly note: string;
  /** All documents, by kind and name. */
  readonly documents: readonly CatalogDocument[];
  /** What is likely wrong though it serves. */
  readonly warnings: readonly Diagnostic[];
  /** The paths of all files. */
  readonly files: readonly string[];
  /** Files that both the directory and a publish have changed: the directory's were not taken. */
  readonly conflicts: readonly string[];
}
/** One document. */
export interface CatalogDocument {
  /** What it is. */
  readonly kind:
    | 'Config'
    | 'Connection'
    | 'Decision'
    | 'Extension'
    | 'ExtensionPoint'
    | 'Flow'
    | 'Identity'
    | 'Variant';
  /** `metadata.name`. */
  readonly name: string;
  /** `metadata.version`. */
  readonly version: number;
  /** `metadata.title`. */
  readonly title: Title | null;
  /** `metadata.owner`. */
  readonly owner: string | null;
  /** The file that states it. */
  readonly file: string;
  /** Where it begins there, from 1. */
  readonly line: number;
  /** SHA-256 of it, in hex. */
  readonly hash: string;
}
/** A file of what serves. */
export interface CatalogFile {
  /** Its path. */
  readonly path: string;
  /** Its text. */
  readonly text: string;
  /** The revision it is of, in quotes. */
  readonly etag: string;
}
/** All that is wrong with texts. */
export interface Diagnosis {
  /** Everything found. */
  readonly diagnostics: readonly Diagnostic[];
  /** How much that is. */
  readonly summary: DiagnosisSummary;
  /** The flows that would serve; none when there is an error. */
  readonly flows: readonly string[];
}
/** How much was found. */
export interface DiagnosisSummary {
  /** These must be mended. */
  readonly errors: number;
  /** These are likely wrong. */
  readonly warnings: number;
}
/** A text not yet published. */
export interface Draft {
  /** The file's path. */
  readonly path: string;
  /** Its text. */
  readonly text: string;
  /** The revision it was begun on. */
  readonly baseRevision: number;
  /** When it was written. */
  readonly updatedAt: string;
  /** By whom. */
  readonly by: string;
  /** Its version, in lists; elsewhere the header `ETag` says it. */
  readonly etag?: string;
}
/** A part of a list. */
export interface DraftPage {
  /** The things. */
  readonly items: readonly Draft[];
  /** The cursor of the next page; null = this is all. */
  readonly next: string | null;
}
/** A draft as it is to be. */
export interface DraftPut {
  /** The text. */
  readonly text: string;
  /** The revision it was begun on; the one that serves unless stated. */
  readonly baseRevision?: number | null;
}
/** One file that differs between two revisions. */
export interface FileChange {
  /** The path. */
  readonly path: string;
  /** `added`, `removed` or `changed`. */
  readonly change: 'added' | 'removed' | 'changed';
  /** The text before. */
  readonly before: string | null;
  /** The text after. */
  readonly after: string | null;
}
/** One file as it is to be. */
export interface FileEdit {
  /** Its path. */
  readonly path: string;
  /** Its text; `None` takes it away. */
  readonly text?: string | null;
}
/** Texts to be published. */
export interface Publish {
  /** Files as they are to be; the others stay. */
  readonly files: readonly FileEdit[];
  /** Why. */
  readonly note?: string;
  /** The revision they were made on: another one by now is `CATALOG_MOVED`. */
  readonly baseRevision?: number | null;
}
/** What was thrown away. */
export interface Removed {
  /** The file's path. */
  readonly removed: string;
}
/** One revision: never changed once it is there. */
export interface Revision {
  /** Its number, from 1. */
  readonly revision: number;
  /** When it was published. */
  readonly at: string;
  /** How it came about. */
  readonly origin: RevisionOrigin;
  /** By whom. */
  readonly by: string;
  /** Why. */
  readonly note: string;
  /** How many files it has. */
  readonly fileCount: number;
  /** SHA-256 over its paths and texts, in hex. */
  readonly hash: string;
}
/** What differs between two revisions. */
export interface RevisionDiff {
  /** The revision before. */
  readonly from: number;
  /** The revision after. */
  readonly to: number;
  /** The files that differ, by path. */
  readonly items: readonly FileChange[];
}
/** A file of a revision. */
export interface RevisionFile {
  /** Its path. */
  readonly path: string;
  /** Its text. */
  readonly text: string;
}
/** How a revision came about. */
export type RevisionOrigin = 'import' | 'publish' | 'rollback';
/** A part of a list. */
export interface RevisionPage {
  /** The things. */
  readonly items: readonly Revision[];
  /** The cursor of the next page; null = this is all. */
  readonly next: string | null;
}
/** A revision with its files. */
export interface RevisionWithFiles {
  /** Its number, from 1. */
  readonly revision: number;
  /** When it was published. */
  readonly at: string;
  /** How it came about. */
  readonly origin: RevisionOrigin;
  /** By whom. */
  readonly by: string;
  /** Why. */
  readonly note: string;
  /** How many files it has. */
  readonly fileCount: number;
  /** SHA-256 over its paths and texts, in hex. */
  readonly hash: string;
  /** SHA-256 of each text in hex, by path. */
  readonly files: { readonly [key: string]: string };
}
/** Which revision is to serve again. */
export interface Rollback {
  /** Its number. */
  readonly revision: number;
  /** Why. */
  readonly note?: string;
}
/** One text, or several. */
export interface Validate {
  /** The path of one file. */
  readonly path?: string | null;
  /** Its text; absent = it is taken away. */
  readonly text?: string | null;
  /** Several files. */
  readonly files?: readonly FileEdit[];
}
