/**
 * A point's way to its centre: connects, tells how it stands, has what the centre wishes made. Cut off, the point goes on with what it holds, and
 * comes back by itself, after pauses that grow and differ from point to point.
 */
import { hostname } from 'node:os';
import { connect, type TLSSocket } from 'node:tls';
import { Measure, type OrderReply } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import { VERSION } from '@netsentinel/kernel/version';
import type { Enforcer } from '../enforcer.types.ts';
import { Turns } from '../turns.ts';
import { CENTRE_NAME } from './authority.ts';
import { CentreOrders } from './centre-orders.ts';
import type { Credentials } from './credentials.ts';
import { Peer } from './peer.ts';
import { MAX_PAGE, MAX_REASON, PROTOCOL, ToPoint, type FromPoint } from './point-wire.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Where the centre refuses us: a person has to do something first. */
const REFUSED_PAUSE_MS = 300_000;
const CONNECT_MS = 10_000;
/** Pages that are under way; the centre waits for each to be answered. */
const MAX_PAGES = 4;
/** How often is looked whether we can block at all. */
const LOOK_MS = 1000;

export class CentreLink {
  readonly #enforcer: Enforcer;
  readonly #credentials: Credentials;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #orders: CentreOrders;
  readonly #turns = new Turns();
  readonly #gone = new Map<string, string>();
  #peer: Peer<ToPoint, FromPoint> | undefined;
  #socket: TLSSocket | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #told = '';
  #pages = 0;
  #wasAble: string | undefined;
  #cancelPause: (() => void) | undefined;
  #cancelLook: (() => void) | undefined;
  #closed = false;

  constructor(options: {
    readonly enforcer: Enforcer;
    readonly credentials: Credentials;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    this.#enforcer = options.enforcer;
    this.#credentials = options.credentials;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#orders = new CentreOrders(options.enforcer, options.clock);
  }

  start(): void {
    this.#connect();
    this.#look();
  }

  /** What the enforcer tells of any block. */
  onReply(reply: OrderReply): void {
    const gone = this.#orders.onReply(reply);
    if (gone === undefined || this.#peer === undefined) return;
    this.#gone.set(gone.network, gone.reason);
    if (this.#gone.size === 1) setImmediate(() => this.#tellGone());
  }

  close(): void {
    this.#closed = true;
    this.#cancelPause?.();
    this.#cancelLook?.();
    this.#peer?.end('this point goes down');
    this.#socket?.destroy();
  }

  #connect(): void {
    const { host, port, authority, certificate, key } = this.#credentials;
    const socket = connect({
      host,
      port,
      ca: authority,
      cert: certificate,
      key,
      minVersion: 'TLSv1.3',
      // Its authority issues one certificate for a server: the centre's, wherever that is reached.
      checkServerIdentity: (_, { subject }) =>
        subject.CN === CENTRE_NAME ? undefined : new Error('the certificate is not the centre’s'),
    });
    this.#socket = socket;
    let why = 'it closed the connection';
    let met = false;
    const cancel = this.#clock.after(CONNECT_MS, () => socket.destroy(new Error('it does not answer')));
    socket.on('error', (error) => (why = error.message));
    socket.once('secureConnect', () => {
      cancel();
      met = true;
      this.#meet(socket);
    });
    socket.once('close', () => {
      cancel();
      // Afterwards the end is the peer's to tell.
      if (!met) this.#later(why);
    });
  }

  #meet(socket: TLSSocket): void {
    let refused: string | undefined;
    const peer: Peer<ToPoint, FromPoint> = new Peer<ToPoint, FromPoint>({
      socket,
      clock: this.#clock,
      schema: ToPoint,
      onMessage: (message) => {
        if (message.t === 'refused') {
          refused = `${message.code}: ${message.message}. ${message.hint}`;
          return peer.end(refused);
        }
        if (message.t === 'wishes') {
          if (this.#pages >= MAX_PAGES) return peer.end('it does not wait for answers');
          this.#pages += 1;
          this.#welcomed();
          void this.#turns.take(() =>
            this.#orders.take(message, (told) => {
              // Whether we refuse it or cannot make it now: what we cannot make now stays wished.
              if (told.t === 'done' && told.refused.length > 0) peer.send(this.#state());
              if (told.t === 'done') this.#pages -= 1;
              peer.send(told);
            }),
          );
        }
        return undefined;
      },
      onEnd: (why) => {
        if (this.#peer === peer) this.#peer = undefined;
        this.#gone.clear();
        this.#later(why, refused === undefined ? undefined : REFUSED_PAUSE_MS);
      },
      beat: () => this.#state(),
    });
    this.#peer = peer;
    // Pages of an earlier connection come to their end first: what they make is in the journal then.
    void this.#turns.take(async () => {
      this.#orders.restart();
      peer.send({ t: 'hello', protocol: PROTOCOL, version: VERSION, host: hostname().slice(0, 255) });
      peer.send(this.#state());
      return Promise.resolve();
    });
  }

