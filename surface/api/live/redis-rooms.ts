/** What platforms that share a Redis tell each other's clients: the connections, as they come and go, and who reads and writes what over them. ADR 0041. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '@netsentinel/contracts/clock';
import type { KeptRoom } from '@netsentinel/contracts/live-rooms';
import type { Logger } from '@netsentinel/contracts/log';
import { RedisConnection, type RedisPlace } from '@netsentinel/kernel/redis-connection';
import { RespFormatError, type Reply } from '@netsentinel/kernel/resp';
import { revealed, type Secret } from '@netsentinel/kernel/secret';
import type { KeptMessage } from './kept-feed.ts';
import type { LiveRedisConfig } from './live-redis.config.ts';
import { PER_SECOND, Sampler } from './passing-rooms.ts';
import { macOf, MAX_ENTRY_BYTES, readEntry, textOf } from './shared-entry.ts';
import { rowsOf, SharedRoom } from './shared-room.ts';

/** So long clients wait for a Redis that went away before they are told without it. */
const GRACE_MS = 2_000;
const RECONNECT_MS = [100, 200, 500, 1000, 2000];
const BLOCK_MS = 1_000;
/** Entries of each stream in one answer. */
const AT_ONCE = 16;
const PASSING_ENTRIES = 512;
/** Passing messages that Redis has not answered yet; what is beyond is missed. */
const MAX_PASSING = 256;

export type PassedName = 'event' | 'session' | 'anomaly';
const ROOM_OF_PASSED = { event: 'events', session: 'sessions', anomaly: 'anomalies' } as const;

interface Teller {
  deliver(message: KeptMessage | null): void;
  renew(epoch: string, last: number): void;
}

export interface RedisRoomsOptions {
  /** With its secrets read. */
  readonly config: LiveRedisConfig;
  readonly clock: Clock;
  readonly log: Logger;
  readonly kept: Readonly<Record<KeptRoom, Teller>>;
  /** From another platform, checked. */
  passed(name: PassedName, body: unknown): void;
}

export class RedisRooms {
  readonly #options: RedisRoomsOptions;
  readonly #place: RedisPlace;
  readonly #secret: string;
  readonly #from = randomBytes(9).toString('base64url');
  readonly #rooms: Readonly<Record<KeptRoom, SharedRoom>>;
  readonly #samplers = new Map<PassedName, Sampler>();
  readonly #settled = Promise.withResolvers<void>();
  #writer: RedisConnection | undefined;
  #reader: RedisConnection | undefined;
  #passing = '0-0';
  #number = 0;
  #unanswered = 0;
  #attempts = 0;
  /** Entries were longer than anything of ours. */
  #isUnreadable = false;
  #relinks = false;
  #refused = 0;
  #reason: string | undefined = 'not connected yet';
  #isAlone = false;
  #cancelAlone: (() => void) | undefined;
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(options: RedisRoomsOptions) {
    const { config, clock } = options;
    this.#options = options;
    this.#place = placeOf(config);
    this.#secret = revealed(config.secret);
    const room = (name: KeptRoom): SharedRoom =>
      new SharedRoom({
        room: name,
        key: this.#key(name),
        secret: this.#secret,
        from: this.#from,
        now: () => clock.now(),
        deliver: (message) => options.kept[name].deliver(message),
        renew: (epoch, last) => options.kept[name].renew(epoch, last),
        send: (command) => this.#send(command),
        relink: () => this.#relink(),
        refused: () => this.#refuse(),
      });
    this.#rooms = { incidents: room('incidents'), actions: room('actions') };
    this.#waitForLink();
    void this.#run();
  }

  /** Resolves once it is known with which offsets clients are told: linked, or alone for the time being. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  /** Why other platforms are not heard; undefined while they are, or are expected to be at any moment. */
  get whyAlone(): string | undefined {
    return this.#isAlone ? `Redis: ${this.#reason ?? ''}` : undefined;
  }

  /** False where it does not come back by `deliver` and our clients are to be told now. */
  take(room: KeptRoom, message: KeptMessage): boolean {
    return this.#rooms[room].take(message);
  }

