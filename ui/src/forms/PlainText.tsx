import type { ReactNode } from 'react';

/** Stands in for the form library's Markdown reader: descriptions of schemas are plain text, and it weighs 25 KB. */
export function Markdown({ children }: { readonly children?: ReactNode }) {
  return children;
}
