'use client';
/** Searches that a person keeps, in this browser: the API has no place for them. */
import { useCallback, useEffect, useState } from 'react';

export interface SavedSearch {
  readonly name: string;
  /** The page's address from `?` on. */
  readonly search: string;
}

const MAX_SAVED = 100;
const MAX_CHARS = 4_096;

/** What a browser has kept; whatever is no list of searches is none. */
export function savedOf(kept: string | null): readonly SavedSearch[] {
  try {
    const all: unknown = JSON.parse(kept ?? '[]');
    return Array.isArray(all) ? all.filter(isSaved).slice(0, MAX_SAVED) : [];
  } catch {
    return [];
  }
}

function isSaved(one: unknown): one is SavedSearch {
  const { name, search } = (one ?? {}) as Partial<Record<keyof SavedSearch, unknown>>;
  return (
    typeof name === 'string' &&
    typeof search === 'string' &&
    search.startsWith('?') &&
    search.length + name.length <= MAX_CHARS
  );
}

/** @returns the newest first; whether keeping it worked is told by `keep` */
export function useSaved(account: string): {
  readonly saved: readonly SavedSearch[];
  readonly keep: (one: SavedSearch) => boolean;
  readonly drop: (name: string) => void;
} {
  const key = `netsentinel hunt ${account}`;
  const [saved, setSaved] = useState<readonly SavedSearch[]>([]);
  useEffect(() => {
    try {
      setSaved(savedOf(window.localStorage.getItem(key)));
    } catch {
      // A browser that keeps nothing has nothing.
    }
  }, [key]);
  const put = useCallback(
    (all: readonly SavedSearch[]) => {
      try {
        window.localStorage.setItem(key, JSON.stringify(all));
        setSaved(all);
        return true;
      } catch {
        return false;
      }
    },
    [key],
  );
  const keep = useCallback(
    (one: SavedSearch) => put([one, ...saved.filter(({ name }) => name !== one.name)].slice(0, MAX_SAVED)),
    [put, saved],
  );
  const drop = useCallback((name: string) => void put(saved.filter((one) => one.name !== name)), [put, saved]);
  return { saved, keep, drop };
}
