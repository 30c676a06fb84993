/** Typed message keys and the hook that turns them into text. zh-CN is written first and defines the keys. */
import { useCallback, useMemo } from 'react';
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

export interface Moments {
  /** `13:17`. */
  readonly minute: (at: string | number | Date) => string;
  /** `13:17:22`. */
  readonly time: (at: string | number | Date) => string;
  /** `Nov 21, 13:17:22`. */
  readonly full: (at: string | number | Date) => string;
  /** `Nov 21, 13:17`. */
  readonly short: (at: string | number | Date) => string;
}

const MINUTE = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const TIME = { ...MINUTE, second: '2-digit' } as const;
const DAY = { month: 'short', day: 'numeric' } as const;

/** Moments as both languages write them in tables: a clock of 24 hours. */
export function useMoments(): Moments {
  const intl = useIntl();
  return useMemo(
    () => ({
      minute: (at) => intl.formatDate(at, MINUTE),
      time: (at) => intl.formatDate(at, TIME),
      full: (at) => intl.formatDate(at, { ...DAY, ...TIME }),
      short: (at) => intl.formatDate(at, { ...DAY, ...MINUTE }),
    }),
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
