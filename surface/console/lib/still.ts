'use client';
/** A page that is loaded is shown once its first questions are answered: parts that come one by one would push each other about. */
import { useEffect, useRef, useState } from 'react';
import { useStatus } from './live.ts';
import { openQuestions } from './open-questions.ts';

/** Nothing was asked for so long: what an answer leads to has been asked, too. */
const QUIET_MS = 150;
/** It is shown by then, whatever is still awaited. */
const MOST_MS = 1_500;
const LOOK_MS = 30;

/** Whether the page may be shown; once it may, it stays. */
export function useStill(): boolean {
  const [isStill, setStill] = useState(false);
  const isKnown = useRef(false);
  const status = useStatus();
  useEffect(() => {
    isKnown.current = status !== undefined;
  }, [status]);
  useEffect(() => {
    const began = performance.now();
    let asked = began;
    const timer = setInterval(() => {
      const now = performance.now();
      if (openQuestions() > 0 || !isKnown.current) asked = now;
      if (now - asked < QUIET_MS && now - began < MOST_MS) return;
      clearInterval(timer);
      setStill(true);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return isStill;
}
