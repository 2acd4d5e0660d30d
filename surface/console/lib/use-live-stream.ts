'use client';
/** The stream of what happens, from the rooms of the live channel that the role may hear, begun with what happened last. */
import type { ServerToClient } from '@netsentinel/contracts/live';
import { ROOM_OF, ROOM_PERMISSIONS } from '@netsentinel/contracts/live-rooms';
import type { Role } from '@netsentinel/contracts/permission';
import { mayDo } from '@netsentinel/contracts/role-permissions';
import { useCallback, useEffect, useRef, useState } from 'react';
import { api } from './api.ts';
import { wordsOf } from './hooks.ts';
import { liveSocket, useLive } from './live.ts';
import {
  atOf,
  begun,
  EMPTY,
  KINDS,
  released,
  told,
  type Gap,
  type Kind,
  type News,
  type Stream,
} from './live-stream.ts';

/** News are drawn together at most this often. */
const DRAW_MS = 100;
/** How much of the past a page begins with. */
const PAST = 40;
/** Decoys whose visits that go on are asked for. */
const MOST_DECOYS = 8;
/** A visit that has not ended for so long is one whose end nobody heard. */
const LONGEST_VISIT_MS = 24 * 3_600_000;

/** What this role may hear. */
export function kindsOf(role: Role): readonly Kind[] {
  return KINDS.filter((kind) => mayDo(role, ROOM_PERMISSIONS[ROOM_OF[kind]]));
}

/** Visits that go on, incidents and actions of late: the oldest first. */
async function past(role: Role): Promise<readonly News[]> {
  const may = new Set(kindsOf(role));
  const [incidents, actions, visits] = await Promise.all([
    may.has('incident') ? api.listIncidents({ limit: PAST }).then((answer) => answer.incidents) : [],
    may.has('action') ? api.listActions({ limit: PAST }).then((answer) => answer.actions) : [],
    may.has('session') && mayDo(role, 'decoys:read') ? visitsNow() : [],
  ]);
  const news: readonly News[] = [
    ...incidents.map((body) => ({ kind: 'incident', body }) as const),
    ...actions.map((body) => ({ kind: 'action', body }) as const),
    ...visits,
  ];
  return news.toSorted((a, b) => atOf(a) - atOf(b));
}

async function visitsNow(): Promise<readonly News[]> {
  const { decoys } = await api.listDecoys();
  const busy = decoys.filter(({ connections }) => connections > 0).slice(0, MOST_DECOYS);
  const since = Date.now() - LONGEST_VISIT_MS;
  const lists = await Promise.all(
    busy.map(async ({ id: decoy, type }) => {
      const { sessions } = await api.listDecoySessions({ id: decoy, limit: PAST });
      return sessions
        .filter(({ ended, started }) => ended === undefined && started > since)
        .map(({ id, started, source }): News => ({
          kind: 'session',
          body: { id, what: 'begun', at: started, decoy, type, address: source.ip },
        }));
    }),
  );
  return lists.flat();
}

export interface LiveStream {
  readonly stream: Stream;
  /** Whether what happened before has been asked for. */
  readonly isLoaded: boolean;
  readonly error: string | undefined;
}

/** @param isHeld rows stand still, and what comes waits; `wantsEvents`: all that sensors see, too, sampled */
export function useLiveStream(role: Role, isHeld: boolean, wantsEvents: boolean): LiveStream {
  const [stream, setStream] = useState(EMPTY);
  const [isLoaded, setLoaded] = useState(false);
  const [error, setError] = useState<string>();
  const coming = useRef<News[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const held = useRef(isHeld);
  useEffect(() => {
    held.current = isHeld;
    if (!isHeld) setStream((old) => released(old, Date.now()));
  }, [isHeld]);

  const take = useCallback((news: News) => {
    coming.current.push(news);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const all = coming.current;
      coming.current = [];
      setStream((old) => told(old, all, held.current));
    }, DRAW_MS);
  }, []);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );

  const isFirst = useRef(true);
  // What is kept of incidents and actions comes by itself after a short cut; after a long one it is asked for anew.
  const load = useCallback(() => {
    past(role).then(
      (news) => {
        setStream((old) => (isFirst.current ? begun(old, news) : told(old, since(old, news), held.current)));
        isFirst.current = false;
        setError(undefined);
        setLoaded(true);
      },
      (problem: unknown) => {
        setError(wordsOf(problem));
        setLoaded(true);
      },
    );
  }, [role]);
  useEffect(load, [load]);

  const onKind = useTaker(take);
  useLive('session', onKind.session);
  useLive('incident', onKind.incident, useAgain(load));
  useLive('anomaly', onKind.anomaly);
  useLive('action', onKind.action);
  useLive('event', onKind.event, undefined, wantsEvents);
  useGaps(take);
  return { stream, isLoaded, error };
}

/** Calls `act` for the second time on: what is fresh at first was asked for already. */
function useAgain(act: () => void): () => void {
  const isFirst = useRef(true);
  return useCallback(() => {
    if (!isFirst.current) act();
    isFirst.current = false;
  }, [act]);
}

/** Of what was asked for anew: what is newer than what is shown, or changes it. */
function since({ rows }: Stream, news: readonly News[]): readonly News[] {
  const last = rows.reduce((at, row) => Math.max(at, row.at), 0);
  const known = new Set(rows.map(({ kind, body }) => `${kind} ${body.id}`));
  return news.filter((one) => atOf(one) > last || known.has(`${one.kind} ${one.body.id}`));
}

type Takers = { readonly [K in Kind]: (body: Parameters<ServerToClient[K]>[0]) => void };

function useTaker(take: (news: News) => void): Takers {
  const [takers] = useState<Takers>(() => ({
    session: (body) => take({ kind: 'session', body }),
    incident: (body) => take({ kind: 'incident', body }),
    anomaly: (body) => take({ kind: 'anomaly', body }),
    action: (body) => take({ kind: 'action', body }),
    event: (body) => take({ kind: 'event', body }),
  }));
  return takers;
}

/** What did not come, and why. */
function useGaps(take: (news: News) => void): void {
  useEffect(() => {
    const socket = liveSocket();
    let n = 0;
    let goneAt: number | undefined;
    const tell = (gap: Omit<Gap, 'id' | 'at'>): void => {
      const at = Date.now();
      take({ kind: 'gap', body: { ...gap, id: `${at} ${n++}`, at } });
    };
    const missed: ServerToClient['missed'] = (counts) => {
      const rooms = (['sessions', 'anomalies', 'events'] as const).filter((room) => (counts[room] ?? 0) > 0);
      const count = rooms.reduce((sum, room) => sum + (counts[room] ?? 0), 0);
      if (count > 0) tell({ why: 'sampled', count, rooms });
    };
    const gone = (): void => {
      goneAt ??= Date.now();
    };
    const back = (): void => {
      if (goneAt !== undefined) tell({ why: 'cut', count: Date.now() - goneAt, rooms: [] });
      goneAt = undefined;
    };
    socket.on('missed', missed);
    socket.on('disconnect', gone);
    socket.on('connect', back);
    return () => {
      socket.off('missed', missed);
      socket.off('disconnect', gone);
      socket.off('connect', back);
    };
  }, [take]);
}
