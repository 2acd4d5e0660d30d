'use client';
/** The queue of one status: loaded page by page, kept up to date by the live channel. */
import type { Incident, IncidentSummary } from '@netsentinel/contracts/incident';
import { useCallback, useEffect, useRef, useState } from 'react';
import { api } from './api.ts';
import { wordsOf } from './hooks.ts';
import { useLive } from './live.ts';
import { changed, EMPTY, firstPage, MAX_ROWS, nextPage, refreshed, type Page, type Queue } from './queue.ts';

/** Live changes are drawn together at most this often. */
const DRAW_MS = 100;

export interface QueueView {
  readonly queue: Queue;
  /** Where what is shown begins; undefined at the newest. */
  readonly from: string | undefined;
  readonly isLoaded: boolean;
  readonly isLoading: boolean;
  readonly error: string | undefined;
  readonly more: () => void;
  readonly newest: () => void;
}

export function useQueue(status: Incident['status'] | undefined): QueueView {
  const [queue, setQueue] = useState(EMPTY);
  const [from, setFrom] = useState<string>();
  const [isLoaded, setLoaded] = useState(false);
  const [isLoading, setLoading] = useState(false);
  const [error, setError] = useState<string>();
  const request = useRef(0);

  /** The latest request wins; an answer to an older one is let go. */
  const load = useCallback(
    (after: string | undefined, use: (old: Queue, page: Page) => Queue) => {
      const mine = ++request.current;
      setLoading(true);
      api
        .incidents(status, after)
        .then(
          (page) => {
            if (mine !== request.current) return;
            setQueue((old) => use(old, page));
            setLoaded(true);
            setError(undefined);
          },
          (problem: unknown) => mine === request.current && setError(wordsOf(problem)),
        )
        .finally(() => mine === request.current && setLoading(false));
    },
    [status],
  );
  const newest = useCallback(() => {
    setFrom(undefined);
    load(undefined, firstPage);
  }, [load]);
  const more = useCallback(() => {
    if (queue.next === undefined) return;
    if (queue.byId.size < MAX_ROWS) return load(queue.next, nextPage);
    setFrom(queue.next);
    load(queue.next, (_, page) => firstPage(EMPTY, page));
  }, [load, queue]);
  useEffect(newest, [newest]);

  const isNewest = from === undefined;
  const waiting = useRef(new Map<string, IncidentSummary>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const onIncident = useCallback(
    (incident: IncidentSummary) => {
      waiting.current.set(incident.id, incident);
      timer.current ??= setTimeout(() => {
        timer.current = undefined;
        const incidents = [...waiting.current.values()];
        waiting.current.clear();
        setQueue((old) =>
          changed(
            old,
            // Among older ones only what is there changes; new activity belongs to the newest.
            isNewest ? incidents : incidents.filter((i) => old.byId.has(i.id)),
            (i) => status === undefined || i.status === status,
          ),
        );
      }, DRAW_MS);
    },
    [status, isNewest],
  );
  useEffect(() => () => clearTimeout(timer.current), []);
  const onConnect = useCallback(() => {
    if (isNewest) load(undefined, refreshed);
  }, [isNewest, load]);
  // A queue that grew too long while it was watched begins again; its older rows come back page by page.
  useEffect(() => {
    if (isNewest && queue.byId.size > MAX_ROWS) newest();
  }, [isNewest, queue, newest]);
  useLive('incident', onIncident, onConnect);
  return { queue, from, isLoaded, isLoading, error, more, newest };
}
