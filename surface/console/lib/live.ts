'use client';
/** One live connection a page, shared by whoever listens. */
import type { ClientToServer, PlatformStatus, ServerToClient } from '@netsentinel/contracts/live';
import { useEffect, useState } from 'react';
import { io, type Socket } from 'socket.io-client';

export type LiveSocket = Socket<ServerToClient, ClientToServer>;

let shared: LiveSocket | undefined;

/** The connection; made at first use, kept for the page's life. */
export function liveSocket(): LiveSocket {
  shared ??= io({ path: '/live', transports: ['websocket'], withCredentials: true, reconnectionDelayMax: 3_000 });
  return shared;
}

/** Calls `listener` for each message of this name while the component stands, and `onReconnect` when something may have been missed. */
export function useLive<K extends keyof ServerToClient>(
  name: K,
  listener: ServerToClient[K],
  onReconnect?: () => void,
): void {
  useEffect(() => {
    const socket = liveSocket();
    socket.on(name, listener as never);
    if (onReconnect !== undefined) socket.io.on('reconnect', onReconnect);
    return () => {
      socket.off(name, listener as never);
      if (onReconnect !== undefined) socket.io.off('reconnect', onReconnect);
    };
  }, [name, listener, onReconnect]);
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

export function useStatus(): PlatformStatus | undefined {
  const [status, setStatus] = useState<PlatformStatus>();
  useLive('status', setStatus);
  return status;
}
