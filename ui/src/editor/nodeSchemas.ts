/** Schemas of what the language itself puts on a node, so that one form engine shows everything. */
import type { Key, Translate } from '../app/text';
import type { JsonObject } from '../core/json';
import type { Kind } from '../core/language';

export const TEXT = { type: 'string' } as const;
/** Bare CEL: shown as an expression without braces. */
const CEL = { type: 'string', 'x-cel': true } as const;
const COUNT = { type: 'integer', minimum: 1 } as const;
const CLASSES = {
  type: 'array',
  items: {
    type: 'string',
    enum: ['timeout', 'unavailable', 'conflict', 'not_found', 'business', 'validation', 'internal'],
  },
} as const;

export type Field = readonly [key: string, title: Key, schema: JsonObject];

export function object(
  text: Translate,
  fields: readonly Field[],
  required: readonly string[] = [],
): JsonObject {
  return {
    type: 'object',
    additionalProperties: false,
    required,
    properties: Object.fromEntries(
      fields.map(([key, title, schema]) => [key, { ...schema, title: text(title) }]),
    ),
  };
}

/** Words of the language, each with what it means. */
export function among(text: Translate, words: Readonly<Record<string, Key>>): JsonObject {
  return {
    oneOf: Object.entries(words).map(([word, meaning]) => ({ const: word, description: text(meaning) })),
  };
}

const MODES = {
  child: 'choice.modeChild',
  inline: 'choice.modeInline',
  detached: 'choice.modeDetached',
} as const;
const JOINS = { all: 'choice.joinAll', any: 'choice.joinAny', settled: 'choice.joinSettled' } as const;

type Make = (text: Translate) => JsonObject;

const flow: Make = (text) =>
  object(
    text,
    [
      ['name', 'field.flowName', TEXT],
      ['version', 'field.version', COUNT],
      ['mode', 'field.mode', among(text, MODES)],
    ],
    ['name'],
  );
const choice: Make = (text) => ({
  type: 'array',
  items: object(
    text,
    [
      ['case', 'field.case', CEL],
      ['default', 'field.default', { type: 'boolean' }],
      [
        'to',
        'field.to',
        {
          anyOf: [
            { ...TEXT, title: text('field.toOne') },
            { type: 'array', items: TEXT, title: text('field.toMany') },
          ],
        },
      ],
    ],
    ['to'],
  ),
});
const foreach: Make = (text) =>
  object(
    text,
    [
      ['in', 'field.in', CEL],
      ['as', 'field.as', TEXT],
      ['concurrency', 'field.concurrency', COUNT],
      ['max', 'field.max', COUNT],
      ['onItemError', 'field.onItemError', { type: 'string', enum: ['fail', 'collect', 'drop'] }],
    ],
    ['in'],
  );
const loop: Make = (text) =>
  object(
    text,
    [
      ['until', 'field.until', CEL],
      ['every', 'field.every', TEXT],
      ['after', 'field.afterTime', TEXT],
      ['max', 'field.max', COUNT],
    ],
    ['until', 'max'],
  );
const callback: Make = (text) =>
  object(
    text,
    [
      ['channel', 'field.channel', TEXT],
      ['key', 'field.key', TEXT],
      ['match', 'field.match', CEL],
      ['dedupe', 'field.dedupe', TEXT],
    ],
    ['channel', 'key'],
  );
const wait: Make = (text) =>
  object(text, [
    ['for', 'field.waitFor', TEXT],
    ['until', 'field.waitUntil', TEXT],
    ['callback', 'field.callback', callback(text)],
  ]);
const respond: Make = (text) =>
  object(text, [
    ['status', 'field.status', COUNT],
    ['body', 'field.body', {}],
  ]);
const fail: Make = (text) =>
  object(
    text,
    [
      ['code', 'field.code', TEXT],
      ['status', 'field.status', COUNT],
      ['class', 'field.class', TEXT],
      ['message', 'field.message', TEXT],
    ],
    ['code'],
  );

const KIND_SCHEMAS: Readonly<Partial<Record<Kind, Make>>> = {
  flow,
  switch: choice,
  foreach,
  loop,
  wait,
  respond,
  fail,
};

/** What stands under the kind's own key. Undefined: the kind has no form of its own. */
export function kindSchema(kind: Kind, text: Translate): JsonObject | undefined {
  return KIND_SCHEMAS[kind]?.(text);
}

/** When and how a node takes part in the flow. */
export function flowSchema(text: Translate): JsonObject {
  return object(text, [
    ['when', 'field.when', CEL],
    ['join', 'field.join', { ...among(text, JOINS), default: 'all' }],
    ['critical', 'field.critical', { type: 'boolean', default: true }],
    ['idempotencyKey', 'field.idempotencyKey', TEXT],
  ]);
}

const POLICY_FIELDS: Readonly<Record<string, readonly Field[]>> = {
  cache: [
    ['key', 'field.key', TEXT],
    ['ttl', 'field.ttl', TEXT],
    ['staleIfError', 'field.staleIfError', TEXT],
  ],
  fallback: [
    ['value', 'field.fallbackValue', {}],
    ['use', 'field.use', TEXT],
    ['extension', 'field.extension', TEXT],
    ['on', 'field.onClasses', CLASSES],
  ],
  retry: [
    ['attempts', 'field.attempts', COUNT],
    ['initial', 'field.initial', TEXT],
    ['max', 'field.maxPause', TEXT],
    ['on', 'field.onClasses', CLASSES],
    ['budget', 'field.budget', TEXT],
  ],
  circuitBreaker: [
    ['failureRate', 'field.failureRate', { type: 'number' }],
    ['window', 'field.window', TEXT],
    ['minCalls', 'field.minCalls', COUNT],
    ['open', 'field.open', TEXT],
  ],
  rateLimit: [
    ['rate', 'field.rate', COUNT],
    ['per', 'field.per', TEXT],
    ['burst', 'field.burst', COUNT],
  ],
  bulkhead: [
    ['max', 'field.max', COUNT],
    ['queue', 'field.queue', COUNT],
  ],
};
const TIMES: readonly Field[] = [
  ['attempt', 'field.timePerAttempt', TEXT],
  ['total', 'field.timeTotal', TEXT],
];

/** Policies in their fixed order of nesting, outer to inner. */
export function policySchema(text: Translate): JsonObject {
  const part = (key: string): JsonObject => object(text, POLICY_FIELDS[key] ?? []);
  const time: JsonObject = {
    anyOf: [
      { type: 'string', title: text('field.timePerAttempt') },
      { ...object(text, TIMES), title: text('field.timeBoth') },
    ],
  };
  return object(text, [
    ['cache', 'field.cache', part('cache')],
    ['fallback', 'field.fallback', part('fallback')],
    ['timeout', 'field.timeout', time],
    ['retry', 'field.retry', part('retry')],
    ['circuitBreaker', 'field.circuitBreaker', part('circuitBreaker')],
    ['rateLimit', 'field.rateLimit', part('rateLimit')],
    ['bulkhead', 'field.bulkhead', part('bulkhead')],
  ]);
}

export const POLICY_KEYS = [
  'cache',
  'fallback',
  'timeout',
  'retry',
  'circuitBreaker',
  'rateLimit',
  'bulkhead',
] as const;
export const FLOW_KEYS = ['when', 'join', 'critical', 'idempotencyKey'] as const;
