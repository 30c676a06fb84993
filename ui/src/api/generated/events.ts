/** Written by scripts/api.mjs from the engine's /openapi.json; change it there. */
import type { Json } from '../../core/json';
import type { Identity } from './shared';

/** What became of an event. */
export interface EventStatus {
  /** Its id. */
  readonly id: string;
  /** What was done. */
  readonly status: 'delivered' | 'dropped';
}
/** The payload of an event in the outbox. */
export interface Letter {
  /** The component to call. */
  readonly component: string;
  /** Its configuration. */
  readonly with: Json;
  /** Where it goes: one target that is down holds up no other. */
  readonly target: string;
  /** The flow it came from. */
  readonly flow: string;
  /** The node it came from. */
  readonly node: string;
  /** For whom. */
  readonly identity: Identity;
  /** The same for every delivery. */
  readonly key: string | null;
}
/** What became of a message. */
export interface MessageStatus {
  /**
   * `delivered` to a run that waits, `early` and kept, a `duplicate` of an earlier one, or too `late` and
   * kept.
   */
  readonly status: 'delivered' | 'early' | 'duplicate' | 'late';
}
/** Events on their way to other systems. */
export interface Outbox {
  /** How many wait to be delivered. */
  readonly depth: number;
  /** Those that were refused for good. */
  readonly parked: readonly ParkedEvent[];
  /** The cursor of the next page; null = this is all. */
  readonly next: string | null;
}
/** An event that was refused for good. */
export interface ParkedEvent {
  /** Its id. */
  readonly id: string;
  /** The run it came from. */
  readonly run: string;
  /** The number of the record it belongs to. */
  readonly seq: number;
  /** The business it belongs to. */
  readonly bizId: string;
  /** What it is about. */
  readonly topic: string;
  /** What keeps it in order. */
  readonly key: string;
  /** What is to be called; null when it could not be read. */
  readonly letter: Letter | null;
  /** The row itself when it could not be read, in hexadecimal. */
  readonly row?: string;
  /** How often it was tried. */
  readonly attempts: number;
  /** Why it was refused the last time. */
  readonly code: string;
  /** The same in words. */
  readonly message: string;
  /** When it was parked. */
  readonly parkedAt: string;
}
