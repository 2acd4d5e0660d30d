'use client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { api, ApiError, type AttackNames } from './api.ts';

/** The signed-in account; leads to sign-in where there is none. */
export function useAccount(): string | undefined {
  const [account, setAccount] = useState<string>();
  useEffect(() => {
    api.session().then(
      (session) => {
        if (session.account === null)
          window.location.replace(
            `/sign-in/?then=${encodeURIComponent(window.location.pathname + window.location.search)}`,
          );
        else setAccount(session.account);
      },
      () => setAccount(undefined),
    );
  }, []);
  return account;
}

/** Loads, and loads again on `reload`; calls that overlap become one. */
export function useLoaded<T>(load: () => Promise<T>): {
  readonly value: T | undefined;
  readonly error: string | undefined;
  readonly reload: () => void;
} {
  const [value, setValue] = useState<T>();
  const [error, setError] = useState<string>();
  const busy = useRef(false);
  const again = useRef(false);
  const reload = useCallback(() => {
    if (busy.current) {
      again.current = true;
      return;
    }
    busy.current = true;
    load()
      .then(
        (loaded) => {
          setValue(loaded);
          setError(undefined);
        },
        (problem: unknown) => setError(problem instanceof ApiError ? problem.message : String(problem)),
      )
      .finally(() => {
        busy.current = false;
        if (!again.current) return;
        again.current = false;
        reload();
      });
  }, [load]);
  useEffect(reload, [reload]);
  return { value, error, reload };
}

/** The time, now and every few seconds, for relative times. */
export function useNow(everyMs = 5_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

let attackNames: Promise<AttackNames> | undefined;

export function useAttackNames(): AttackNames | undefined {
  const [names, setNames] = useState<AttackNames>();
  useEffect(() => {
    attackNames ??= api.attack();
    attackNames.then(setNames, () => (attackNames = undefined));
  }, []);
  return names;
}
