/**
 * The live channel: Socket.IO for signed-in consoles. Every client has a bounded queue: a slow one misses status and terminal pieces (it sees
 * the gap by the offset and asks again), and is disconnected before incidents or actions would have to be dropped; it reads them anew then.
 */
import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { Action } from '@netsentinel/contracts/action';
import type { BlobStore } from '@netsentinel/contracts/blob-store';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import type { ClientToServer, PlatformStatus, ServerToClient } from '@netsentinel/contracts/live';
import type { LiveHub } from '../api.types.ts';

/** Changes of one incident within this time are sent as one. */
const COALESCE_MS = 25;
const STATUS_MS = 1_000;
const MAX_WATCHED = 4;
/** Packets that may wait for one client: beyond the first bound it misses what may be missed, beyond the second it is cut off. */
const SLOW = 256;
const STUCK = 4_096;
const MAX_CLIENTS = 2_000;
const MAX_RECORDING_TEXT = 4 * 1024 * 1024;
const SESSION_ID = /^[A-Za-z0-9~_-]{1,128}$/;

type Client = Socket<ClientToServer, ServerToClient>;

export interface LiveHubOptions {
  readonly server: HttpServer;
  readonly blobs: BlobStore;
  status(): PlatformStatus;
  /** Whether this handshake is a signed-in console of ours. */
  admit(headers: NodeJS.Dict<string | string[]>): Promise<boolean>;
}

export function createLiveHub(options: LiveHubOptions): LiveHub & { close(): Promise<void> } {
  const io = new Server<ClientToServer, ServerToClient>(options.server, {
    path: '/live',
    serveClient: false,
    maxHttpBufferSize: 8 * 1024,
    perMessageDeflate: false,
    allowRequest: (request, answer) => {
      if (io.engine.clientsCount >= MAX_CLIENTS) return answer('too many consoles', false);
      options.admit(request.headers).then(
        (admitted) => answer(null, admitted),
        () => answer(null, false),
      );
      return undefined;
    },
  });
  const pending = new Map<string, IncidentSummary>();
  let flush: NodeJS.Timeout | undefined;

  io.on('connection', (client: Client) => {
    const watched = new Set<string>();
    client.on('watch', (session, answer) => {
      if (typeof answer !== 'function') return;
      const refuse = (error: string): void => answer({ ok: false, offset: 0, text: '', error });
      if (typeof session !== 'string' || !SESSION_ID.test(session)) return refuse('no such session');
      if (!watched.has(session) && watched.size >= MAX_WATCHED)
        return refuse(`at most ${MAX_WATCHED} sessions at once`);
      watched.add(session);
      // Joined first: a piece that comes while the recording is read is then surely seen; the client skips what it has by the offset.
      void (async () => {
        await client.join(`terminal:${session}`);
        const recorded = await options.blobs.readRecording(session);
        const bytes = recorded ?? new Uint8Array();
        const from = Math.max(0, bytes.length - MAX_RECORDING_TEXT);
        answer({ ok: true, offset: bytes.length, text: Buffer.from(bytes.subarray(from)).toString('utf8') });
      })().catch(() => refuse('the recording cannot be read'));
      return undefined;
    });
    client.on('unwatch', (session) => {
      watched.delete(session);
      void client.leave(`terminal:${session}`);
    });
    client.emit('status', options.status());
  });

  const timer = setInterval(() => {
    if (io.engine.clientsCount === 0) return;
    const status = options.status();
    for (const client of io.sockets.sockets.values()) if (waiting(client) < SLOW) client.emit('status', status);
  }, STATUS_MS);
  timer.unref();

  /** To everyone; a client that is stuck is cut off and comes back for the whole. */
  const toAll = (send: (client: Client) => void): void => {
    for (const client of io.sockets.sockets.values()) {
      if (waiting(client) >= STUCK) client.disconnect(true);
      else send(client);
    }
  };

  return {
    incident: (incident) => {
      pending.set(incident.id, incident);
      flush ??= setTimeout(() => {
        flush = undefined;
        const changed = [...pending.values()];
        pending.clear();
        toAll((client) => changed.forEach((one) => client.emit('incident', one)));
      }, COALESCE_MS);
    },
    action: (action: Action) => toAll((client) => client.emit('action', action)),
    terminal: (session, offset, chunk) => {
      const room = io.sockets.adapter.rooms.get(`terminal:${session}`);
      if (room === undefined) return;
      const piece = { session, offset, text: Buffer.from(chunk).toString('utf8') };
      for (const id of room) {
        const client = io.sockets.sockets.get(id);
        if (client !== undefined && waiting(client) < SLOW) client.emit('terminal', piece);
      }
    },
    close: async () => {
      clearInterval(timer);
      clearTimeout(flush);
      io.disconnectSockets(true);
      await io.close();
    },
  };
}

/** Packets that have not left yet. */
function waiting(client: Client): number {
  return (client.conn as unknown as { writeBuffer?: readonly unknown[] }).writeBuffer?.length ?? 0;
}
