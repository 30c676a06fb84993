/** What people call a flow, wherever only its name is at hand. */
import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { flowsQuery } from '../api/flows';
import { useSettings } from './settings';
import { inWords } from './words';

export function useFlowTitle(): (name: string) => string {
  const flows = useQuery(flowsQuery).data?.items;
  const locale = useSettings((state) => state.locale);
  return useCallback(
    (name) => inWords(flows?.find((flow) => flow.name === name)?.title) ?? name,
    // The words of a title change with the language.
    [flows, locale],
  );
}

/** The flow a file holds, by what people call it; its path while it holds none that is published. */
export function useFileTitle(): (file: string) => string {
  const flows = useQuery(flowsQuery).data?.items;
  return (file) => inWords(flows?.find((flow) => flow.file === file)?.title) ?? file;
}
