/** What the engine knows about the open flow: components, who answers, what a variant changed, what a test did. */
import { useQueries, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Component } from '../api/components';
import { type Point, pointsQuery, resolveQuery } from '../api/extensions';
import { flowQuery } from '../api/flows';
import { ProblemError } from '../api/http';
import type { Answerer, Change, Overlay } from '../canvas/card';
import { marksOf, withGhosts } from '../canvas/effective';
import { overlayOf } from '../canvas/overlay';
import { nodesIn } from '../canvas/relink';
import type { Graph } from '../core/graph';
import { unique } from '../core/json';
import { addressOf } from '../core/sites';
import type { IdentitySearch } from '../app/search';
import { useComponents } from '../described/useDescribed';
import { useEditing, useProjection } from './session';
import { useView } from './view';

const NO_COMPONENTS: ReadonlyMap<string, Component> = new Map();

export function useComponentMap(): ReadonlyMap<string, Component> {
  const { items } = useComponents();
  return useMemo(
    () => (items === undefined ? NO_COMPONENTS : new Map(items.map((one) => [one.name, one]))),
    [items],
  );
}

const NO_POINTS: readonly Point[] = [];

export function usePoints(): readonly Point[] {
  return useQuery(pointsQuery).data?.points ?? NO_POINTS;
}

/** Asks the engine itself who answers at every extension node for the identity in the bar. */
export function useAnswerers(graph: Graph): ReadonlyMap<string, Answerer> {
  const { flow } = useEditing();
  const { bizId, scenario }: IdentitySearch = useSearch({ strict: false });
  const useCase = useQuery(flowQuery(flow)).data?.useCase ?? flow;
  const nodes = useMemo(() => nodesIn(graph).filter((node) => node.kind === 'extension'), [graph]);
  const points = unique(nodes.map((node) => node.type));
  const answers = useQueries({
    queries: points.map((point) => resolveQuery(point, { useCase, bizId, scenario })),
    combine: (results) =>
      results.map((one) => ({
        data: one.data,
        isMissing: one.error instanceof ProblemError && one.error.problem.code === 'EXTENSION_NOT_FOUND',
      })),
  });
  const key = JSON.stringify(
    answers.map((one) => [one.data?.implementation, one.data?.level, one.isMissing]),
  );
  return useMemo(() => {
    const found = new Map<string, Answerer>();
    for (const node of nodes) {
      const answer = answers[points.indexOf(node.type)];
      if (answer?.data !== undefined)
        found.set(addressOf(node.path).join('.'), {
          name: answer.data.implementation,
          level: answer.data.level,
        });
      else if (answer?.isMissing === true)
        found.set(addressOf(node.path).join('.'), { name: null, level: null });
    }
    return found;
  }, [nodes, key]);
}

/** The graph as it is written, or as the identity in the bar gets it: with what its variants did marked. */
export function useShownGraph(): {
  readonly graph: Graph;
  readonly changes: ReadonlyMap<string, Change>;
} {
  const { graph, effective, written } = useProjection();
  return useMemo(() => {
    if (effective === undefined || written === undefined) return { graph, changes: NO_CHANGES };
    return {
      graph: withGhosts(
        graph,
        written,
        effective.removed.map((one) => one.id),
      ),
      changes: marksOf(effective),
    };
  }, [graph, effective, written]);
}

const NO_CHANGES: ReadonlyMap<string, Change> = new Map();

const NO_OVERLAYS: ReadonlyMap<string, Overlay> = new Map();

/** The last test run, drawn over the graph. */
export function useOverlays(): ReadonlyMap<string, Overlay> {
  const run = useView((state) => state.result?.run);
  return useMemo(() => (run === undefined || run === null ? NO_OVERLAYS : overlayOf(run)), [run]);
}
