/** A title in the reader's language. Whoever shows it draws anew when that changes, as with every message. */
import type { Title, Words } from '../core/title';
import { useSettings } from './settings';

export function language(): keyof Words {
  return useSettings.getState().locale === 'zh-CN' ? 'zh' : 'en';
}

export function inWords(title: Title): string;
export function inWords(title: Title | null | undefined): string | undefined;
export function inWords(title: Title | null | undefined): string | undefined {
  if (title == null || typeof title === 'string') return title ?? undefined;
  return title[language()] || title.zh || title.en;
}
