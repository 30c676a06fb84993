/** The identity every screen is filtered by lives in the URL, so that any view is a link. */

export interface IdentitySearch {
  readonly useCase?: string | undefined;
  readonly bizId?: string | undefined;
  readonly scenario?: string | undefined;
}

/** A text parameter, or nothing. */
export function word(value: unknown): string | undefined {
  return typeof value === 'string' && value !== ''
    ? value
    : typeof value === 'number'
      ? String(value)
      : undefined;
}

export function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find((one) => one === value);
}

export type Stated<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Keeps what is stated, so that an URL shows no empty parameter. */
export function stated<T extends object>(search: T): Stated<T> {
  const kept: Stated<T> = { ...search };
  for (const key of Object.keys(kept))
    if (Reflect.get(kept, key) === undefined) Reflect.deleteProperty(kept, key);
  return kept;
}

/** A scenario without business line is never tried, so it is dropped. */
export function readIdentity(search: Readonly<Record<string, unknown>>): IdentitySearch {
  const bizId = word(search['bizId']);
  const scenario = bizId === undefined ? undefined : word(search['scenario']);
  return stated({ useCase: word(search['useCase']), bizId, scenario });
}
