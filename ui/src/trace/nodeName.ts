/** What people call the nodes of a run. */
import { useQuery } from '@tanstack/react-query';
import { effectiveQuery } from '../api/flows';
import type { Run } from '../api/runs';
import { inWords } from '../app/words';

/** The top-level node an address lies in. */
export function topOf(address: string): string {
  return address.split(/[.[]/, 1)[0] ?? address;
}

/** The title of the flow's own node, and where in it the address lies. */
export function useNodeName(run: Run): (address: string) => string {
  const plan = useQuery(effectiveQuery(run.flow, { bizId: run.bizId, scenario: run.scenario })).data;
  return (address) => {
    const top = topOf(address);
    const title = inWords(plan?.nodes.find((node) => node.id === top)?.title);
    if (title === undefined) return address;
    const inner = address.slice(top.length).replace(/^\./, '');
    return inner === '' ? title : `${title} · ${inner}`;
  };
}
