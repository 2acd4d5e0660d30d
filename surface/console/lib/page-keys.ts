'use client';
/** What keys a page has, for the list of them that its frame shows. */
import { useEffect } from 'react';

export type KeyNames = readonly (readonly [keys: string, does: string])[];

const SHOW = 'netsentinel:show-keys';
const NONE: KeyNames = [];
let names: KeyNames = NONE;

/** Names the keys of the page that stands. `keys`: one list for the page's life. */
export function usePageKeys(keys: KeyNames): void {
  useEffect(() => {
    names = keys;
    return () => {
      if (names === keys) names = NONE;
    };
  }, [keys]);
}

/** Of the page that stands now. */
export function keysOfPage(): KeyNames {
  return names;
}

/** Shows which keys there are. */
export function showKeys(): void {
  window.dispatchEvent(new Event(SHOW));
}

export function useKeysAsked(listener: () => void): void {
  useEffect(() => {
    window.addEventListener(SHOW, listener);
    return () => window.removeEventListener(SHOW, listener);
  }, [listener]);
}
