'use client';
/** Single keys that do something, for people who work through a queue. They can be turned off (WCAG 2.1.4), and do nothing where somebody types. */
import { useEffect, useRef, useState } from 'react';

const KEY = 'netsentinel.keys';
const CHANGED = 'netsentinel:keys';
/** The second key of two comes within this time. */
const SECOND_KEY_MS = 1_500;

/** What each key does: `x`, `?`, or two after each other: `g o`. */
export type Shortcuts = Readonly<Record<string, () => void>>;

function areOn(): boolean {
  try {
    return window.localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

/** Whether single keys do something in this browser, and how to say so. */
export function useKeysOn(): readonly [on: boolean, set: (on: boolean) => void] {
  const [on, setOn] = useState(true);
  useEffect(() => {
    const update = (): void => setOn(areOn());
    update();
    window.addEventListener(CHANGED, update);
    return () => window.removeEventListener(CHANGED, update);
  }, []);
  return [
    on,
    (wanted) => {
      try {
        window.localStorage.setItem(KEY, wanted ? 'on' : 'off');
      } catch {
        // A browser that keeps nothing has them on.
      }
      window.dispatchEvent(new Event(CHANGED));
    },
  ];
}

/** Whether this is a place where keys are text, or choose among what a field offers. */
function takesKeys(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input:not([type=checkbox]), textarea, select, [contenteditable], dialog, .terminal') !== null
  );
}

/** Does what a key says while the component stands. Enter on a link or a button stays the browser's. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  }, [shortcuts]);
  useEffect(() => {
    let first: { key: string; at: number } | undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (takesKeys(event.target) || !areOn()) return;
      const isOnControl = event.target instanceof HTMLElement && event.target.closest('a, button') !== null;
      if (isOnControl && (event.key === 'Enter' || event.key === ' ')) return;
      const isSecond = first !== undefined && event.timeStamp - first.at < SECOND_KEY_MS;
      const name = isSecond ? `${first!.key} ${event.key}` : event.key;
      const act = Object.hasOwn(latest.current, name) ? latest.current[name] : undefined;
      first = isSecond ? undefined : { key: event.key, at: event.timeStamp };
      if (act === undefined) return;
      event.preventDefault();
      first = undefined;
      act();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
