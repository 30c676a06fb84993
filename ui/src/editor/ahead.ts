/** Asks for what the editor opens with while its code is still on its way. */
import type { QueryClient } from '@tanstack/react-query';
import { catalogQuery, draftQuery } from '../api/catalog';
import { componentsQuery } from '../api/components';
import { flowQuery } from '../api/flows';
import { hire } from '../worker/ask';

export async function readAhead(queries: QueryClient, name: string): Promise<void> {
  void hire();
  void queries.prefetchQuery(componentsQuery);
  void queries.prefetchQuery(catalogQuery);
  try {
    const flow = await queries.fetchQuery(flowQuery(name));
    await queries.fetchQuery(draftQuery(flow.file));
  } catch {
    // The screen asks again and tells what is wrong.
  }
}
