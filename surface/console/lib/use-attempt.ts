'use client';
/** One change at a time: whether it runs, and why the last one was refused. */
import { useCallback, useRef, useState } from 'react';
import { wordsOf } from './hooks.ts';

export function useAttempt(): {
  readonly busy: boolean;
  readonly error: string | undefined;
  /** Does nothing while another one runs. Resolves to whether it was done; never rejects. */
  readonly attempt: (change: () => Promise<unknown>) => Promise<boolean>;
} {
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const attempt = useCallback(async (change: () => Promise<unknown>) => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    try {
      await change();
      setError(undefined);
      return true;
    } catch (problem) {
      setError(wordsOf(problem));
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  }, []);
  return { busy, error, attempt };
}
