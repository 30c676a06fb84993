/** The first text of a new extension: loads as it stands, gives the point's output back from its input where it can. */
import { inWords } from '../app/words';
import { type Json, type JsonObject, isList, isObject } from '../core/json';
import type { Point } from '../api/extensions';
import type { Place } from './lookup';

export interface Starter {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

export function starterOf(point: Point, { useCase, bizId, scenario }: Place): Starter {
  const name = [point.name, bizId ?? useCase, scenario].filter((part) => part !== null).join('-');
  const at = [
    `useCase: ${quoted(useCase)}`,
    ...(bizId === null ? [] : [`bizId: ${quoted(bizId)}`]),
    ...(scenario === null ? [] : [`scenario: ${quoted(scenario)}`]),
  ];
  const lines = [
    'apiVersion: bactrian/v1',
    'kind: Extension',
    `metadata: {name: ${quoted(name)}, version: 1, title: ${quoted(`${inWords(point.title) ?? point.name} ${bizId ?? useCase}${scenario === null ? '' : ` ${scenario}`}`)}}`,
    `point: ${quoted(point.name)}`,
    `for: {${at.join(', ')}}`,
    'nodes:',
    '  answer:',
    '    use: map',
    `    with: ${answerOf(point)}`,
  ];
  return {
    name,
    path: `extensions/${name.replace(/[^\p{L}\p{N}._-]+/gu, '-')}.yaml`,
    text: `${lines.join('\n')}\n`,
  };
}

function quoted(text: string): string {
  return /^[\p{L}][\p{L}\p{N} ._/-]*$/u.test(text) &&
    !/^(true|false|null|yes|no|on|off)$/i.test(text) &&
    !text.endsWith(' ')
    ? text
    : `'${text.replaceAll("'", "''")}'`;
}

/** Every required part of the output, read from the input where it has one of that name. */
function answerOf(point: Point): string {
  const output: JsonObject = point.output ?? {};
  const inputs = propertiesOf(point.input ?? {});
  const required = output['required'] ?? null;
  const names = isList(required) ? required.filter((name) => typeof name === 'string') : [];
  const parts = names.map(
    (name) =>
      `${quoted(name)}: ${Object.hasOwn(inputs, name) ? `'\${input.${name}}'` : emptyOf(propertiesOf(output)[name] ?? null)}`,
  );
  return `{${parts.join(', ')}}`;
}

function propertiesOf(schema: JsonObject): JsonObject {
  const properties = schema['properties'] ?? null;
  return isObject(properties) ? properties : {};
}

function emptyOf(schema: Json): string {
  const type = isObject(schema) ? schema['type'] : undefined;
  if (type === 'integer' || type === 'number') return '0';
  if (type === 'boolean') return 'false';
  if (type === 'array') return '[]';
  return type === 'object' ? '{}' : "''";
}
