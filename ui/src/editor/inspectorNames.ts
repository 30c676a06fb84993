/** Names in scope for the forms' expression fields: other nodes, input fields, roots and functions. */
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { isObject } from '../core/json';
import type { Draft } from '../core/place';
import { nodeAt, readValue } from '../core/tree';
import { FUNCTIONS, ROOTS } from './words';

export function completeNames(
  draft: Draft | undefined,
): (context: CompletionContext) => CompletionResult | null {
  const root = draft?.document.root;
  const keys = (path: readonly string[]): string[] => {
    const value = root === undefined ? null : readValue(nodeAt(root, path));
    return isObject(value) ? Object.keys(value) : [];
  };
  const nodes = keys(['nodes']);
  const fields = keys(['input', 'properties']);
  const vars = keys(['vars']);
  return (context) => {
    const word = context.matchBefore(/[A-Za-z_][A-Za-z0-9_.]*/);
    if (word === null && !context.explicit) return null;
    const text = word?.text ?? '';
    const dot = text.lastIndexOf('.');
    const from = (word?.from ?? context.pos) + dot + 1;
    const named = (labels: readonly string[], type: string): Completion[] =>
      labels.map((label) => ({ label, type }));
    const under = dot < 0 ? '' : text.slice(0, dot);
    if (under === 'nodes' || under === 'status' || under === 'errors')
      return { from, options: named(nodes, 'variable') };
    if (under === 'input') return { from, options: named(fields, 'property') };
    if (under === 'vars') return { from, options: named(vars, 'property') };
    return dot >= 0
      ? null
      : { from, options: [...named(ROOTS, 'namespace'), ...named(FUNCTIONS, 'function')], validFor: /^\w*$/ };
  };
}
