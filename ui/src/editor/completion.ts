/** Completion of names in expressions and their colour in text. Whether an expression is right only the server says. */
import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  MatchDecorator,
  type ViewUpdate,
  ViewPlugin,
} from '@codemirror/view';
import { isObject } from '../core/json';
import { KINDS } from '../core/language';
import { nodeAt, parseTree, readValue } from '../core/tree';
import { FUNCTIONS, ROOTS } from './words';

const NODE_KEYS = [
  'needs',
  'join',
  'when',
  'otherwise',
  'critical',
  'with',
  'output',
  'timeout',
  'retry',
  'circuitBreaker',
  'rateLimit',
  'bulkhead',
  'fallback',
  'cache',
  'idempotencyKey',
  'compensate',
  'title',
];
const BARE = /^\s*(?:-\s*)?\{?\s*(?:when|case|until|in|match):\s/;

/** `${ }` and bare conditions get a tint, so that they can be told from plain text. */
const finder = new MatchDecorator({
  regexp: /\$\{(?:[^{}]|\{[^{}]*\})*\}/g,
  decoration: () => Decoration.mark({ class: 'cm-expression' }),
});

export const expressions = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = finder.createDeco(view);
    }
    update(update: ViewUpdate) {
      this.decorations = finder.updateDeco(update, this.decorations);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

export function completeNames(context: CompletionContext): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const open = before.lastIndexOf('${');
  const isExpression = (open >= 0 && !before.slice(open).includes('}')) || BARE.test(before);
  if (isExpression) return names(context);
  const key = /^\s*([A-Za-z]*)$/.exec(before);
  if (key === null || (key[1] === '' && !context.explicit)) return null;
  const options = [...KINDS, ...NODE_KEYS].map((label) => ({ label, type: 'property', apply: `${label}: ` }));
  return { from: context.pos - (key[1]?.length ?? 0), options, validFor: /^[A-Za-z]*$/ };
}

function names(context: CompletionContext): CompletionResult | null {
  const word = context.matchBefore(/[A-Za-z_][A-Za-z0-9_.]*/);
  if (word === null && !context.explicit) return null;
  const from = word?.from ?? context.pos;
  const text = word?.text ?? '';
  const dot = text.lastIndexOf('.');
  const root = dot < 0 ? '' : text.slice(0, dot);
  if (root === 'nodes' || root === 'status' || root === 'errors')
    return {
      from: from + dot + 1,
      options: idsOf(context).map((label) => ({ label, type: 'variable' })),
      validFor: /^[a-z0-9_]*$/,
    };
  if (root === 'input')
    return {
      from: from + dot + 1,
      options: fieldsOf(context).map((label) => ({ label, type: 'property' })),
      validFor: /^\w*$/,
    };
  if (dot >= 0) return null;
  const options = [
    ...ROOTS.map((label) => ({ label, type: 'namespace' })),
    ...FUNCTIONS.map((label) => ({ label, type: 'function', apply: `${label}(` })),
  ];
  return { from, options, validFor: /^\w*$/ };
}

function idsOf(context: CompletionContext): string[] {
  const tree = parseTree(context.state.doc.toString());
  return tree.documents.flatMap((document) => {
    if (context.pos < document.start || context.pos > document.end) return [];
    const nodes = readValue(nodeAt(document.root, ['nodes']));
    return isObject(nodes) ? Object.keys(nodes) : [];
  });
}

function fieldsOf(context: CompletionContext): string[] {
  const tree = parseTree(context.state.doc.toString());
  return tree.documents.flatMap((document) => {
    if (context.pos < document.start || context.pos > document.end) return [];
    const properties = readValue(nodeAt(document.root, ['input', 'properties']));
    return isObject(properties) ? Object.keys(properties) : [];
  });
}
