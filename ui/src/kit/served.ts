/** What a node's output came from, where it was not the call itself. */
import type { Key } from '../app/text';

export const SERVED: Readonly<Record<string, Key>> = {
  cache: 'trace.servedCache',
  stale: 'trace.servedStale',
  fallback: 'trace.servedFallback',
  otherwise: 'trace.servedOtherwise',
  mock: 'trace.servedMock',
};
