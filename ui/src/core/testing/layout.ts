/** Writes a plain value as a person in a random mood would: indents, quotes, braces, comments and blank lines vary. */
import { type Json, isList, isObject } from '../json';
import type { Random } from './random';

interface Mood {
  readonly step: number;
  readonly dash: number;
  readonly comments: number;
  readonly braces: number;
}

export function layOut(value: Json, random: Random): string {
  const step = random.pick([2, 3, 4]) ?? 2;
  const mood = {
    step,
    dash: random.chance(0.5) ? 0 : step,
    comments: random.next() * 0.4,
    braces: random.next(),
  };
  const head = random.chance(0.3) ? '# written by hand\n\n' : '';
  return `${head}${block(value, 0, mood, random).join('\n')}\n`;
}

function scalar(value: Json, random: Random): string {
  if (typeof value !== 'string') return value === null ? (random.chance(0.5) ? 'null' : '~') : String(value);
  if (value.includes('\n')) return JSON.stringify(value);
  if (
    /^[a-z][a-z_-]*$/.test(value) &&
    !/^(y|n|yes|no|on|off|true|false|null)$/.test(value) &&
    random.chance(0.8)
  )
    return value;
  return random.chance(0.5) ? JSON.stringify(value) : `'${value.replaceAll("'", "''")}'`;
}

function key(name: string, random: Random): string {
  return /^[a-zA-Z][a-zA-Z0-9_]*$/.test(name) && random.chance(0.95) && name.length > 1 ? name : `'${name}'`;
}

function braces(value: Json, random: Random): string {
  const gap = random.chance(0.3) ? ' ' : '';
  const comma = random.chance(0.2) ? ' , ' : ', ';
  if (isList(value)) return `[${gap}${value.map((item) => braces(item, random)).join(comma)}${gap}]`;
  if (!isObject(value)) return scalar(value, random);
  const inner = Object.entries(value).map(([name, item]) => `${key(name, random)}: ${braces(item, random)}`);
  return `{${gap}${inner.join(comma)}${gap}}`;
}

function block(value: Json, col: number, mood: Mood, random: Random): string[] {
  if (isObject(value))
    return Object.entries(value).flatMap(([name, item]) => entry(name, item, col, mood, random));
  if (!isList(value)) return [scalar(value, random)];
  return value.flatMap((item) => listItem(item, col, mood, random));
}

function entry(name: string, item: Json, col: number, mood: Mood, random: Random): string[] {
  const pad = ' '.repeat(col);
  const lines = noise(pad, mood, random);
  const gap = random.chance(0.1) ? '   ' : ' ';
  const tail = random.chance(mood.comments / 2) ? '  # at the end' : '';
  const inner = isList(item) ? col + mood.dash : col + mood.step;
  if (!isNested(item) || random.chance(mood.braces * 0.6)) {
    const text =
      isNested(item) || isList(item) || isObject(item) ? braces(item, random) : scalar(item, random);
    return [...lines, `${pad}${key(name, random)}:${gap}${text}${tail}`];
  }
  return [...lines, `${pad}${key(name, random)}:${tail}`, ...block(item, inner, mood, random)];
}

function listItem(item: Json, col: number, mood: Mood, random: Random): string[] {
  const pad = ' '.repeat(col);
  const lines = noise(pad, mood, random);
  if (!isNested(item) || random.chance(mood.braces * 0.6))
    return [...lines, `${pad}- ${braces(item, random)}`];
  if (random.chance(0.2)) return [...lines, `${pad}-`, ...block(item, col + mood.step, mood, random)];
  const [first = '', ...rest] = block(item, col + 2, { ...mood, comments: 0 }, random);
  return [...lines, `${pad}- ${first.trimStart()}`, ...rest];
}

function isNested(value: Json): boolean {
  return isList(value) ? value.length > 0 : isObject(value) && Object.keys(value).length > 0;
}

function noise(pad: string, mood: Mood, random: Random): string[] {
  const lines: string[] = [];
  if (random.chance(mood.comments / 3)) lines.push('');
  if (random.chance(mood.comments)) lines.push(`${pad}# note ${random.below(1000)}`);
  return lines;
}
