/** One client of the live channel as the server holds it: who it is, and what waits for it. */
import type { Socket } from 'socket.io';
import type { ClientToServer, ServerToClient } from '@netsentinel/contracts/live';
import type { PassingRoom } from '@netsentinel/contracts/live-rooms';
import type { SignedIn } from '../auth/sessions.ts';

/** What may wait for one client, in packets and bytes: beyond it passing messages miss it, and kept ones stay in their window until there is room. */
const MAX_WAITING = 128;
const MAX_WAITING_BYTES = 256 * 1024;

export interface ClientData {
  who: SignedIn;
  watched: Set<string>;
  /** Messages of each room that it was not sent, since it was told. */
  missed: Map<PassingRoom, number>;
}
export type Client = Socket<ClientToServer, ServerToClient, Record<string, never>, ClientData>;

/** What Engine.IO has of a connection beside what its types tell: packets that it still holds, and what its WebSocket could not hand to the kernel yet. */
interface Connection {
  readonly writeBuffer?: readonly { readonly data?: string }[];
  readonly transport?: {
    readonly socket?: { readonly bufferedAmount?: number };
    on(event: 'drain', listener: () => void): void;
  };
}

/** Whether as much waits for it as may. */
export function isFull(client: Client): boolean {
  const { writeBuffer = [], transport } = connectionOf(client);
  if (writeBuffer.length >= MAX_WAITING) return true;
  let bytes = transport?.socket?.bufferedAmount ?? 0;
  for (const { data } of writeBuffer) bytes += data?.length ?? 0;
  return bytes >= MAX_WAITING_BYTES;
}

/** Calls `listener` whenever what was handed to its socket has left. */
export function onDrained(client: Client, listener: () => void): void {
  connectionOf(client).transport?.on('drain', listener);
}

/** Closes at once and drops what waits; the console's client comes back by itself if it may. */
export function cut(client: Client): void {
  client.conn.close(true);
}

function connectionOf(client: Client): Connection {
  return client.conn as unknown as Connection;
}
