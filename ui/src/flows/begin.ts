/** A new flow is a draft: nothing is published before its author says so. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { catalogQuery, writeDraft } from '../api/catalog';
import { type Template, fileOf } from './templates';

export interface Beginning {
  readonly template: Template;
  readonly name: string;
  readonly title: string;
}

export function useBegin() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ template, name, title }: Beginning) => {
      const { revision } = await queries.fetchQuery(catalogQuery);
      const file = `${name}.yaml`;
      await writeDraft(file, fileOf(template, name, title), revision, undefined);
      await queries.invalidateQueries({ queryKey: ['drafts'] });
      await navigate({ to: '/flows/$name', params: { name }, search: { file } });
    },
  });
}

/** What is wrong with the name of a new flow. */
export function nameFault(name: string, taken: ReadonlySet<string>): 'shape' | 'taken' | undefined {
  if (!/^[a-z][a-z0-9.-]*$/.test(name)) return 'shape';
  return taken.has(name) ? 'taken' : undefined;
}

/** A name nobody has: `reconcile`, `reconcile-2`. */
export function freeName(wish: string, taken: ReadonlySet<string>): string {
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? wish : `${wish}-${n}`;
    if (!taken.has(name)) return name;
  }
}
