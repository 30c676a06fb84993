/** A run that still goes on: its events go straight into what is shown. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { events } from '../api/http';
import { type Run, type RunItem, type RunNode, runQuery } from '../api/runs';
import { isObject } from '../core/json';

export function useFollow(id: string, isOn: boolean): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (!isOn) return;
    const { queryKey } = runQuery(id);
    const change = (edit: (run: Run) => Run) =>
      queries.setQueryData<Run>(queryKey, (run) => (run === undefined ? undefined : edit(run)));
    return events(`/v1/runs/${encodeURIComponent(id)}/events`, {
      node: (data) => {
        if (isNode(data)) change((run) => ({ ...run, nodes: withNode(run.nodes, data) }));
      },
      run: (data) => {
        if (!isItem(data)) return;
        change((run) => ({ ...run, ...data }));
        if (data.status !== 'running') void queries.invalidateQueries({ queryKey });
      },
    });
  }, [queries, id, isOn]);
}

export function withNode(nodes: readonly RunNode[], node: RunNode): RunNode[] {
  return nodes.some((one) => one.address === node.address)
    ? nodes.map((one) => (one.address === node.address ? { ...one, ...node } : one))
    : [...nodes, node];
}

function isNode(data: unknown): data is RunNode {
  return (
    isObject(data) &&
    typeof data['address'] === 'string' &&
    typeof data['status'] === 'string' &&
    Array.isArray(data['attempts'])
  );
}

function isItem(data: unknown): data is RunItem {
  return isObject(data) && typeof data['id'] === 'string' && typeof data['status'] === 'string';
}

/** The time now, once a second while something is open. */
export function useNow(isOn: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isOn]);
  return now;
}
