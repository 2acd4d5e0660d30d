'use client';
/** The answer to the newest question: one that was changed meanwhile is asked no more, and its answer is not shown. */
import { useCallback, useEffect, useState } from 'react';
import { wordsOf } from './hooks.ts';

export interface Answered<T> {
  /** Of the question before while a new one is on its way. */
  readonly value: T | undefined;
  readonly error: string | undefined;
  readonly isLoading: boolean;
  readonly again: () => void;
}

/** @param ask another function is another question; undefined: none is asked */
export function useAnswer<T>(ask: ((signal: AbortSignal) => Promise<T>) | undefined): Answered<T> {
  const [state, setState] = useState<{ value?: T; error?: string; isLoading: boolean }>({
    isLoading: ask !== undefined,
  });
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (ask === undefined) return undefined;
    const gone = new AbortController();
    setState(({ value }) => ({ ...(value === undefined ? {} : { value }), isLoading: true }));
    ask(gone.signal).then(
      (value) => {
        if (!gone.signal.aborted) setState({ value, isLoading: false });
      },
      (problem: unknown) => {
        if (!gone.signal.aborted)
          setState(({ value }) => ({
            ...(value === undefined ? {} : { value }),
            error: wordsOf(problem),
            isLoading: false,
          }));
      },
    );
    return () => gone.abort();
  }, [ask, round]);
  const again = useCallback(() => setRound((n) => n + 1), []);
  return { value: state.value, error: state.error, isLoading: state.isLoading, again };
}
