'use client';
/** When this browser's person looked at the overview before, so that it can say what is new. */
import { useCallback, useEffect, useState } from 'react';

const KEY = 'netsentinel.last-look';
/** Who comes back sooner has not been away. */
const SAME_LOOK_MS = 5 * 60_000;

interface Looks {
  /** The look before this one, epoch milliseconds; undefined: never. */
  readonly before: number | undefined;
  readonly latest: number;
}

/** What the next look is compared with: `kept` as the browser had it, at `now`. */
export function looksAt(kept: string | null, now: number): Looks {
  const [before, latest] = (kept ?? '').split(' ').map(Number);
  const isTime = (ms: number | undefined): ms is number => ms !== undefined && ms > 0 && ms <= now;
  if (!isTime(latest)) return { before: undefined, latest: now };
  return { before: now - latest < SAME_LOOK_MS ? (isTime(before) ? before : undefined) : latest, latest: now };
}

/** @returns when this person looked before, and `seen`, which says that all of it has been seen */
export function useLastLook(account: string): { readonly before: number | undefined; readonly seen: () => void } {
  const [before, setBefore] = useState<number>();
  const key = `${KEY} ${account}`;
  const keep = useCallback(
    (looks: Looks) => {
      try {
        window.localStorage.setItem(key, `${looks.before ?? 0} ${looks.latest}`);
      } catch {
        // A browser that keeps nothing: each look is the first.
      }
    },
    [key],
  );
  useEffect(() => {
    let kept: string | null = null;
    try {
      kept = window.localStorage.getItem(key);
    } catch {
      // As above.
    }
    const looks = looksAt(kept, Date.now());
    setBefore(looks.before);
    keep(looks);
  }, [key, keep]);
  return {
    before,
    seen: () => {
      setBefore(undefined);
      keep({ before: undefined, latest: Date.now() });
    },
  };
}
