'use client';
/** What a page shows, kept in its address, so that a link holds the whole view. */
import { usePathname, useSearchParams } from 'next/navigation';
import { useCallback, useEffect, useState } from 'react';

/** Longer ones do not come from these pages. */
const MAX_VALUE_CHARS = 2_048;

export type View = Readonly<Record<string, string>>;

/** The view that an address holds: what it does not name is as in `defaults`, and what `defaults` does not have is left out. */
export function viewOf<V extends View>(search: URLSearchParams, defaults: V): V {
  const view: Record<string, string> = { ...defaults };
  for (const name of Object.keys(defaults)) {
    const value = search.get(name);
    if (value !== null && value.length <= MAX_VALUE_CHARS) view[name] = value;
  }
  return view as V;
}

/** The query of an address that holds this view, with `?`; empty where everything is as in `defaults`. Other parameters stay. */
export function searchOf<V extends View>(
  view: V,
  defaults: V,
  others: URLSearchParams = new URLSearchParams(),
): string {
  const search = new URLSearchParams(others);
  for (const [name, value] of Object.entries(view))
    if (value === defaults[name]) search.delete(name);
    else search.set(name, value.toWellFormed());
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

/**
 * The page's view and how to change parts of it. A change takes the place of the address unless `remember`: then Back leads to the view before.
 * @param defaults one object for the page's life
 */
export function useView<V extends View>(
  defaults: V,
): readonly [view: V, change: (parts: Partial<V>, options?: { readonly remember?: boolean }) => void] {
  const search = useSearchParams();
  const path = usePathname();
  const [view, setView] = useState(() => viewOf(new URLSearchParams(search.toString()), defaults));
  // Back, forward and links: the address as it is now, as the router tells of it later than somebody types.
  useEffect(
    () => setView((old) => kept(old, viewOf(new URLSearchParams(window.location.search), defaults))),
    [search, defaults],
  );
  const change = useCallback(
    (parts: Partial<V>, options?: { readonly remember?: boolean }) => {
      // Two changes in one turn are both kept.
      const now = new URLSearchParams(window.location.search);
      const next = { ...viewOf(now, defaults), ...parts };
      setView((old) => kept(old, next));
      const url = path + searchOf(next, defaults, now);
      if (options?.remember === true) window.history.pushState(null, '', url);
      else window.history.replaceState(null, '', url);
    },
    [defaults, path],
  );
  return [view, change];
}

/** The old one where nothing has changed, so that nothing is drawn or asked anew. */
function kept<V extends View>(old: V, next: V): V {
  return Object.keys(next).every((name) => old[name] === next[name]) ? old : next;
}

/** A value that must be one of these; the first where it is not. */
export function oneOf<T extends string>(value: string, all: readonly [T, ...T[]]): T {
  return all.find((one) => one === value) ?? all[0];
}
