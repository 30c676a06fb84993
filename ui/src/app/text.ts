/** Typed message keys and the hook that turns them into text. zh-CN is written first and defines the keys. */
import { useCallback } from 'react';
import { useIntl } from 'react-intl';
import type zh from '../locales/zh-CN.json';

export type Key = keyof typeof zh;
export type Values = Readonly<Record<string, string | number | Date | null | undefined>>;
export type Translate = (key: Key, values?: Values) => string;

export function useText(): Translate {
  const intl = useIntl();
  return useCallback(
    (key, values) => {
      const message = intl.messages[key];
      return typeof message === 'string' ? message : intl.formatMessage({ id: key }, values);
    },
    [intl],
  );
}

/** `12 ms`, `1.4 s`, `3 min` in the reader's language. */
export function useDuration(): (ms: number | null | undefined) => string {
  const intl = useIntl();
  return useCallback(
    (ms) => {
      if (ms === null || ms === undefined) return '–';
      const unit = (value: number, name: string, digits: number) =>
        intl.formatNumber(value, {
          style: 'unit',
          unit: name,
          unitDisplay: 'short',
          maximumFractionDigits: digits,
        });
      if (ms < 1000) return unit(ms, 'millisecond', ms < 10 ? 1 : 0);
      if (ms < 60_000) return unit(ms / 1000, 'second', 1);
      if (ms < 3_600_000) return unit(ms / 60_000, 'minute', 1);
      return ms < 86_400_000 ? unit(ms / 3_600_000, 'hour', 1) : unit(ms / 86_400_000, 'day', 1);
    },
    [intl],
  );
}
