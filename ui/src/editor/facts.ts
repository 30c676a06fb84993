/** What the engine knows about the open flow: components, who answers, what a variant changed, what a test did. */
import { useQueries, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { type Component, componentsQuery } from '../api/components';
import { matrixQuery, resolveQuery } from '../api/extensions';
import { type Effective, effectiveQuery, flowQuery } from '../api/flows';
import { ProblemError } from '../api/http';
import type { Answerer, Change, Overlay } from '../canvas/card';
import { changesOf, graphOf } from '../canvas/effective';
import { overlayOf } from '../canvas/overlay';
import { nodesIn } from '../canvas/relink';
import type { Graph } from '../core/graph';
import { unique } from '../core/json';
import { addressOf } from '../core/sites';
import type { IdentitySearch } from '../app/search';
import { useEditing, useProjection } from './session';
import { useView } from './view';

const NO_COMPONENTS: ReadonlyMap<string, Component> = new Map();

export function useComponentMap(): ReadonlyMap<string, Component> {
  const { data } = useQuery(componentsQuery);
  return useMemo(
    () => (data === undefined ? NO_COMPONENTS : new Map(data.items.map((one) => [one.name, one]))),
    [data],
  );
}

export function usePoints() {
  return useQuery(matrixQuery()).data?.points ?? [];
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

export function useEffective(): Effective | undefined {
  const { flow } = useEditing();
  const { bizId, scenario }: IdentitySearch = useSearch({ strict: false });
  const query = useQuery({ ...effectiveQuery(flow, { bizId, scenario }), enabled: bizId !== undefined });
  return bizId === undefined ? undefined : query.data;
}

/** The graph as it is written, or as the identity in the bar gets it. */
export function useShownGraph(): {
  readonly graph: Graph;
  readonly changes: ReadonlyMap<string, Change>;
  readonly isEffective: boolean;
} {
  const { graph } = useProjection();
  const effective = useEffective();
  const isBase = useView((state) => state.isBase);
  return useMemo(() => {
    if (effective === undefined || effective.variants.length === 0 || isBase)
      return { graph, changes: NO_CHANGES, isEffective: false };
    return { graph: graphOf(effective, graph), changes: changesOf(effective), isEffective: true };
  }, [graph, effective, isBase]);
}

const NO_CHANGES: ReadonlyMap<string, Change> = new Map();

const NO_OVERLAYS: ReadonlyMap<string, Overlay> = new Map();

/** The last test run, drawn over the graph. */
export function useOverlays(): ReadonlyMap<string, Overlay> {
  const run = useView((state) => state.result?.run);
  return useMemo(() => (run === undefined || run === null ? NO_OVERLAYS : overlayOf(run)), [run]);
}
