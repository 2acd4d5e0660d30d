'use client';
/** One live connection a page, shared by whoever listens. */
import type { ClientToServer, PlatformStatus, ServerToClient } from '@netsentinel/contracts/live';
import { useCallback, useEffect, useState } from 'react';
import { io, type Socket } from 'socket.io-client';
import { api, toSignIn } from './api.ts';
import { LiveRooms, type Listener, type RoomMessage } from './live-rooms.ts';

export type LiveSocket = Socket<ServerToClient, ClientToServer>;

let shared: LiveSocket | undefined;
let rooms: LiveRooms | undefined;

/** The connection; made at first use, kept for the page's life. */
export function liveSocket(): LiveSocket {
  if (shared !== undefined) return shared;
  shared = io({ path: '/live', transports: ['websocket'], withCredentials: true, reconnectionDelayMax: 3_000 });
  // Refused: perhaps the session is over, and then every page leads to the door.
  shared.on('connect_error', () => {
    api.getSession().then(
      (session) => (session.account === null ? toSignIn() : undefined),
      () => undefined,
    );
  });
  return shared;
}

/**
 * Calls `listener` for each message of this name while the component stands, once, whatever becomes of the connection; and `onFresh` whenever something may
 * have been missed: at first, and after the connection was gone for too long.
 */
export function useLive<K extends RoomMessage>(
  name: K,
  listener: Listener<K>,
  onFresh?: () => void,
  /** Whether anything of it is to be heard at all. */
  isWanted = true,
): void {
  useEffect(
    () => (isWanted ? (rooms ??= new LiveRooms(liveSocket())).listen(name, listener, onFresh) : undefined),
    [name, listener, onFresh, isWanted],
  );
}

/** Calls `listener` when the connection is there again after it was cut, as it is when a role changes. */
export function useReconnected(listener: () => void): void {
  useEffect(() => {
    const socket = liveSocket();
    let wasCut = false;
    const cut = (): void => {
      wasCut = true;
    };
    const back = (): void => {
      if (wasCut) listener();
      wasCut = false;
    };
    socket.on('disconnect', cut);
    socket.on('connect', back);
    return () => {
      socket.off('disconnect', cut);
      socket.off('connect', back);
    };
  }, [listener]);
}

export function useConnected(): boolean {
  const [connected, setConnected] = useState(false);
  useEffect(() => {
    const socket = liveSocket();
    const update = (): void => setConnected(socket.connected);
    update();
    socket.on('connect', update);
    socket.on('disconnect', update);
    return () => {
      socket.off('connect', update);
      socket.off('disconnect', update);
    };
  }, []);
  return connected;
}

let lastStatus: PlatformStatus | undefined;

export function useStatus(): PlatformStatus | undefined {
  const [status, setStatus] = useState(lastStatus);
  const listener = useCallback((now: PlatformStatus) => setStatus((lastStatus = now)), []);
  useLive('status', listener);
  return status;
}
