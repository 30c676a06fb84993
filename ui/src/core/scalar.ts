/** Maps places in a scalar's value to places in the text that states it. */
import type { ScalarNode } from './tree';

/** `map[i]` is where value character `i` stands; the last element is the end. Undefined where the two cannot be aligned. */
export function offsets(text: string, node: ScalarNode): readonly number[] | undefined {
  if (typeof node.value !== 'string') return undefined;
  const raw = text.slice(node.start, node.end);
  const { value, map } = decode(raw, node.style, node.start);
  return value === node.value || value === node.value.trimEnd() ? map : undefined;
}

interface Decoded {
  readonly value: string;
  readonly map: readonly number[];
}

function decode(raw: string, style: ScalarNode['style'], base: number): Decoded {
  if (style === 'literal') return literal(raw, base);
  if (style === 'folded') return { value: '', map: [] };
  const quoted = style === 'single' || style === 'double';
  const body = quoted ? raw.slice(1, -1) : raw;
  return inline(body, base + (quoted ? 1 : 0), style);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '"': '"', '\\': '\\', '/': '/' };

function inline(body: string, base: number, style: ScalarNode['style']): Decoded {
  let value = '';
  const map: number[] = [];
  let at = 0;
  while (at < body.length) {
    const fold = /[ \t]*\r?\n(?:[ \t]*\r?\n)*[ \t]*/y;
    fold.lastIndex = at;
    const broken = fold.exec(body)?.[0];
    let step = 1;
    let char = body[at] ?? '';
    if (broken !== undefined) {
      const blanks = broken.split('\n').length - 2;
      char = blanks > 0 ? '\n'.repeat(blanks) : ' ';
      step = broken.length;
    } else if (style === 'single' && body.startsWith("''", at)) step = 2;
    else if (style === 'double' && char === '\\') {
      const plain = ESCAPES[body[at + 1] ?? ''];
      if (plain === undefined) return { value: '', map: [] };
      char = plain;
      step = 2;
    }
    for (const _ of char) map.push(base + at);
    value += char;
    at += step;
  }
  return { value, map: [...map, base + body.length] };
}

function literal(raw: string, base: number): Decoded {
  const head = raw.indexOf('\n') + 1;
  const indent = /^(?:[ \t]*\n)*( *)/.exec(raw.slice(head))?.[1]?.length ?? 0;
  let value = '';
  const map: number[] = [];
  let at = head;
  for (const line of raw.slice(head).split('\n')) {
    if (at > head) {
      value += '\n';
      map.push(base + at - 1);
    }
    for (let i = indent; i < line.length; i += 1) {
      value += line[i] ?? '';
      map.push(base + at + i);
    }
    at += line.length + 1;
  }
  return { value, map: [...map, base + raw.length] };
}
