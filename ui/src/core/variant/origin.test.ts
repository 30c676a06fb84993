import { expect, it } from 'vitest';
import { statedBy } from './origin';

const PATCHES = [
  {
    name: 'wide',
    patch: {
      add: { check: { after: ['a'], use: 'log', with: { level: 'info' } } },
      set: { nodes: { a: { retry: { attempts: 3 }, timeout: '1s' } } },
    },
  },
  { name: 'close', patch: { set: { nodes: { a: { timeout: '2s' }, b: { needs: ['a'] } } } } },
];

it.each([
  [['nodes', 'a', 'timeout'], 'close'],
  [['nodes', 'a', 'retry'], 'wide'],
  [['nodes', 'a', 'retry', 'attempts'], 'wide'],
  [['nodes', 'a', 'retry', 'max'], undefined],
  [['nodes', 'b', 'needs', 0], 'close'],
  [['nodes', 'check', 'with', 'level'], 'wide'],
  [['nodes', 'check', 'timeout'], undefined],
  [['timeout'], undefined],
])('%j is stated by %s', (path, name) => {
  expect(statedBy(PATCHES, path)).toBe(name);
});
