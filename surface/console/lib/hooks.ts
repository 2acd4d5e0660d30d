'use client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { api, ApiError, type AttackNames } from './api.ts';
import { KeyFault } from './key-fault.ts';

/** What to tell a person of a failure. */
export function wordsOf(problem: unknown): string {
  return problem instanceof ApiError || problem instanceof KeyFault ? problem.message : String(problem);
}

/** A story that changes with every keystroke is read anew at most this often. */
const RELOAD_MS = 200;

/** Loads, and loads again on `reload`; calls that overlap or follow too soon become one. */
export function useLoaded<T>(
  load: () => Promise<T>,
  /** What is known already: it is not asked for at first. */
  first?: T,
): {
  readonly value: T | undefined;
  readonly error: string | undefined;
  readonly reload: () => void;
} {
  const [value, setValue] = useState(first);
  const isKnown = useRef(first !== undefined);
  const [error, setError] = useState<string>();
  /** What is to be loaded now: what another question answers late is not shown. */
  const latest = useRef(load);
  const busy = useRef(false);
  const again = useRef(false);
  const reload = useCallback(() => {
    if (busy.current) {
      again.current = true;
      return;
    }
    busy.current = true;
    const asked = latest.current;
    const isLatest = (): boolean => asked === latest.current;
    asked()
      .then(
        (loaded) => {
          if (!isLatest()) return;
          setValue(loaded);
          setError(undefined);
        },
        (problem: unknown) => {
          if (isLatest()) setError(wordsOf(problem));
        },
      )
      .finally(() =>
        setTimeout(
          () => {
            busy.current = false;
            if (!again.current) return;
            again.current = false;
            reload();
          },
          isLatest() ? RELOAD_MS : 0,
        ),
      );
  }, []);
  useEffect(() => {
    latest.current = load;
    if (!isKnown.current) reload();
    isKnown.current = false;
  }, [load, reload]);
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

/** The value as it was when it last stood still for so long. */
export function useSettled<T>(value: T, forMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), forMs);
    return () => clearTimeout(timer);
  }, [value, forMs]);
  return settled;
}

let attackNames: Promise<AttackNames> | undefined;
let knownNames: AttackNames | undefined;

/** Asked for once a page's life. */
export function loadAttackNames(): Promise<AttackNames> {
  attackNames ??= api.getAttackNames().then(
    (names) => (knownNames = names),
    (problem: unknown) => {
      attackNames = undefined;
      throw problem;
    },
  );
  return attackNames;
}

export function useAttackNames(): AttackNames | undefined {
  const [names, setNames] = useState(knownNames);
  useEffect(() => {
    loadAttackNames().then(setNames, () => undefined);
  }, []);
  return names;
}

/** The name of a technique or tactic; ids come from rules, so only names of our table are taken. */
export function nameOf(names: Readonly<Record<string, string>> | undefined, id: string): string | undefined {
  return names !== undefined && Object.hasOwn(names, id) ? names[id] : undefined;
}
