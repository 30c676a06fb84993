/** Schemas of what the language puts on a flow itself. */
import type { Translate } from '../app/text';
import type { JsonObject } from '../core/json';
import { TEXT, among, object } from './nodeSchemas';

/** Read as it stands: no expression may be there. */
const PLAIN = { type: 'string', 'x-plain': true } as const;

/** What stands under `triggers`. */
export function triggerSchema(kind: 'http' | 'cron' | 'consume', text: Translate): JsonObject {
  if (kind === 'http')
    return object(
      text,
      [
        ['method', 'trigger.method', { ...PLAIN, enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] }],
        ['path', 'trigger.path', { ...PLAIN, description: text('trigger.pathHelp') }],
        [
          'mode',
          'trigger.mode',
          {
            ...among(text, { sync: 'trigger.sync', async: 'trigger.async' }),
            default: 'sync',
            'x-plain': true,
          },
        ],
        ['idempotencyKey', 'field.idempotencyKey', TEXT],
        ['input', 'inspector.input', { description: text('trigger.httpInput') }],
      ],
      ['method', 'path'],
    );
  if (kind === 'cron')
    return object(
      text,
      [
        ['schedule', 'trigger.schedule', { ...PLAIN, description: text('trigger.scheduleHelp') }],
        ['timezone', 'trigger.timezone', { ...PLAIN, default: 'UTC' }],
        [
          'overlap',
          'trigger.overlap',
          {
            ...among(text, { skip: 'trigger.skip', allow: 'trigger.allow', queue: 'trigger.queue' }),
            default: 'skip',
            'x-plain': true,
          },
        ],
        [
          'catchUp',
          'trigger.catchUp',
          {
            ...among(text, { none: 'trigger.missNone', last: 'trigger.missLast', all: 'trigger.missAll' }),
            default: 'none',
            'x-plain': true,
          },
        ],
        [
          'identities',
          'trigger.identities',
          { type: 'array', items: { ...identity(text, PLAIN), 'x-plain': true }, 'x-plain': true },
        ],
        ['input', 'inspector.input', { description: text('trigger.cronInput') }],
      ],
      ['schedule'],
    );
  return object(
    text,
    [
      ['connection', 'trigger.connection', PLAIN],
      ['topic', 'trigger.topic', PLAIN],
      ['group', 'trigger.group', PLAIN],
      ['key', 'trigger.key', TEXT],
      ['dedupe', 'field.dedupe', TEXT],
      ['identity', 'identity.label', identity(text, TEXT)],
      ['input', 'inspector.input', { description: text('trigger.consumeInput') }],
      ['deadLetter', 'trigger.deadLetter', PLAIN],
    ],
    ['connection', 'topic'],
  );
}

function identity(text: Translate, part: JsonObject): JsonObject {
  return object(text, [
    ['bizId', 'identity.bizId', part],
    ['scenario', 'identity.scenario', part],
  ]);
}
