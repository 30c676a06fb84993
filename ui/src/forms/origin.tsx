import { createContext, use } from 'react';
import { useText } from '../app/text';
import type { Path } from '../core/json';

/** Where a field's value comes from: the flow, a variant by its name, or the schema's default. */
export type Origin =
  | { readonly from: 'flow' | 'default' }
  | { readonly from: 'variant'; readonly name: string };
export type OriginOf = (path: Path, isStated: boolean, hasDefault: boolean) => Origin | undefined;

/** Handed down from the open document; a form on its own says nothing. */
export const OriginContext = createContext<OriginOf>(() => undefined);

interface OriginChipProps {
  readonly path: Path;
  readonly isStated: boolean;
  readonly hasDefault: boolean;
}

export function OriginChip({ path, isStated, hasDefault }: OriginChipProps) {
  const text = useText();
  const origin = use(OriginContext)(path, isStated, hasDefault);
  if (origin === undefined) return null;
  const name = origin.from === 'variant' ? origin.name : '';
  return (
    <small className={`origin origin-${origin.from}`} title={text(`origin.${origin.from}Tip`, { name })}>
      {text(`origin.${origin.from}`)}
    </small>
  );
}
