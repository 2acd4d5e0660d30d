'use client';
/** Whether recorded attacks are there, as the platform says, or as it will say in a moment. */
import type { TourStatus } from '@netsentinel/contracts/tour';
import { useCallback, useState, useSyncExternalStore } from 'react';
import { api } from './api.ts';
import { useStatus } from './live.ts';

/** The status that comes in this time may still be of before. */
const STALE_MS = 3_000;

let said: { readonly tour: TourStatus | undefined; readonly at: number } | undefined;
const listeners = new Set<() => void>();

function say(tour: TourStatus | null): void {
  said = { tour: tour ?? undefined, at: Date.now() };
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const latest = (): typeof said => said;
const none = (): typeof said => undefined;

/** Undefined where there are none, and while it is not known. */
export function useTour(): TourStatus | undefined {
  return useKnownTour()?.tour;
}

/** Another number whenever recorded attacks came or went while the page stood: what it shows is to be asked anew then. */
export function useTourTurn(): number {
  const known = useKnownTour();
  const since = known === undefined ? undefined : (known.tour?.since ?? 0);
  const [seen, setSeen] = useState<{ readonly since: number | undefined; readonly turn: number }>({
    since,
    turn: 0,
  });
  if (since === undefined || since === seen.since) return seen.turn;
  const turn = seen.since === undefined ? seen.turn : seen.turn + 1;
  setSeen({ since, turn });
  return turn;
}

function useKnownTour(): { readonly tour: TourStatus | undefined } | undefined {
  const status = useStatus();
  const own = useSyncExternalStore(listen, latest, none);
  if (own !== undefined && (status === undefined || Date.now() - own.at < STALE_MS)) return own;
  return status === undefined ? undefined : { tour: status.tour };
}

export function useTourOrders(): { readonly take: () => Promise<void>; readonly end: () => Promise<void> } {
  const take = useCallback(async () => say((await api.takeTour()).tour), []);
  const end = useCallback(async () => say((await api.endTour()).tour), []);
  return { take, end };
}