  #welcomed(): void {
    this.#pauseMs = FIRST_PAUSE_MS;
    if (this.#told !== '') this.#log.warn('The centre is back', { centre: this.#credentials.host });
    this.#told = '';
  }

  #later(why: string, pauseMs?: number): void {
    if (this.#closed) return;
    if (why !== this.#told)
      this.#log[pauseMs === undefined ? 'warn' : 'error'](
        pauseMs === undefined
          ? 'The centre cannot be reached; what is held stays and ends by itself'
          : 'The centre refuses this point; what is held stays and ends by itself',
        { centre: this.#credentials.host, port: this.#credentials.port, why },
      );
    this.#told = why;
    const pause = pauseMs ?? this.#pauseMs;
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
    // So that all points do not come at once when the centre is back.
    this.#cancelPause = this.#clock.after(pause * (0.5 + Math.random() / 2), () => this.#connect());
  }

  #look(): void {
    this.#cancelLook = this.#clock.after(LOOK_MS, () => {
      const state = this.#state();
      const isAble = JSON.stringify([state.able, Object.keys(state.unable ?? {})]);
      if (isAble !== this.#wasAble) this.#peer?.send(state);
      this.#wasAble = isAble;
      this.#look();
    });
  }

  /** One responder that makes blocks is enough. */
  #state(): Extract<FromPoint, { t: 'state' }> {
    const { responders } = this.#enforcer.describe();
    const able = responders.some(({ mode, available }) => mode === 'enforce' && available);
    const detail = responders
      .map((one) => `${one.id}: ${one.mode}${one.available || one.mode !== 'enforce' ? '' : `, ${one.reason}`}`)
      .join('; ')
      .slice(0, 512);
    const making = responders.filter(({ mode }) => mode === 'enforce');
    const refuses: Partial<Record<Measure, string>> = {};
    const unable: Partial<Record<Measure, string>> = {};
    for (const measure of Measure.options) {
      const takers = making.filter((one) => one.refuses[measure] === undefined);
      if (making.length === 0) continue;
      if (takers.length === 0) refuses[measure] = briefly(making.map((one) => one.refuses[measure] ?? ''));
      // What we cannot make now stays wished.
      else if (!takers.some(({ available }) => available))
        unable[measure] = briefly(takers.map((one) => `${one.id}: ${one.available ? '' : one.reason}`));
    }
    return { t: 'state', able, detail, entries: this.#orders.entries, refuses, unable };
  }

  #tellGone(): void {
    const blocks = [...this.#gone].map(([network, reason]) => ({ network, reason }));
    this.#gone.clear();
    for (let at = 0; at < blocks.length; at += MAX_PAGE)
      this.#peer?.send({ t: 'gone', blocks: blocks.slice(at, at + MAX_PAGE) });
  }
}

function briefly(reasons: readonly string[]): string {
  return [...new Set(reasons)].join('; ').slice(0, MAX_REASON);
}
