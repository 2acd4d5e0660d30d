/** Terminals that clients watch: the recording so far, then each piece as it is written. Who is slow misses pieces, sees it by the offset and asks again. */
import type { Server } from 'socket.io';
import type { BlobStore } from '@netsentinel/contracts/blob-store';
import type { ClientToServer, ServerToClient } from '@netsentinel/contracts/live';
import { mayDo } from '@netsentinel/contracts/role-permissions';
import { isFull, type Client, type ClientData } from './client-queue.ts';
import { startText, Utf8Tail } from './recording-text.ts';

const MAX_WATCHED = 4;
const MAX_RECORDING_TEXT = 4 * 1024 * 1024;
/** Recordings read at once, for all clients together; each may be tens of megabytes in memory. */
const MAX_READING = 4;
const SESSION_ID = /^[A-Za-z0-9~_-]{1,128}$/;

export interface Terminals {
  serve(client: Client): void;
  piece(session: string, offset: number, chunk: Uint8Array): void;
}

export function createTerminals(
  io: Server<ClientToServer, ServerToClient, Record<string, never>, ClientData>,
  blobs: BlobStore,
): Terminals {
  const { adapter, sockets } = io.of('/');
  const tails = new Map<string, Utf8Tail>();
  adapter.on('delete-room', (room: string) => tails.delete(room));
  let reading = 0;

  return {
    serve: (client) => {
      const { who, watched } = client.data;
      client.on('watch', (session, answer) => {
        if (typeof answer !== 'function') return;
        const refuse = (error: string): void => answer({ ok: false, offset: 0, text: '', error });
        if (!mayDo(who.role, 'recordings:read')) return refuse('your role may not see recordings');
        if (typeof session !== 'string' || !SESSION_ID.test(session)) return refuse('no such session');
        if (!watched.has(session) && watched.size >= MAX_WATCHED)
          return refuse(`at most ${MAX_WATCHED} sessions at once`);
        if (reading >= MAX_READING || isFull(client)) return refuse('busy');
        reading++;
        watched.add(session);
        // Joined first: what is recorded while we read is then sent too, and the client skips what it has by the offsets.
        void Promise.resolve(client.join(roomOf(session)))
          .then(() => blobs.readRecording(session))
          .then((recorded) => answer({ ok: true, ...startText(recorded ?? new Uint8Array(), MAX_RECORDING_TEXT) }))
          .catch(() => refuse('the recording cannot be read'))
          .finally(() => reading--);
        return undefined;
      });
      client.on('unwatch', (session) => {
        if (typeof session !== 'string' || !watched.delete(session)) return;
        void client.leave(roomOf(session));
      });
    },
    piece: (session, offset, chunk) => {
      const room = roomOf(session);
      const members = adapter.rooms.get(room);
      if (members === undefined) return;
      const tail = tails.get(room) ?? new Utf8Tail();
      tails.set(room, tail);
      const piece = tail.take(offset, chunk);
      if (piece === undefined) return;
      const slow = [...members].filter((id) => {
        const client = sockets.get(id);
        return client === undefined || isFull(client);
      });
      io.to(room)
        .except(slow)
        .emit('terminal', { session, ...piece });
    },
  };
}

function roomOf(session: string): string {
  return `terminal:${session}`;
}
