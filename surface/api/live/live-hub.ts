/**
 * The live channel: Socket.IO for signed-in consoles. Every client has a bounded queue: a slow one misses status and terminal pieces (it sees
 * the gap by the offset and asks again), and is disconnected before incidents or actions would have to be dropped; it reads them anew then.
 * A channel lives no longer than the session that opened it.
 */
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { Action } from '@netsentinel/contracts/action';
import type { BlobStore } from '@netsentinel/contracts/blob-store';
import type { Clock } from '@netsentinel/contracts/clock';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import type { ClientToServer, PlatformStatus, ServerToClient } from '@netsentinel/contracts/live';
import type { Permission } from '@netsentinel/contracts/permission';
import { mayDo } from '@netsentinel/contracts/role-permissions';
import type { LiveHub } from '../api.types.ts';
import type { SignedIn } from '../auth/sessions.ts';
import { startText, Utf8Tail } from './recording-text.ts';

/** Changes of one incident within this time are sent as one. */
const COALESCE_MS = 25;
const STATUS_MS = 1_000;
/** After an action the figures in the console's head follow within this time. */
const STATUS_SOON_MS = 100;
/** How often a channel's session is looked at again. */
const RECHECK_MS = 30_000;
const MAX_WATCHED = 4;
/** Packets that may wait for one client: beyond the first bound it misses what may be missed, beyond the second it is cut off. */
const SLOW = 128;
const STUCK = 2_048;
const MAX_CLIENTS = 1_000;
const MAX_RECORDING_TEXT = 4 * 1024 * 1024;
/** Recordings read at once, for all clients together; each may be tens of megabytes in memory. */
const MAX_READING = 4;
const SESSION_ID = /^[A-Za-z0-9~_-]{1,128}$/;

/** Rooms: who has the permission hears what it is about. */
const INCIDENTS_FEED: Permission = 'incidents:read';
const ACTIONS_FEED: Permission = 'response:read';
const STATUS_FEED: Permission = 'system:read';
const FEEDS = [INCIDENTS_FEED, ACTIONS_FEED, STATUS_FEED];

interface ClientData {
  who: SignedIn;
  watched: Set<string>;
}
type Client = Socket<ClientToServer, ServerToClient, Record<string, never>, ClientData>;

export interface LiveHubOptions {
  readonly server: HttpServer;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  status(): PlatformStatus;
  /** Who makes this handshake; undefined unless it is a signed-in console of ours. */
  admit(headers: NodeJS.Dict<string | string[]>): Promise<SignedIn | undefined>;
  /** Whether this session still holds, with the role that it had. */
  holds(who: SignedIn): Promise<boolean>;
}

export interface LiveHubControl extends LiveHub {
  /** Cuts every channel of these. */
  end(whose: (who: SignedIn) => boolean): void;
  close(): Promise<void>;
}

