'use client';
import { useCallback, useEffect, useRef } from 'react';

/** Calls `act` at once, and again at most every `everyMs` however often it is asked; the last wish is granted late, never lost. */
export function useAtMost(act: () => void, everyMs: number): () => void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  }, [act]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isWanted = useRef(false);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return useCallback(() => {
    if (timer.current !== undefined) {
      isWanted.current = true;
      return;
    }
    const go = (): void => {
      isWanted.current = false;
      latest.current();
      timer.current = setTimeout(() => {
        timer.current = undefined;
        if (isWanted.current) go();
      }, everyMs);
    };
    go();
  }, [everyMs]);
}
