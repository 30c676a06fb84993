/** A short name for a sentence: the table of texts travels without the sentences it translates. */
export function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const letter of text.split(/\s+/).join(' ')) {
    hash ^= letter.codePointAt(0) ?? 0;
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
