/** The `order` spine: a list is a sequence, a list inside it is parallel, and so on alternately. */
import { type Json, isList } from './json';

export interface Link {
  readonly from: string;
  readonly to: string;
}
interface Part {
  readonly heads: readonly string[];
  readonly tails: readonly string[];
  readonly links: readonly Link[];
}

export function orderLinks(order: Json): readonly Link[] {
  return isList(order) ? sequence(order).links : [];
}

export function orderIds(order: Json): string[] {
  if (typeof order === 'string') return [order];
  return isList(order) ? order.flatMap(orderIds) : [];
}

function part(value: Json, parallel: boolean): Part {
  if (typeof value === 'string') return { heads: [value], tails: [value], links: [] };
  if (!isList(value)) return { heads: [], tails: [], links: [] };
  return parallel ? group(value) : sequence(value);
}

function group(items: readonly Json[]): Part {
  const parts = items.map((item) => part(item, false));
  return {
    heads: parts.flatMap((one) => one.heads),
    tails: parts.flatMap((one) => one.tails),
    links: parts.flatMap((one) => one.links),
  };
}

function sequence(items: readonly Json[]): Part {
  const parts = items.map((item) => part(item, true)).filter((one) => one.heads.length > 0);
  const links = parts.flatMap((one, i) => {
    const next = parts[i + 1];
    const between =
      next === undefined ? [] : one.tails.flatMap((from) => next.heads.map((to) => ({ from, to })));
    return [...one.links, ...between];
  });
  return { heads: parts[0]?.heads ?? [], tails: parts.at(-1)?.tails ?? [], links };
}
