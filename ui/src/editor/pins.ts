/** Positions a person chose: kept on the server by flow and address, never in the text. */
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { type Layout, layoutQuery, pin } from '../api/engine';
import { addressOf } from '../core/sites';
import { keyPath } from './view';

type Moved = readonly { readonly key: string; readonly x: number; readonly y: number }[];

export function usePins(flow: string): (moved: Moved) => void {
  const queries = useQueryClient();
  return useCallback(
    (moved) => {
      const { queryKey } = layoutQuery(flow);
      const old: Layout = queries.getQueryData<Layout>(queryKey) ?? { pins: {} };
      const fresh = moved.map(
        ({ key, x, y }) =>
          [addressOf(keyPath(key)).join('.'), { x: Math.round(x), y: Math.round(y) }] as const,
      );
      const next: Layout = { pins: { ...old.pins, ...Object.fromEntries(fresh) } };
      queries.setQueryData(queryKey, next);
      pin(flow, next).catch(() => undefined);
    },
    [flow, queries],
  );
}

/** A new node stands where it was put; without a place the pin that an earlier one of its name left is forgotten. */
export function usePinNew(flow: string): (key: string, spot: { x: number; y: number } | undefined) => void {
  const queries = useQueryClient();
  const move = usePins(flow);
  return useCallback(
    (key, spot) => {
      const { queryKey } = layoutQuery(flow);
      if (spot !== undefined) return move([{ key, ...spot }]);
      const old = queries.getQueryData<Layout>(queryKey);
      const { [addressOf(keyPath(key)).join('.')]: left, ...pins } = old?.pins ?? {};
      if (left === undefined) return;
      queries.setQueryData(queryKey, { pins });
      pin(flow, { pins }).catch(() => undefined);
    },
    [flow, queries, move],
  );
}

export function useUnpin(flow: string): () => void {
  const queries = useQueryClient();
  return useCallback(() => {
    const { queryKey } = layoutQuery(flow);
    queries.setQueryData(queryKey, { pins: {} });
    pin(flow, { pins: {} }).catch(() => undefined);
  }, [flow, queries]);
}
