'use client';
/** The queue of one status and text filter: loaded page by page, kept up to date by the live channel. */
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import { holdsWords } from '@netsentinel/contracts/incident-words';
import { useCallback, useEffect, useRef, useState } from 'react';
import { api, type IncidentQuery } from './api.ts';
import { wordsOf } from './hooks.ts';
import { useLive } from './live.ts';
import { useAtMost } from './use-at-most.ts';
import {
  changed,
  changedInPlace,
  EMPTY,
  firstPage,
  MAX_ROWS,
  nextPage,
  refreshed,
  type Page,
  type Queue,
} from './queue.ts';

const NONE: ReadonlyMap<string, IncidentSummary> = new Map();
/** Where the list depends on who has what, it is read anew at most this often. */
const WORK_MS = 2_000;
/** Live changes are drawn together at most this often. */
const DRAW_MS = 100;
/** Rows that are loaded at once. */
const PAGE = 100;
/** … and while somebody scrolls through many. */
const LARGE_PAGE = 200;

export interface QueueView {
  readonly queue: Queue;
  /** What `queue` is the answer to; undefined before the first. */
  readonly answers: IncidentQuery | undefined;
  /** Where what is shown begins; undefined at the newest. */
  readonly from: string | undefined;
  readonly isLoading: boolean;
  readonly error: string | undefined;
  readonly more: () => void;
  readonly newest: () => void;
  /** How many incidents are new or have moved up since `isHeld`. */
  readonly waiting: number;
}

/** @param isHeld nothing moves: somebody reads further down. What is shown still changes in place. */
export function useQueue(query: IncidentQuery, isHeld: boolean): QueueView {
  const { status, scanner, text, assignee, minScore } = query;
  const [queue, setQueue] = useState(EMPTY);
  const [from, setFrom] = useState<string>();
  const [answers, setAnswers] = useState<IncidentQuery>();
  const [isLoading, setLoading] = useState(false);
  const [error, setError] = useState<string>();
  const request = useRef(0);
  /** While a request is under way: what the live channel told meanwhile, as the answer may be older. */
  const heard = useRef<Map<string, IncidentSummary>>(undefined);
  const holds = useCallback(
    (i: IncidentSummary) =>
      (status === undefined || i.status === status) &&
      (scanner === undefined || (scanner === 'only') === (i.scanner !== undefined)) &&
      (minScore === undefined || i.score >= minScore) &&
      holdsWords(i, text),
    [status, scanner, text, minScore],
  );

  /** The latest request wins; an answer to an older one is let go. */
  const load = useCallback(
    (after: string | undefined, use: (old: Queue, page: Page) => Queue) => {
      const mine = ++request.current;
      const since = (heard.current = new Map<string, IncidentSummary>());
      setLoading(true);
      api
        .listIncidents({
          status,
          scanner,
          assignee,
          minScore,
          text: text === '' ? undefined : text,
          after,
          limit: after === undefined ? PAGE : LARGE_PAGE,
        })
        .then(
          (page) => {
            if (mine !== request.current) return;
            const told = [...since.values()];
            setQueue((old) => {
              const queue = use(old, page);
              // Among older ones only what is there changes; new activity belongs to the newest.
              const changes = after === undefined ? told : told.filter((i) => queue.byId.has(i.id));
              return changed(queue, [...page.incidents, ...changes], holds);
            });
            setAnswers({ status, scanner, text, assignee, minScore });
            setError(undefined);
          },
          (problem: unknown) => mine === request.current && setError(wordsOf(problem)),
        )
        .finally(() => {
          if (mine !== request.current) return;
          heard.current = undefined;
          setLoading(false);
        });
    },
    [status, scanner, text, assignee, minScore, holds],
  );
  const newest = useCallback(() => {
    setFrom(undefined);
    load(undefined, firstPage);
  }, [load]);
  const more = useCallback(() => {
    if (queue.next === undefined || !isAnswerTo(answers, { status, scanner, text, assignee, minScore })) return;
    if (queue.byId.size < MAX_ROWS) return load(queue.next, nextPage);
    setFrom(queue.next);
    load(queue.next, (_, page) => firstPage(EMPTY, page));
  }, [load, queue, answers, status, scanner, text, assignee, minScore]);
  useEffect(newest, [newest]);

  const isNewest = from === undefined;
  const coming = useRef(new Map<string, IncidentSummary>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [held, setHeld] = useState<ReadonlyMap<string, IncidentSummary>>(NONE);
  /** As of the latest filter, also where a change has waited since before it. */
  const draw = useRef<() => void>(undefined);
  useEffect(() => {
    draw.current = () => {
      timer.current = undefined;
      const incidents = [...coming.current.values()];
      coming.current.clear();
      if (isHeld) {
        setQueue((old) => changedInPlace(old, incidents));
        if (isNewest) setHeld((old) => new Map([...old, ...incidents.filter(holds).map((i) => [i.id, i] as const)]));
        return;
      }
      // Who has one is not told by the live channel: what is shown changes, and what joins comes with the next answer.
      const isShownOnly = !isNewest || assignee !== undefined;
      setQueue((old) => changed(old, isShownOnly ? incidents.filter((i) => old.byId.has(i.id)) : incidents, holds));
    };
  }, [holds, isNewest, isHeld, assignee]);
  useEffect(() => {
    if (isHeld || held.size === 0) return;
    for (const [id, incident] of held) if (!coming.current.has(id)) coming.current.set(id, incident);
    setHeld(NONE);
    timer.current ??= setTimeout(() => draw.current?.(), 0);
  }, [isHeld, held]);
  const onIncident = useCallback((incident: IncidentSummary) => {
    heard.current?.set(incident.id, incident);
    coming.current.set(incident.id, incident);
    timer.current ??= setTimeout(() => draw.current?.(), DRAW_MS);
  }, []);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  const onFresh = useCallback(() => {
    if (isNewest) load(undefined, refreshed);
  }, [isNewest, load]);
  const onWork = useCallback(() => {
    if (isNewest && assignee !== undefined) load(undefined, refreshed);
  }, [isNewest, assignee, load]);
  // A queue that grew too long while it was watched begins again; its older rows come back page by page.
  useEffect(() => {
    if (isNewest && queue.byId.size > MAX_ROWS) newest();
  }, [isNewest, queue, newest]);
  useLive('incident', onIncident, onFresh);
  useLive('work', useAtMost(onWork, WORK_MS));
  return { queue, answers, from, isLoading, error, more, newest, waiting: held.size };
}

/** Whether what is shown is what is asked for. */
export function isAnswerTo(answers: IncidentQuery | undefined, asked: IncidentQuery): boolean {
  return answers !== undefined && (Object.keys(asked) as (keyof IncidentQuery)[]).every((k) => answers[k] === asked[k]);
}
