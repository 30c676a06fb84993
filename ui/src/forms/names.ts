/** Names an expression may read here: handed down from the open document. */
import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { createContext, use } from 'react';

export type CompleteNames = (context: CompletionContext) => CompletionResult | null;

const none: CompleteNames = () => null;

export const NamesContext = createContext<CompleteNames>(none);

export function useNames(): CompleteNames {
  return use(NamesContext);
}
