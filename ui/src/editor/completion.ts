/** Completion in the text pane and the colour of expressions. Whether an expression is right only the server says. */
import { inWords } from '../app/words';
import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  MatchDecorator,
  type ViewUpdate,
  ViewPlugin,
} from '@codemirror/view';
import type { Path } from '../core/json';
import { KINDS } from '../core/language';
import type { Draft } from '../core/place';
import { type Facts, type Hint, keysAt, pathByIndent, preview } from './hints';
import { completeNames } from './inspectorNames';

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

export interface CompletionSource {
  readonly draft: () => Draft | undefined;
  readonly facts: () => Facts | undefined;
}

export function completeText({ draft, facts }: CompletionSource) {
  return (context: CompletionContext): CompletionResult | null => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const open = before.lastIndexOf('${');
    const isExpression = (open >= 0 && !before.slice(open).includes('}')) || BARE.test(before);
    const known = facts();
    if (isExpression) return completeNames(draft(), known?.sample)(context);
    const called = /(?:^|[\s{,-])(use|extension):\s+([A-Za-z0-9_-]*)$/.exec(before);
    if (called !== null && known !== undefined)
      return callable(called[1] === 'use', known, context.pos - (called[2]?.length ?? 0));
    const key = /^(\s*(?:- )?)([A-Za-z]*)$/.exec(before);
    if (key === null || (key[2] === '' && !context.explicit)) return null;
    const path = pathByIndent(context.state.doc.toString().split('\n'), line.number - 1, key[1]?.length ?? 0);
    return { from: context.pos - (key[2]?.length ?? 0), options: keys(path, known), validFor: /^[A-Za-z]*$/ };
  };
}

function callable(isUse: boolean, facts: Facts, from: number): CompletionResult {
  const options = isUse
    ? [...facts.components.values()].map(({ name, effect, description }) => ({
        label: name,
        detail: effect,
        type: 'function',
        ...(description == null ? {} : { info: description }),
      }))
    : facts.points.map(({ name, description }) => ({
        label: name,
        type: 'interface',
        ...(description == null ? {} : { info: inWords(description) }),
      }));
  return { from, options, validFor: /^[A-Za-z0-9_-]*$/ };
}

/** The schema's own keys where it knows the place, else those of a node. */
function keys(path: Path, facts: Facts | undefined) {
  const known = facts === undefined ? [] : keysAt({ path }, facts);
  const isNode = path.at(-2) === 'nodes' || known.length === 0;
  const words = isNode ? [...KINDS, ...NODE_KEYS] : [];
  const told = new Set(known.map((one) => one.name));
  return [
    ...known.map(option),
    ...words
      .filter((label) => !told.has(label))
      .map((label) => ({ label, type: 'property', apply: `${label}: ` })),
  ];
}

function option({ name, type, text, standard }: Hint) {
  const detail = standard === undefined ? type : `${type ?? ''} = ${preview(standard, 20)}`;
  return {
    label: name,
    type: 'property',
    apply: `${name}: `,
    ...(detail === undefined ? {} : { detail }),
    ...(text === undefined ? {} : { info: text }),
  };
}
