/** The flow files of the property tests: the reference flows, files laid out by hand, and both in random layouts. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Json } from '../json';
import { layOut } from './layout';
import { Random } from './random';

export interface Sample {
  readonly name: string;
  readonly file: string;
}

const HERE = join(import.meta.dirname, '..', 'testdata');
const SHIPPED = join(import.meta.dirname, '..', '..', '..', '..', 'flows');

function read(folder: string): Sample[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => ({ name, file: readFileSync(join(folder, name), 'utf8') }));
}

/** Flows that ship with the engine, when the folder is there. */
function shipped(): Sample[] {
  try {
    return readdirSync(SHIPPED, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yaml') && !name.endsWith('.cases.yaml'))
      .sort()
      .map((name) => ({ name, file: readFileSync(join(SHIPPED, name), 'utf8') }));
  } catch {
    return [];
  }
}

export function modelsOf(text: string): Json[] {
  return parseAllDocuments(text, { logLevel: 'error' }).map((document): Json => document.toJS() ?? null);
}

export function corpus(): Sample[] {
  const reference = read(join(HERE, 'reference'));
  const hand = read(join(HERE, 'hand'));
  const flows = reference.filter((sample) => /-(flow|extension|variant)-/.test(sample.name));
  const varied = flows.flatMap((sample, i) =>
    [1, 2].map((turn) => {
      const random = new Random(1000 * turn + i);
      const text = modelsOf(sample.file)
        .map((model) => layOut(model, random))
        .join('---\n');
      return { name: `${sample.name} layout ${turn}`, file: ended(text, random) };
    }),
  );
  return [...reference, ...hand, ...shipped(), ...varied];
}

function ended(text: string, random: Random): string {
  const body = random.chance(0.2) ? text.trimEnd() : text;
  const lines = random.chance(0.2) ? body.replaceAll('\n', '\r\n') : body;
  return random.chance(0.1) ? `\uFEFF${lines}` : lines;
}
