/** Where a value stands in a JSON text, so that a fault of the engine can be shown where it is. */

export interface Place {
  readonly from: number;
  readonly to: number;
}

const STRING = /"(?:[^"\\]|\\.)*"/y;
const ATOM = /[^\s,:[\]{}"]+/y;
const SPACE = /\s*/y;

/**
 * The value at a JSON pointer; where a part of the path is missing, what should have it. The text is known to be JSON.
 */
export function placeOf(text: string, pointer: string): Place {
  const path = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  let found: Place = { from: 0, to: text.length };
  let best = -1;
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const word = pattern.exec(text)?.[0] ?? '';
    at += word.length;
    return word;
  };
  const skip = () => take(SPACE);
  const value = (here: number) => {
    skip();
    const from = at;
    const open = text[at];
    if (open === '"') take(STRING);
    else if (open === '{' || open === '[') members(open === '{', here);
    else take(ATOM);
    if (here > best) [best, found] = [here, { from, to: at }];
  };
  /** `here` is how much of the path leads to this value; -1 = it lies elsewhere. */
  const members = (isMap: boolean, here: number) => {
    at += 1;
    for (let index = 0; at < text.length; index += 1) {
      skip();
      if (text[at] === '}' || text[at] === ']') break;
      const name = isMap ? String(JSON.parse(take(STRING))) : String(index);
      if (isMap) {
        skip();
        at += 1;
      }
      value(here >= 0 && path[here] === name ? here + 1 : -1);
      skip();
      if (text[at] === ',') at += 1;
    }
    at += 1;
  };
  value(0);
  return found;
}

/** Where a text stops being JSON; undefined when it is JSON. */
export function faultOf(text: string): { readonly at: number; readonly line: number } | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const said = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const at = said === undefined ? text.length : Math.min(Number(said), text.length);
    return { at, line: lineAt(text, at) };
  }
}

/** From 1. */
export function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}
