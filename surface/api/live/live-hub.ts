/**
 * The live channel: Socket.IO for signed-in consoles (`contracts/live.ts` says what is spoken). Each client hears the rooms that it joined, as far as its role
 * may. Incidents and actions are kept rooms: nothing of them is dropped, and who was away resumes. Of all others a slow client misses what it cannot take, and
 * is told. A channel lives no longer than the session that opened it.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import type { BlobStore } from '@netsentinel/contracts/blob-store';
import type { Clock } from '@netsentinel/contracts/clock';
import type { ClientToServer, Heard, JoinReply, PlatformStatus, ServerToClient } from '@netsentinel/contracts/live';
import { LIVE_ROOMS, ROOM_PERMISSIONS, type KeptRoom, type LiveRoom } from '@netsentinel/contracts/live-rooms';
import type { Logger } from '@netsentinel/contracts/log';
import { mayDo } from '@netsentinel/contracts/role-permissions';
import type { LiveHub } from '../api.types.ts';
import type { SignedIn } from '../auth/sessions.ts';
import { AccountLimit, createAllowance, JOINS, MESSAGES } from './client-limits.ts';
import { cut, onDrained, type Client, type ClientData } from './client-queue.ts';
import { IncidentChanges } from './incident-changes.ts';
import { KeptFeed, type KeptMessage } from './kept-feed.ts';
import { liveAnomalyOf, liveEventOf, liveSessionOf, metricsOf } from './live-news.ts';
import type { LiveRedisConfig } from './live-redis.config.ts';
import { PassingRooms } from './passing-rooms.ts';
import { RedisRooms } from './redis-rooms.ts';
import { createTerminals } from './terminals.ts';

const STATUS_MS = 1_000;
/** After an action the figures in the console's head follow within this time. */
const STATUS_SOON_MS = 100;
/** How often a channel's session is looked at again. */
const RECHECK_MS = 30_000;
/** Of all accounts: what `bench sockets` measures, and some. */
const MAX_CLIENTS = 2_500;
const MAX_OF_ACCOUNT = 200;
/** What a client sends are names of rooms and sessions. */
const MAX_MESSAGE_BYTES = 8 * 1024;
const MAX_EPOCH = 32;

export interface LiveHubOptions {
  readonly server: HttpServer;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where other platforms are told and heard; without it this one is alone. */
  readonly redis?: LiveRedisConfig | undefined;
  status(): PlatformStatus;
  /** Who makes this handshake; undefined unless it is a signed-in console of ours. */
  admit(headers: NodeJS.Dict<string | string[]>): Promise<SignedIn | undefined>;
  /** Whether this session still holds, with the role that it had. */
  holds(who: SignedIn): Promise<boolean>;
}

export interface LiveHubControl extends LiveHub {
  /** Cuts every channel of these. */
  end(whose: (who: SignedIn) => boolean): void;
  /** Why clients hear nothing of other platforms, where they should. */
  whyAlone(): string | undefined;
  close(): Promise<void>;
}

