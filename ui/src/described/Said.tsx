import { useQuery } from '@tanstack/react-query';
import { useSettings } from '../app/settings';

/** What a code means in a few words, where the engine's own sentence is not in the reader's language. */
function useMeaning(code: string | undefined): string | undefined {
  const locale = useSettings((state) => state.locale);
  const { data } = useQuery({
    queryKey: ['codes'],
    queryFn: async (): Promise<ReadonlyMap<string, string>> =>
      new Map(Object.entries((await import('./codes.zh.json')).default)),
    enabled: locale === 'zh-CN',
    staleTime: Number.POSITIVE_INFINITY,
  });
  return locale === 'zh-CN' && code !== undefined ? data?.get(code) : undefined;
}

/** The meaning of a code, then the engine's sentence; what it quotes looks quoted. */
export function Said({ code, message }: { readonly code?: string | undefined; readonly message: string }) {
  const meaning = useMeaning(code);
  return (
    <>
      {meaning === undefined ? null : <span className="said">{meaning}</span>}
      <span className={meaning === undefined ? '' : 'said-more'}>
        {message.split('`').map((part, i) => {
          const key = `${i} ${part}`;
          return i % 2 === 1 ? <code key={key}>{part}</code> : <span key={key}>{part}</span>;
        })}
      </span>
    </>
  );
}
