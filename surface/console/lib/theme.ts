'use client';
/** Dark, light, or as the system says. */
import { useEffect, useState } from 'react';
import { THEME_KEY as KEY } from './theme-script.ts';

export const THEMES = ['auto', 'dark', 'light'] as const;
export type Theme = (typeof THEMES)[number];

const CHANGED = 'netsentinel:theme';

export function useTheme(): readonly [theme: Theme, set: (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>('auto');
  useEffect(() => setTheme(current()), []);
  return [
    theme,
    (chosen) => {
      setTheme(chosen);
      if (chosen === 'auto') delete document.documentElement.dataset['theme'];
      else document.documentElement.dataset['theme'] = chosen;
      try {
        if (chosen === 'auto') window.localStorage.removeItem(KEY);
        else window.localStorage.setItem(KEY, chosen);
      } catch {
        // A browser that keeps nothing shows it until the page ends.
      }
      window.dispatchEvent(new Event(CHANGED));
    },
  ];
}

function current(): Theme {
  const theme = document.documentElement.dataset['theme'];
  return theme === 'dark' || theme === 'light' ? theme : 'auto';
}

/** Calls `listener` whenever the colours of the page have changed. @returns ends it */
export function onColoursChanged(listener: () => void): () => void {
  const system = window.matchMedia('(prefers-color-scheme: light)');
  system.addEventListener('change', listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    system.removeEventListener('change', listener);
    window.removeEventListener(CHANGED, listener);
  };
}
