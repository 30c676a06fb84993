/** What a reader chose for this browser: theme and language. Never anything of a document. */
import { create } from 'zustand';

export type Theme = 'auto' | 'light' | 'dark';
export type Locale = 'zh-CN' | 'en';

interface Settings {
  readonly theme: Theme;
  readonly locale: Locale;
  readonly setTheme: (theme: Theme) => void;
  readonly setLocale: (locale: Locale) => void;
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(`bactrian.${key}`);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(`bactrian.${key}`, value);
  } catch {
    // A browser that keeps nothing still shows everything.
  }
}

export const useSettings = create<Settings>((set) => ({
  theme: themeOf(read('theme')),
  locale: read('locale') === 'en' ? 'en' : 'zh-CN',
  setTheme: (theme) => {
    write('theme', theme);
    set({ theme });
    applyTheme(theme);
  },
  setLocale: (locale) => {
    write('locale', locale);
    set({ locale });
    document.documentElement.lang = locale;
  },
}));

function themeOf(value: string | null): Theme {
  return value === 'light' || value === 'dark' ? value : 'auto';
}

const dark = globalThis.matchMedia?.('(prefers-color-scheme: dark)');

export function applyTheme(theme: Theme): void {
  const isDark = theme === 'dark' || (theme === 'auto' && dark?.matches === true);
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
}

dark?.addEventListener('change', () => applyTheme(useSettings.getState().theme));
