/** Small things that a browser remembers for a person; one that keeps nothing remembers them until the page ends. */
import { useCallback, useSyncExternalStore } from 'react';

const memory = new Map<string, string>();
const listeners = new Set<() => void>();

function read(key: string): string | undefined {
  if (memory.has(key)) return memory.get(key);
  try {
    return window.localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

/** An empty text forgets it. */
export function keep(key: string, value: string): void {
  memory.set(key, value);
  try {
    if (value === '') window.localStorage.removeItem(key);
    else window.localStorage.setItem(key, value);
    memory.delete(key);
  } catch {
    // It stays in memory.
  }
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

/** What is kept under this name, in all tabs; empty where nothing is. */
export function useKept(key: string): readonly [value: string, set: (value: string) => void] {
  const value = useSyncExternalStore(
    listen,
    () => read(key) ?? '',
    () => '',
  );
  return [value, useCallback((next: string) => keep(key, next), [key])];
}
