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
    target.closest('input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open], .terminal') !== null
  );
}

/** Of all components that stand; the latest first, so that a page goes before its frame. */
const standing: { readonly current: Shortcuts }[] = [];
let first: { readonly key: string; readonly at: number } | undefined;

/** What a key does where `all` stand: in the first of them that knows it, alone or after the key before it. */
export function actOf(all: readonly Shortcuts[], key: string, before: string | undefined): (() => void) | undefined {
  const name = before === undefined ? key : `${before} ${key}`;
  const knows = all.find((shortcuts) => Object.hasOwn(shortcuts, name));
  return knows?.[name];
}

/** Whether a second key may follow this one. */
export function beginsTwo(all: readonly Shortcuts[], key: string): boolean {
  return all.some((shortcuts) => Object.keys(shortcuts).some((name) => name.startsWith(`${key} `)));
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (takesKeys(event.target) || !areOn()) return;
  const isOnControl = event.target instanceof HTMLElement && event.target.closest('a, button') !== null;
  if (isOnControl && (event.key === 'Enter' || event.key === ' ')) return;
  const all = standing.map(({ current }) => current);
  const before = first !== undefined && event.timeStamp - first.at < SECOND_KEY_MS ? first.key : undefined;
  const act = actOf(all, event.key, before);
  first = before === undefined && beginsTwo(all, event.key) ? { key: event.key, at: event.timeStamp } : undefined;
  if (act === undefined) return;
  event.preventDefault();
  act();
}

/** Does what a key says while the component stands. Enter and space on a link or a button stay the browser's. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  }, [shortcuts]);
  useEffect(() => {
    if (standing.length === 0) window.addEventListener('keydown', onKey);
    standing.unshift(latest);
    return () => {
      standing.splice(standing.indexOf(latest), 1);
      if (standing.length === 0) window.removeEventListener('keydown', onKey);
    };
  }, []);
}
