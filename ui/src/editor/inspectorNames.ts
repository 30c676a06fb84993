/** Names in scope for expressions: other nodes, input fields, roots and functions, with what the last run had for them. */
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { isObject } from '../core/json';
import type { Draft } from '../core/place';
import { nodeAt, readValue } from '../core/tree';
import { type Sample, preview, sampleAt } from './hints';
import { FUNCTIONS, ROOTS } from './words';

export function completeNames(
  draft: Draft | undefined,
  sample?: Sample,
): (context: CompletionContext) => CompletionResult | null {
  const root = draft?.document.root;
  const keys = (path: readonly string[]): string[] => {
    const value = root === undefined ? null : readValue(nodeAt(root, path));
    return isObject(value) ? Object.keys(value) : [];
  };
  return (context) => {
    const word = context.matchBefore(/[A-Za-z_][A-Za-z0-9_.]*/);
    if (word === null && !context.explicit) return null;
    const text = word?.text ?? '';
    const dot = text.lastIndexOf('.');
    const from = (word?.from ?? context.pos) + dot + 1;
    if (dot < 0)
      return { from, options: [...plain(ROOTS, 'namespace'), ...calls(FUNCTIONS)], validFor: /^\w*$/ };
    const under = text.slice(0, dot);
    const stated =
      under === 'nodes' || under === 'status' || under === 'errors'
        ? keys(['nodes'])
        : under === 'input'
          ? keys(['input', 'properties'])
          : under === 'vars'
            ? keys(['vars'])
            : [];
    const had = sampleAt(under, sample);
    const labels = new Set([...stated, ...(isObject(had) ? Object.keys(had) : [])]);
    if (labels.size === 0) return null;
    const type = under === 'nodes' ? 'variable' : 'property';
    const options = [...labels].map((label): Completion => {
      const value = isObject(had) ? had[label] : undefined;
      return { label, type, ...(value === undefined ? {} : { detail: preview(value) }) };
    });
    return { from, options, validFor: /^\w*$/ };
  };
}

function plain(labels: readonly string[], type: string): Completion[] {
  return labels.map((label) => ({ label, type }));
}

function calls(labels: readonly string[]): Completion[] {
  return labels.map((label) => ({ label, type: 'function', apply: `${label}(` }));
}