  /** For the clients of the other platforms; as much of it as one client is sent. `make` is only called where it goes out. */
  pass(name: PassedName, make: () => unknown): void {
    if (this.#reason !== undefined || this.#unanswered >= MAX_PASSING || !this.#mayPass(name)) return;
    const json = textOf({ from: this.#from, number: ++this.#number, name, body: make() });
    if (Buffer.byteLength(json) > MAX_ENTRY_BYTES) return;
    const fields = ['v', json, 'm', macOf(this.#secret, 'passing', 0, json)];
    this.#send(['XADD', this.#key('passing'), 'MAXLEN', '~', String(PASSING_ENTRIES), '*', ...fields]);
  }

  close(): void {
    this.#closed = true;
    this.#cancelAlone?.();
    this.#wake?.();
    this.#end();
  }

  #key(name: string): string {
    return `${this.#options.config.prefix}live:${name}`;
  }

  #mayPass(name: PassedName): boolean {
    let sampler = this.#samplers.get(name);
    if (sampler === undefined) this.#samplers.set(name, (sampler = new Sampler(PER_SECOND[ROOM_OF_PASSED[name]]!)));
    return sampler.take(this.#options.clock.monotonicMs());
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#session();
      } catch (error) {
        if (this.#closed) return;
        this.#lost(error as Error);
      }
      const delayMs = RECONNECT_MS[Math.min(this.#attempts++, RECONNECT_MS.length - 1)]!;
      await new Promise<void>((resolve) => {
        const cancel = this.#options.clock.after(delayMs, resolve);
        this.#wake = () => {
          cancel();
          resolve();
        };
      });
    }
  }

  /** As long as both connections hold; always rejects. */
  async #session(): Promise<never> {
    const { clock } = this.#options;
    const patient = { ...this.#place, timeoutMs: this.#place.timeoutMs + BLOCK_MS };
    this.#relinks = false;
    const writer = (this.#writer = await RedisConnection.open(this.#place, clock, () => this.#end()));
    const reader = (this.#reader = await RedisConnection.open(patient, clock, () => this.#end()));
    const keys = [this.#key('incidents'), this.#key('actions'), this.#key('passing')];
    if (this.#isUnreadable) await writer.run([['DEL', ...keys]]);
    this.#isUnreadable = false;
    const [latest] = await writer.run([['XREVRANGE', keys[2]!, '+', '-', 'COUNT', '1']]);
    this.#passing = idOf(rowsOf(latest)[0]?.id);
    for (const room of Object.values(this.#rooms)) await room.link(writer);
    this.#linked();
    for (;;) {
      const { incidents, actions } = this.#rooms;
      const from = [incidents.cursor, actions.cursor, this.#passing];
      const bounds = ['COUNT', String(AT_ONCE), 'BLOCK', String(BLOCK_MS)];
      const [heard] = await reader.run([['XREAD', ...bounds, 'STREAMS', ...keys, ...from]]);
      this.#heard(heard);
      if (this.#relinks) throw new Error('the streams are not what they were');
    }
  }

  #heard(heard: Reply | undefined): void {
    // The same shape: a key, and its entries.
    for (const { id: key, fields: entries } of rowsOf(heard))
      for (const { id, fields } of rowsOf(entries as Reply)) {
        if (key === this.#key('passing')) {
          this.#passing = idOf(id);
          this.#passed(fields);
        } else if (!this.#relinks) {
          if (key === this.#key('incidents')) this.#rooms.incidents.heard(id, fields);
          else if (key === this.#key('actions')) this.#rooms.actions.heard(id, fields);
        }
      }
  }

  #passed(fields: unknown): void {
    const entry = readEntry(this.#secret, 'passing', 0, fields);
    if (entry === undefined) this.#refuse();
    else if (entry.from !== this.#from) this.#options.passed(entry.name as PassedName, entry.body);
  }

  #send(command: readonly string[]): void {
    const writer = this.#writer;
    if (writer === undefined) return;
    this.#unanswered++;
    writer.run([command]).then(
      ([reply]) => {
        this.#unanswered--;
        if (reply === null) this.#relink();
      },
      () => {
        this.#unanswered--;
        if (writer === this.#writer) this.#relink();
      },
    );
  }

  /** Ends the session: another one begins with what is there then. */
  #relink(): void {
    this.#relinks = true;
    this.#end();
  }

  #end(): void {
    const [writer, reader] = [this.#writer, this.#reader];
    this.#writer = this.#reader = undefined;
    writer?.close();
    reader?.close();
  }

  #linked(): void {
    this.#attempts = 0;
    this.#reason = undefined;
    this.#cancelAlone?.();
    this.#cancelAlone = undefined;
    if (this.#isAlone) this.#options.log.info('the live channel hears the other platforms again');
    this.#isAlone = false;
    this.#settled.resolve();
  }

  #lost(error: Error): void {
    this.#isUnreadable ||= error instanceof RespFormatError;
    this.#end();
    for (const room of Object.values(this.#rooms)) room.unlink();
    // Why we closed it ourselves was said by whoever did.
    this.#reason = error.message === 'closed' ? 'its streams are not what they were' : error.message.slice(0, 300);
    this.#waitForLink();
  }

  #waitForLink(): void {
    if (this.#isAlone) return;
    this.#cancelAlone ??= this.#options.clock.after(GRACE_MS, () => {
      this.#cancelAlone = undefined;
      this.#isAlone = true;
      for (const room of Object.values(this.#rooms)) room.goAlone(randomBytes(8).toString('hex'));
      this.#settled.resolve();
      this.#options.log.warn('the live channel tells its own clients alone: Redis cannot be used', {
        reason: this.#reason,
      });
    });
  }

  #refuse(): void {
    // Whoever writes such can write many.
    if (this.#refused++ === 0)
      this.#options.log.warn('an entry in a stream of the live channel is none of a platform with our secret', {
        prefix: this.#options.config.prefix,
      });
  }
}

/** As Redis gave it, whatever its numbers. */
function idOf(id: unknown): string {
  return typeof id === 'string' ? id : '0-0';
}

function placeOf({ tls, password, ...place }: LiveRedisConfig): RedisPlace {
  const text = (secret: Secret | undefined): string | undefined =>
    secret === undefined ? undefined : revealed(secret);
  return {
    ...place,
    password: text(password),
    ...(tls === undefined
      ? {}
      : { tls: { ca: text(tls.ca), cert: text(tls.cert), key: text(tls.key), serverName: tls.serverName } }),
  };
}