export function createLiveHub(options: LiveHubOptions): LiveHubControl {
  const admitted = new WeakMap<IncomingMessage, SignedIn>();
  const io = new Server<ClientToServer, ServerToClient, Record<string, never>, ClientData>(options.server, {
    path: '/live',
    serveClient: false,
    // No long polling: one upgrade, checked once, and no request bodies.
    transports: ['websocket'],
    maxHttpBufferSize: 8 * 1024,
    perMessageDeflate: false,
    connectTimeout: 10_000,
    allowRequest: (request, answer) => {
      if (io.engine.clientsCount >= MAX_CLIENTS) return answer('too many consoles', false);
      options.admit(request.headers).then(
        (who) => {
          const mayListen = who !== undefined && FEEDS.some((feed) => mayDo(who.role, feed));
          if (mayListen) admitted.set(request, who);
          answer(null, mayListen);
        },
        () => answer(null, false),
      );
      return undefined;
    },
  });
  const clients = io.sockets.sockets as ReadonlyMap<string, Client>;
  const tails = new Map<string, Utf8Tail>();
  io.of('/').adapter.on('delete-room', (room: string) => tails.delete(room));
  let reading = 0;

  io.on('connection', (client: Client) => {
    const who = admitted.get(client.request);
    if (who === undefined) return cut(client);
    client.data.who = who;
    for (const feed of FEEDS) if (mayDo(who.role, feed)) void client.join(feed);
    const watched = (client.data.watched = new Set<string>());
    client.on('watch', (session, answer) => {
      if (typeof answer !== 'function') return;
      const refuse = (error: string): void => answer({ ok: false, offset: 0, text: '', error });
      if (!mayDo(who.role, 'recordings:read')) return refuse('your role may not see recordings');
      if (typeof session !== 'string' || !SESSION_ID.test(session)) return refuse('no such session');
      if (!watched.has(session) && watched.size >= MAX_WATCHED)
        return refuse(`at most ${MAX_WATCHED} sessions at once`);
      if (reading >= MAX_READING || waiting(client) >= SLOW) return refuse('busy');
      reading++;
      watched.add(session);
      // Joined first: what is recorded while we read is then sent too, and the client skips what it has by the offsets.
      void Promise.resolve(client.join(roomOf(session)))
        .then(() => options.blobs.readRecording(session))
        .then((recorded) => answer({ ok: true, ...startText(recorded ?? new Uint8Array(), MAX_RECORDING_TEXT) }))
        .catch(() => refuse('the recording cannot be read'))
        .finally(() => reading--);
      return undefined;
    });
    client.on('unwatch', (session) => {
      if (typeof session !== 'string' || !watched.delete(session)) return;
      void client.leave(roomOf(session));
    });
    if (mayDo(who.role, STATUS_FEED)) client.emit('status', options.status());
    return undefined;
  });

  const repeat = (everyMs: number, work: () => void): (() => void) => {
    let cancel: () => void;
    const again = (): void => {
      cancel = options.clock.after(everyMs, () => {
        if (clients.size > 0) work();
        again();
      });
    };
    again();
    return () => cancel();
  };
  let stopSoon: (() => void) | undefined;
  const sendStatus = (): void => {
    stopSoon?.();
    stopSoon = undefined;
    const status = options.status();
    for (const client of clients.values())
      if (client.rooms.has(STATUS_FEED) && waiting(client) < SLOW) client.emit('status', status);
  };
  const stopStatus = repeat(STATUS_MS, sendStatus);
  const stopChecks = repeat(RECHECK_MS, () => {
    for (const client of clients.values())
      options.holds(client.data.who).then(
        (holds) => (holds ? undefined : cut(client)),
        () => cut(client),
      );
  });

  const cutStuck = (): void => {
    for (const client of clients.values()) if (waiting(client) >= STUCK) cut(client);
  };
  const pending = new Map<string, IncidentSummary>();
  let stopFlush: (() => void) | undefined;
  const flush = (): void => {
    stopFlush = undefined;
    cutStuck();
    for (const incident of pending.values()) io.to(INCIDENTS_FEED).emit('incident', incident);
    pending.clear();
  };

  return {
    incident: (incident) => {
      // Who comes later reads what there is.
      if (clients.size === 0) return;
      pending.set(incident.id, incident);
      stopFlush ??= options.clock.after(COALESCE_MS, flush);
    },
    action: (action: Action) => {
      if (clients.size === 0) return;
      cutStuck();
      io.to(ACTIONS_FEED).emit('action', action);
      // Later, not now: whoever counts blocks may hear of the action after us.
      stopSoon ??= options.clock.after(STATUS_SOON_MS, sendStatus);
    },
    work: (work) => {
      if (clients.size === 0) return;
      cutStuck();
      io.to(INCIDENTS_FEED).emit('work', work);
    },
    terminal: (session, offset, chunk) => {
      const room = roomOf(session);
      const members = io.of('/').adapter.rooms.get(room);
      if (members === undefined) return;
      const tail = tails.get(room) ?? new Utf8Tail();
      tails.set(room, tail);
      const piece = tail.take(offset, chunk);
      if (piece === undefined) return;
      const slow = [...members].filter((id) => waiting(clients.get(id)) >= SLOW);
      io.to(room)
        .except(slow)
        .emit('terminal', { session, ...piece });
    },
    end: (whose) => {
      for (const client of clients.values()) if (whose(client.data.who)) cut(client);
    },
    close: async () => {
      stopStatus();
      stopSoon?.();
      stopChecks();
      stopFlush?.();
      for (const client of clients.values()) cut(client);
      await io.close();
    },
  };
}

function roomOf(session: string): string {
  return `terminal:${session}`;
}

/** Closes at once and drops what waits; the console's client comes back by itself if it may. */
function cut(client: Client): void {
  client.conn.close(true);
}

/** Packets that have not left yet. */
function waiting(client: Client | undefined): number {
  return (client?.conn as unknown as { writeBuffer?: readonly unknown[] } | undefined)?.writeBuffer?.length ?? 0;
}
