/** The reader's choice of palette, kept in this browser and followed by all its tabs. index.html applies it before paint. */
import { useSyncExternalStore } from 'react';

export const THEME_CHOICES = ['light', 'dark', 'system'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

const KEY = 'theme';
const listeners = new Set<() => void>();

function read(): ThemeChoice {
  const value = document.documentElement.dataset.theme;
  return value === 'light' || value === 'dark' ? value : 'system';
}

function apply(choice: ThemeChoice): void {
  if (choice === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  // The browser's own bars follow: of the two theme colours, the chosen one applies everywhere.
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    meta.dataset.media ??= meta.media;
    const own = meta.dataset.media.includes('dark') ? 'dark' : 'light';
    meta.media = choice === 'system' ? meta.dataset.media : choice === own ? 'all' : 'not all';
  }
  for (const listener of listeners) listener();
}

export function chooseTheme(choice: ThemeChoice): void {
  try {
    if (choice === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
  apply(choice);
}

/** Called once, at start. */
export function followThemeChoice(): void {
  apply(read());
  addEventListener('storage', (event) => {
    if (event.key !== KEY && event.key !== null) return;
    apply(event.newValue === 'light' || event.newValue === 'dark' ? event.newValue : 'system');
  });
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, read);
}
