import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { I18nProvider } from 'react-aria-components';
import { IntlProvider } from 'react-intl';
import { ProblemError } from '../api/http';
import zh from '../locales/zh-CN.json';
import { makeRouter } from './routes';
import { type Locale, useSettings } from './settings';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 1 && !(error instanceof ProblemError && error.problem.status >= 400),
    },
  },
});
const router = makeRouter(queries);
const loaded = new Map<Locale, Readonly<Record<string, string>>>([['zh-CN', zh]]);

/** Chinese is built in, English loads when it is asked for. */
function useMessages(locale: Locale): Readonly<Record<string, string>> | undefined {
  const [, setCount] = useState(0);
  const messages = loaded.get(locale);
  useEffect(() => {
    if (loaded.has(locale)) return;
    void import('../locales/en.json').then((file) => {
      loaded.set('en', file.default);
      setCount((count) => count + 1);
    });
  }, [locale]);
  return messages;
}

export function App() {
  const locale = useSettings((state) => state.locale);
  const messages = useMessages(locale);
  if (messages === undefined) return null;
  return (
    <IntlProvider locale={locale} messages={messages} onError={report}>
      <I18nProvider locale={locale}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </I18nProvider>
    </IntlProvider>
  );
}

function report(error: Error): void {
  if (import.meta.env.DEV) throw error;
}
