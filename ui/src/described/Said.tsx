import { useQuery } from '@tanstack/react-query';
import { useSettings } from '../app/settings';
import { useText } from '../app/text';

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

/** What every failed call says. */
const ANSWERED = /^`([^`]+)` answered (\d{3})$/;

/** The meaning of a code, then the engine's sentence; what it quotes looks quoted. */
export function Said({ code, message }: { readonly code?: string | undefined; readonly message: string }) {
  const meaning = useMeaning(code);
  const text = useText();
  const answered = ANSWERED.exec(message);
  const [, who, status] = answered ?? [];
  const said = answered === null ? message : text('said.answered', { who, status });
  return (
    <>
      {meaning === undefined ? null : <span className="said">{meaning}</span>}
      <span className={meaning === undefined ? '' : 'said-more'}>
        {said.split('`').map((part, i) => {
          const key = `${i} ${part}`;
          return i % 2 === 1 ? <code key={key}>{part}</code> : <span key={key}>{part}</span>;
        })}
      </span>
    </>
  );
}

/** A remedy that names a command of the shell: of no use to who reads it here. */
export function isForShell(help: string): boolean {
  return help.includes('`bactrian ');
}
