/** The word for a kind of node as a run names it. Knows the words only, so that a run's page needs no parser. */
import type { Key } from './text';

const KIND: Readonly<Record<string, Key>> = {
  use: 'kind.use',
  extension: 'kind.extension',
  flow: 'kind.flow',
  switch: 'kind.switch',
  foreach: 'kind.foreach',
  loop: 'kind.loop',
  race: 'kind.race',
  wait: 'kind.wait',
  respond: 'kind.respond',
  fail: 'kind.fail',
};

export function kindKey(kind: string): Key | undefined {
  return KIND[kind];
}
