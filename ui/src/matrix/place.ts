/** The chosen identity as a word of the URL: `cancel-order:travel/flight`. */
import type { Place } from './lookup';
import { columnOf, columnWord } from './table';

export interface MatrixSearch {
  readonly q?: string | undefined;
  readonly only?: 'overrides' | 'gaps' | undefined;
  readonly point?: string | undefined;
  readonly at?: string | undefined;
  readonly against?: string | undefined;
  readonly compare?: string | undefined;
  readonly panel?: string | undefined;
}

export function placeWord(place: Place): string {
  return `${encodeURIComponent(place.useCase)}:${columnWord(place)}`;
}

export function readPlace(word: string | undefined): Place | undefined {
  const cut = word?.indexOf(':') ?? -1;
  const column = columnOf(word?.slice(cut + 1));
  if (word === undefined || cut < 1 || column === undefined) return undefined;
  try {
    return { useCase: decodeURIComponent(word.slice(0, cut)), ...column };
  } catch {
    return undefined;
  }
}
