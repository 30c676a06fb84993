/** Schemas of what the language itself puts on a node, so that one form engine shows everything. */
import type { Translate } from '../app/text';
import type { Key } from '../app/text';
import type { JsonObject } from '../core/json';
import type { Kind } from '../core/language';

const TEXT = { type: 'string' } as const;
const COUNT = { type: 'integer', minimum: 1 } as const;
const CLASSES = {
  type: 'array',
  items: {
    type: 'string',
    enum: ['timeout', 'unavailable', 'conflict', 'not_found', 'business', 'validation', 'internal'],
  },
} as const;

type Field = readonly [key: string, title: Key, schema: JsonObject];

function object(text: Translate, fields: readonly Field[], required: readonly string[] = []): JsonObject {
  return {
    type: 'object',
    additionalProperties: false,
    required,
    properties: Object.fromEntries(
      fields.map(([key, title, schema]) => [key, { ...schema, title: text(title) }]),
    ),
  };
}

/** What stands under the kind's own key. Undefined: the kind has no form of its own. */
export function kindSchema(kind: Kind, text: Translate): JsonObject | undefined {
  switch (kind) {
    case 'flow':
      return object(
        text,
        [
          ['name', 'field.flowName', TEXT],
          ['version', 'field.version', COUNT],
          ['mode', 'field.mode', { type: 'string', enum: ['child', 'inline', 'detached'] }],
        ],
        ['name'],
      );
    case 'switch':
      return {
        type: 'array',
        items: object(
          text,
          [
            ['case', 'field.case', TEXT],
            ['default', 'field.default', { type: 'boolean' }],
            ['to', 'field.to', { anyOf: [TEXT, { type: 'array', items: TEXT }] }],
          ],
          ['to'],
        ),
      };
    case 'foreach':
      return object(
        text,
        [
          ['in', 'field.in', TEXT],
          ['as', 'field.as', TEXT],
          ['concurrency', 'field.concurrency', COUNT],
          ['max', 'field.max', COUNT],
          ['onItemError', 'field.onItemError', { type: 'string', enum: ['fail', 'collect', 'drop'] }],
        ],
        ['in'],
      );
    case 'loop':
      return object(
        text,
        [
          ['until', 'field.until', TEXT],
          ['every', 'field.every', TEXT],
          ['after', 'field.afterTime', TEXT],
          ['max', 'field.max', COUNT],
        ],
        ['until', 'max'],
      );
    case 'wait':
      return object(text, [
        ['for', 'field.waitFor', TEXT],
        ['until', 'field.waitUntil', TEXT],
        [
          'callback',
          'field.callback',
          object(
            text,
            [
              ['channel', 'field.channel', TEXT],
              ['key', 'field.key', TEXT],
              ['match', 'field.match', TEXT],
              ['dedupe', 'field.dedupe', TEXT],
            ],
            ['channel', 'key'],
          ),
        ],
      ]);
    case 'respond':
      return object(text, [
        ['status', 'field.status', COUNT],
        ['body', 'field.body', { type: 'object', additionalProperties: TEXT }],
      ]);
    case 'fail':
      return object(
        text,
        [
          ['code', 'field.code', TEXT],
          ['status', 'field.status', COUNT],
          ['class', 'field.class', TEXT],
          ['message', 'field.message', TEXT],
        ],
        ['code'],
      );
    default:
      return undefined;
  }
}

/** When and how a node takes part in the flow. */
export function flowSchema(text: Translate): JsonObject {
  return object(text, [
    ['when', 'field.when', TEXT],
    [
      'join',
      'field.join',
      {
        anyOf: [
          { type: 'string', enum: ['all', 'any', 'settled'] },
          object(text, [['n', 'field.joinCount', COUNT]], ['n']),
        ],
      },
    ],
    ['critical', 'field.critical', { type: 'boolean' }],
    ['idempotencyKey', 'field.idempotencyKey', TEXT],
  ]);
}

/** Policies in their fixed order of nesting, outer to inner. */
export function policySchema(text: Translate): JsonObject {
  const time = {
    anyOf: [
      { type: 'string', title: text('field.timePerAttempt') },
      {
        ...object(text, [
          ['attempt', 'field.timePerAttempt', TEXT],
          ['total', 'field.timeTotal', TEXT],
        ]),
        title: text('field.timeBoth'),
      },
    ],
  };
  return object(text, [
    [
      'cache',
      'field.cache',
      object(text, [
        ['key', 'field.key', TEXT],
        ['ttl', 'field.ttl', TEXT],
        ['staleIfError', 'field.staleIfError', TEXT],
      ]),
    ],
    [
      'fallback',
      'field.fallback',
      object(text, [
        ['use', 'field.use', TEXT],
        ['extension', 'field.extension', TEXT],
        ['on', 'field.onClasses', CLASSES],
      ]),
    ],
    ['timeout', 'field.timeout', time],
    [
      'retry',
      'field.retry',
      object(text, [
        ['attempts', 'field.attempts', COUNT],
        ['initial', 'field.initial', TEXT],
        ['max', 'field.maxPause', TEXT],
        ['on', 'field.onClasses', CLASSES],
        ['budget', 'field.budget', TEXT],
      ]),
    ],
    [
      'circuitBreaker',
      'field.circuitBreaker',
      object(text, [
        ['failureRate', 'field.failureRate', { type: 'number' }],
        ['window', 'field.window', TEXT],
        ['minCalls', 'field.minCalls', COUNT],
        ['open', 'field.open', TEXT],
      ]),
    ],
    [
      'rateLimit',
      'field.rateLimit',
      object(text, [
        ['rate', 'field.rate', COUNT],
        ['per', 'field.per', TEXT],
        ['burst', 'field.burst', COUNT],
      ]),
    ],
    [
      'bulkhead',
      'field.bulkhead',
      object(text, [
        ['max', 'field.max', COUNT],
        ['queue', 'field.queue', COUNT],
      ]),
    ],
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
