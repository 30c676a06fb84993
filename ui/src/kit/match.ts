/** Does a query fit a thing by one of its names? Every word of the query must be found; case does not count. */
export function matches(query: string, names: readonly (string | null | undefined)[]): boolean {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const all = names.map((name) => (name ?? '').toLowerCase());
  return words.every((word) => all.some((name) => name.includes(word)));
}