export function createLiveHub(options: LiveHubOptions): LiveHubControl {
  const { clock } = options;
  const admitted = new WeakMap<IncomingMessage, SignedIn>();
  const restListeners = options.server.listeners('request');
  const io = new Server<ClientToServer, ServerToClient, Record<string, never>, ClientData>(options.server, {
    path: '/live',
    serveClient: false,
    // No long polling: one upgrade, checked once, and no request bodies.
    transports: ['websocket'],
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    connectTimeout: 10_000,
    allowRequest: (request, answer) => {
      if (io.engine.clientsCount >= MAX_CLIENTS) return answer('too many consoles', false);
      options.admit(request.headers).then(
        (who) => {
          const mayListen = who !== undefined && LIVE_ROOMS.some((room) => mayDo(who.role, ROOM_PERMISSIONS[room]));
          if (mayListen) admitted.set(request, who);
          answer(null, mayListen);
        },
        () => answer(null, false),
      );
      return undefined;
    },
  });
  leavePage(options.server, restListeners);
  const clients = io.sockets.sockets as ReadonlyMap<string, Client>;
  const accounts = new AccountLimit(MAX_OF_ACCOUNT);
  const epoch = randomBytes(8).toString('hex');
  const feed = (room: KeptRoom): KeptFeed =>
    new KeptFeed({
      io,
      room,
      epoch,
      clock,
      ...(options.redis === undefined ? {} : { share: (message: KeptMessage) => others?.take(room, message) === true }),
    });
  const kept: Readonly<Record<KeptRoom, KeptFeed>> = { incidents: feed('incidents'), actions: feed('actions') };
  const feeds = Object.values(kept);
  const passing = new PassingRooms(io, clock);
  const others =
    options.redis === undefined
      ? undefined
      : new RedisRooms({
          config: options.redis,
          clock,
          log: options.log,
          kept,
          passed: (name, body) => passing.publish(name, () => body as never),
        });
  const terminals = createTerminals(io, options.blobs);
  const tellIncident = (body: Parameters<LiveHub['incident']>[0]): void =>
    kept.incidents.publish({ name: 'incident', body });
  const changes = new IncidentChanges(clock, tellIncident);

  // Counted before anything is read of it, whatever it asks for.
  io.engine.on('connection', (connection) => {
    const mayGoOn = createAllowance(MESSAGES, clock);
    connection.on('packet', ({ type }: { readonly type: string }) => {
      if (type === 'message' && !mayGoOn()) connection.close(true);
    });
  });

  io.on('connection', (client: Client) => {
    const who = admitted.get(client.request);
    if (who === undefined || !accounts.take(who.account)) return cut(client);
    client.data.who = who;
    client.data.watched = new Set();
    client.data.missed = new Map();
    client.on('disconnect', () => {
      accounts.release(who.account);
      for (const feed of feeds) feed.leave(client);
    });
    onDrained(client, () => {
      for (const feed of feeds) feed.catchUp(client);
    });
    const mayJoin = createAllowance(JOINS, clock);
    client.on('join', (room, heard, answer) => {
      if (!mayJoin()) return cut(client);
      if (typeof answer === 'function') join(client, room, heardOf(heard), answer);
      return undefined;
    });
    client.on('leave', (room) => {
      if (!isRoom(room)) return;
      if (isKept(room)) kept[room].leave(client);
      else void client.leave(room);
      if (!isKept(room)) client.data.missed.delete(room);
    });
    terminals.serve(client);
    return undefined;
  });

  function join(client: Client, room: unknown, heard: Heard | undefined, answer: (reply: JoinReply) => void): void {
    if (!isRoom(room)) return answer({ ok: false, error: 'there is no such room' });
    if (!mayDo(client.data.who.role, ROOM_PERMISSIONS[room]))
      return answer({ ok: false, error: 'your role may not hear this room' });
    if (isKept(room) && others !== undefined) {
      // Until it is known with which offsets clients are told, nobody can resume.
      void others.settled.then(() => {
        if (client.connected) kept[room].join(client, heard, answer);
      });
      return undefined;
    }
    if (isKept(room)) return kept[room].join(client, heard, answer);
    void client.join(room);
    answer({ ok: true });
    if (room === 'system') client.emit('status', options.status());
    return undefined;
  }

  const repeat = (everyMs: number, work: () => void): (() => void) => {
    let cancel: () => void;
    const again = (): void => {
      cancel = clock.after(everyMs, () => {
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
    passing.publish('status', () => options.status());
  };
  const stopStatus = repeat(STATUS_MS, () => {
    sendStatus();
    passing.publish('metrics', () => metricsOf(options.status(), clock.now()));
    passing.tellMissed(clients.values());
  });
  let checking = false;
  const stopChecks = repeat(RECHECK_MS, () => {
    if (checking) return;
    checking = true;
    void recheck().finally(() => (checking = false));
  });
  /** One session after another: all at once they would hold up whoever is told something. */
  async function recheck(): Promise<void> {
    const sessions = Map.groupBy(clients.values(), ({ data: { who } }) => `${who.tokenHash} ${who.role}`);
    for (const those of sessions.values()) {
      const holds = await options.holds(those[0]!.data.who).catch(() => false);
      if (!holds) for (const client of those) cut(client);
    }
  }

  return {
    incident: (incident) => {
      if (kept.incidents.isWanted) changes.take(incident);
      else tellIncident(incident);
    },
    action: (body) => {
      kept.actions.publish({ name: 'action', body });
      if (clients.size === 0) return;
      // Later, not now: whoever counts blocks may hear of the action after us.
      stopSoon ??= clock.after(STATUS_SOON_MS, sendStatus);
    },
    work: (body) => kept.incidents.publish({ name: 'work', body }),
    event: (event) => {
      if (clients.size === 0 && others === undefined) return;
      const visit = liveSessionOf(event);
      passing.publish('event', () => liveEventOf(event));
      others?.pass('event', () => liveEventOf(event));
      if (visit === undefined) return;
      passing.publish('session', () => visit);
      others?.pass('session', () => visit);
    },
    anomaly: (detection) => {
      passing.publish('anomaly', () => liveAnomalyOf(detection));
      others?.pass('anomaly', () => liveAnomalyOf(detection));
    },
    terminal: (...piece) => terminals.piece(...piece),
    end: (whose) => {
      for (const client of clients.values()) if (whose(client.data.who)) cut(client);
    },
    whyAlone: () => others?.whyAlone,
    close: async () => {
      stopStatus();
      stopSoon?.();
      stopChecks();
      changes.stop();
      others?.close();
      for (const client of clients.values()) cut(client);
      await io.close();
    },
  };
}

/** The channel takes all requests under its path, and the console has a page there: without `EIO`, which the protocol asks for, it is the page's. */
function leavePage(server: HttpServer, others: readonly unknown[]): void {
  const all = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const isPage = request.url?.startsWith('/live/') === true && !request.url.includes('EIO=');
    for (const listener of isPage ? others : all) (listener as RequestListener).call(server, request, response);
  });
}

function isRoom(room: unknown): room is LiveRoom {
  return typeof room === 'string' && Object.hasOwn(ROOM_PERMISSIONS, room);
}

function isKept(room: LiveRoom): room is KeptRoom {
  return room === 'incidents' || room === 'actions';
}

/** What a client says that it has heard; undefined where it has heard nothing, or says nothing of the kind. */
function heardOf(said: unknown): Heard | undefined {
  if (typeof said !== 'object' || said === null) return undefined;
  const { epoch, offset } = said as { readonly epoch?: unknown; readonly offset?: unknown };
  const isSound = typeof epoch === 'string' && epoch.length <= MAX_EPOCH && Number.isSafeInteger(offset);
  return isSound && (offset as number) >= 0 ? { epoch, offset: offset as number } : undefined;
}
