import { describe, expect, it } from 'vitest';
import type { Component } from '../api/components';
import type { Facts } from './hints';
import language from './language.json';
import { hintAt, keysAt, pathByIndent, preview, readIn, sampleAt } from './hints';

const HTTP: Component = {
  name: 'http',
  effect: 'write',
  title: { en: 'HTTP', zh: 'HTTP' },
  description: 'Calls a service.',
  schema: {
    type: 'object',
    $defs: { Method: { enum: ['GET', 'POST'] } },
    properties: {
      method: { $ref: '#/$defs/Method', default: 'GET', description: 'How it is asked.' },
      headers: { type: 'object', additionalProperties: { type: 'string', description: 'One header.' } },
    },
  },
};
const FACTS: Facts = {
  components: new Map([['http', HTTP]]),
  points: [],
  nodeSchema: () => ({
    properties: {
      timeout: {
        anyOf: [{ type: 'string' }, { properties: { total: { type: 'string', title: 'All of it' } } }],
      },
    },
  }),
  sample: { input: { orderId: 'O1' }, nodes: { load: { lines: [1], status: 'PAID' } } },
  flow: { nodes: { load: { use: 'http', with: { method: 'GET' } } } },
};

describe('hints', () => {
  it('tell what the engine says about a place', () => {
    expect(hintAt({ path: ['nodes', 'load', 'with', 'method'], kind: 'Flow' }, FACTS)).toStrictEqual({
      name: 'method',
      type: 'GET | POST',
      text: 'How it is asked.',
      standard: 'GET',
    });
    expect(hintAt({ path: ['nodes', 'load', 'use'], kind: 'Flow' }, FACTS)).toStrictEqual({
      name: 'http',
      type: 'write',
      text: 'Calls a service.',
    });
    expect(hintAt({ path: ['nodes', 'load', 'with', 'headers', 'x-a'], kind: 'Flow' }, FACTS)?.text).toBe(
      'One header.',
    );
    expect(hintAt({ path: ['nodes', 'load', 'timeout', 'total'], kind: 'Flow' }, FACTS)?.text).toBe(
      'All of it',
    );
    expect(
      hintAt({ path: ['patch', 'set', 'nodes', 'load', 'with', 'method'], kind: 'Flow' }, FACTS)?.name,
    ).toBe('method');
    expect(hintAt({ path: ['metadata', 'title'], kind: 'Flow' }, FACTS)).toBeUndefined();
  });

  it('tell what the language says of its own keys', () => {
    const at = (path: (string | number)[], kind = 'Flow') =>
      hintAt({ path, kind }, { ...FACTS, language })?.text;
    expect(at(['durable'])).toContain('journalled');
    expect(at(['triggers', 'http', 'path'])).toBeDefined();
    expect(at(['nodes', 'load', 'retry', 'attempts'])).toBeDefined();
    expect(at(['nodes', 'load', 'when'])).toContain('runs only when');
    expect(at(['patch', 'add'], 'Variant')).toBeDefined();
    expect(at(['patch', 'set', 'durable'], 'Variant')).toContain('journalled');
    expect(at(['point'], 'Extension')).toBeDefined();
    expect(at(['nodes', 'load', 'nonsense'])).toBeUndefined();
  });

  it('offer the keys of a place', () => {
    expect(keysAt({ path: ['nodes', 'load', 'with'] }, FACTS).map((one) => one.name)).toStrictEqual([
      'method',
      'headers',
    ]);
    const lines = ['nodes:', '  load:', '    use: http', '    with:', '      me'];
    expect(pathByIndent(lines, 4, 6)).toStrictEqual(['nodes', 'load', 'with']);
    expect(pathByIndent(lines, 4, 4)).toStrictEqual(['nodes', 'load']);
  });

  it('show what the last run had', () => {
    expect(readIn("when: nodes.load.status == 'PAID'", 14)).toStrictEqual({
      text: 'nodes.load.status',
      from: 6,
    });
    expect(sampleAt('nodes.load.status', FACTS.sample)).toBe('PAID');
    expect(sampleAt('input', FACTS.sample)).toStrictEqual({ orderId: 'O1' });
    expect(sampleAt('vars.x', FACTS.sample)).toBeUndefined();
    expect(preview({ a: 'x'.repeat(60) })).toHaveLength(40);
  });
});
