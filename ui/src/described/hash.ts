/** A short name for a sentence, five letters long: the tables travel without the sentences they translate. */
export const SHORT = 5;

export function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const letter of text.split(/\s+/).join(' ')) {
    hash ^= letter.codePointAt(0) ?? 0;
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash >>> 0).toString(36).padStart(SHORT, '0').slice(-SHORT);
}
