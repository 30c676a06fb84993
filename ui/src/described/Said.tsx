import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useSettings } from '../app/settings';
import { useText } from '../app/text';
import type { Translator } from './translate';

interface Words {
  readonly codes: ReadonlyMap<string, string>;
  readonly translate: Translator;
}

/** English needs no table. */
function useWords(): Words | undefined {
  const locale = useSettings((state) => state.locale);
  const { data } = useQuery({
    queryKey: ['said'],
    queryFn: async (): Promise<Words> => {
      const [codes, { translate }] = await Promise.all([import('./codes.zh.json'), import('./chinese')]);
      return { codes: new Map(Object.entries(codes.default)), translate };
    },
    enabled: locale === 'zh-CN',
    staleTime: Number.POSITIVE_INFINITY,
  });
  return locale === 'zh-CN' ? data : undefined;
}

/** The engine's sentence in the reader's language, for where only plain text can stand. */
export function useSaid(): (message: string) => string {
  const words = useWords();
  return useCallback((message) => words?.translate(message) ?? message, [words]);
}

/** What every failed call says. */
const ANSWERED = /^`([^`]+)` answered (\d{3})$/;

/** The engine's sentence; where it is not in the reader's language, after what its code means. What it quotes looks quoted. */
export function Said({ code, message }: { readonly code?: string | undefined; readonly message: string }) {
  const words = useWords();
  const text = useText();
  const [, who, status] = ANSWERED.exec(message) ?? [];
  const translated = who === undefined ? words?.translate(message) : undefined;
  const meaning = code === undefined || translated !== undefined ? undefined : words?.codes.get(code);
  const said = who === undefined ? (translated ?? message) : text('said.answered', { who, status });
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
