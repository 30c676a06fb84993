/** The files a source is made of once built, with those it imports; what it loads later is not among them. */
export function filesOf(manifest, key, seen = new Set()) {
  const chunk = manifest[key];
  if (chunk === undefined) throw new Error(`${key} is not in the manifest`);
  if (seen.has(key)) return new Set();
  seen.add(key);
  const inner = (chunk.imports ?? []).flatMap((next) => [...filesOf(manifest, next, seen)]);
  return new Set([chunk.file, ...(chunk.css ?? []), ...inner]);
}
