/** Says of every field of a form where its value comes from. */
import { useCallback } from 'react';
import type { Path } from '../core/json';
import { statedBy } from '../core/variant/origin';
import type { OriginOf } from '../forms/origin';
import { useProjection } from './session';

/** The flow as written needs no word about what it states itself; a variant tells its own parts from the flow's. */
export function useOrigin(base: Path): OriginOf {
  const { patches } = useProjection();
  const key = base.join('/');
  return useCallback(
    (path, isStated, hasDefault) => {
      if (!isStated) return hasDefault ? { from: 'default' } : undefined;
      if (patches === undefined) return undefined;
      const name = statedBy(patches, [...key.split('/'), ...path]);
      return name === undefined ? { from: 'flow' } : { from: 'variant', name };
    },
    [patches, key],
  );
}
