/**
 * Keeps the blocklist in Redis (`README.md` says in which keys), for web applications, gateways and scripts that block by themselves.
 * Redis ends each block by its TTL. Every change is one transaction with its message; once a second we look whether list and keys are still
 * there, and write them anew where Redis was emptied, restarted, or changed by somebody else.
 */
import { formatNetwork } from '@netsentinel/kernel/address';
import type { Reply } from '@netsentinel/kernel/resp';
import type { Availability, Change, ChangeOutcome, Responder, ResponderContext } from '../../responder.types.ts';
import { WantedList } from '../../held-list/wanted-list.ts';
import { RedisConnection } from './redis-connection.ts';
import { RedisList, type Block } from './redis-list.ts';
import { RedisConfig } from './redis.config.ts';

export const redis = {
  id: 'redis',
  summary: 'Keeps the blocklist in Redis, for programs that block by themselves.',
  config: RedisConfig,
  create: (ctx: ResponderContext, config: RedisConfig): Responder => new RedisResponder(ctx, config),
};

/** Most changes in one message, and entries in one command. */
const SLICE = 1000;
/** Keys looked for at each check: 100,000 within five of them. */
const LOOKED_FOR = 20_000;
const HEARTBEAT_MS = 5000;
const RECONNECT_MS = [100, 200, 500, 1000, 2000];
/** What ends so soon may be gone from there already, and ends may differ by as much before they are set right. */
const LEEWAY_MS = 2000;
/** Between two readings of the whole list. */
const REREAD_MS = 60_000;
/** A cleared list stays readable as an empty one, so that readers drop what they hold. */
const CLEARED_S = 86_400;

class RedisResponder implements Responder {
  readonly id = 'redis';
  readonly #ctx: ResponderContext;
  readonly #config: RedisConfig;
  readonly #keys: RedisList;
  readonly #wanted: WantedList;
  #connection: RedisConnection | undefined;
  #availability: Availability = { available: false, reason: 'not started', hint: 'Start the enforcer.' };
  #queue: Promise<unknown> = Promise.resolve();
  #attempts = 0;
  #cancelReconnect: (() => void) | undefined;
  #cancelCheck: (() => void) | undefined;
  #toldAt = 0;
  #rereadAt = 0;
  /** Texts still to be looked for in this round. */
  #round: string[] = [];
  #closed = false;

  constructor(ctx: ResponderContext, config: RedisConfig) {
    this.#ctx = ctx;
    this.#config = config;
    this.#keys = new RedisList(config.prefix);
    this.#wanted = new WantedList(ctx.clock, ctx.intended);
  }

  availability(): Availability {
    return this.#availability;
  }

  async start(): Promise<Availability> {
    await this.#exclusive(() => this.#connect(false));
    this.#checkLater();
    return this.#availability;
  }

  plan(change: Change): readonly string[] {
    const network = formatNetwork(change.network);
    const { list, channel } = this.#keys;
    if (change.kind === 'unblock')
      return [`DEL ${this.#keys.key(network)}; ZREM ${list} ${network}; PUBLISH ${channel}`];
    const until = Math.round(this.#ctx.clock.now() + change.remainingMs);
    return [
      `SET ${this.#keys.key(network)} ${until} PX ${Math.ceil(change.remainingMs)}; ZADD ${list} ${until} ${network}; PUBLISH ${channel}`,
    ];
  }

  apply(changes: readonly Change[]): Promise<readonly ChangeOutcome[]> {
    return this.#exclusive(async () => {
      const connection = this.#connection;
      if (connection === undefined) return failed(changes, this.#closed ? 'closed' : 'Redis cannot be reached');
      this.#wanted.take(changes);
      try {
        for (let at = 0; at < changes.length; at += SLICE)
          await this.#change(connection, changes.slice(at, at + SLICE));
        return await this.#readBack(connection, changes);
      } catch (error) {
        // What Redis took of it is read and set right with the new connection.
        this.#unavailable(error);
        connection.close();
        return failed(changes, reasonOf(error));
      }
    });
  }

  sync(): Promise<Availability> {
    return this.#exclusive(async () => {
      if (this.#connection === undefined) await this.#connect(true);
      else {
        this.#wanted.load();
        await this.#surely((connection) => this.#mendList(connection, undefined));
      }
      return this.#availability;
    });
  }

  clear(): Promise<Availability> {
    return this.#exclusive(async () => {
      if (this.#connection === undefined) await this.#open();
      await this.#surely(async (connection) => {
        for await (const page of this.#listed(connection))
          await connection.run([['DEL', ...page.map(([network]) => this.#keys.key(network))]]);
        const { list, next, meta } = this.#keys;
        await connection.transaction([['DEL', list, next], ...this.#keys.renew(), ['EXPIRE', meta, String(CLEARED_S)]]);
      });
      return this.#availability;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelCheck?.();
    this.#cancelReconnect?.();
    await this.#queue;
    this.#connection?.close();
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(work);
    this.#queue = run.catch(() => {});
    return run;
  }

  /** Where Redis fails, the connection is given up, and a new one made soon. */
  async #surely(work: (connection: RedisConnection) => Promise<unknown>): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) return;
    try {
      await work(connection);
    } catch (error) {
      this.#unavailable(error);
      connection.close();
    }
  }

  /** Connects, and makes list and keys what is wanted. */
  async #connect(again: boolean): Promise<void> {
    await this.#open();
    await this.#surely(async (connection) => {
      this.#wanted.load();
      if (again && (await this.#isOurs(connection)))
        await this.#mendList(connection, 'the list was altered while Redis could not be reached');
      else {
        await this.#rewrite(connection);
        if (again) this.#ctx.onMended('Redis had lost the list', this.#wanted.size);
      }
    });
  }

  async #open(): Promise<void> {
    if (this.#closed) return;
    try {
      let opened: RedisConnection | undefined;
      opened = await RedisConnection.open(this.#config, this.#ctx.clock, () => this.#lost(opened));
      this.#connection = opened;
      this.#attempts = 0;
      this.#availability = { available: true, detail: `${this.#where()}, keys below ${this.#config.prefix}` };
    } catch (error) {
      this.#unavailable(error);
      this.#reconnectLater();
    }
  }

  #where(): string {
    const { socket, host, port } = this.#config;
    return socket ?? `${host}:${port}`;
  }

  #unavailable(error: unknown): void {
    const reason = reasonOf(error);
    if (this.#availability.available || this.#attempts === 0)
      this.#ctx.log.error('The Redis responder is unavailable', { reason });
    this.#availability = {
      available: false,
      reason: `Redis at ${this.#where()}: ${reason}`,
      hint: /^(NOAUTH|WRONGPASS|NOPERM)/.test(reason)
        ? 'See `username` and `passwordFile`, and what the user may do in Redis (ACL LIST).'
        : 'See that Redis runs there and takes connections from here; `redis-cli PING` tells.',
    };
  }

  #lost(connection: RedisConnection | undefined): void {
    if (connection === undefined || this.#connection !== connection) return;
    this.#connection = undefined;
    if (this.#closed) return;
    if (this.#availability.available) this.#unavailable(new Error('the connection was lost'));
    this.#reconnectLater();
  }

  #reconnectLater(): void {
    if (this.#closed) return;
    const delayMs = RECONNECT_MS[Math.min(this.#attempts, RECONNECT_MS.length - 1)]!;
    this.#attempts += 1;
    this.#cancelReconnect?.();
    this.#cancelReconnect = this.#ctx.clock.after(delayMs, () => {
      void this.#exclusive(async () => {
        if (this.#connection === undefined && !this.#closed) await this.#connect(true);
      });
    });
  }

  #block(network: string, remainingMs: number): Block {
    return { network, remainingMs, until: Math.round(this.#ctx.clock.now() + remainingMs) };
  }

  async #change(connection: RedisConnection, changes: readonly Change[]): Promise<void> {
    // The last word on each network is what counts.
    const last = new Map(changes.map((change) => [formatNetwork(change.network), change]));
    const add: Block[] = [];
    const remove: string[] = [];
    for (const [network, change] of last)
      if (change.kind === 'block') add.push(this.#block(network, change.remainingMs));
      else remove.push(network);
    await this.#tell(connection, add, remove);
  }

  async #tell(connection: RedisConnection, add: readonly Block[], remove: readonly string[]): Promise<void> {
    const [epoch] = await connection.transaction([
      ...this.#keys.tell(add, remove),
      ...(add.length === 0 ? [] : [this.#keys.add(add)]),
      ...add.map((block) => this.#keys.set(block)),
      ...(remove.length === 0 ? [] : this.#keys.remove(remove)),
    ]);
    this.#keys.seq += 1;
    this.#toldAt = this.#ctx.clock.monotonicMs();
    if (epoch === this.#keys.epoch) return;
    await this.#rewrite(connection);
    this.#ctx.onMended('Redis had lost the list', this.#wanted.size);
  }

  async #readBack(connection: RedisConnection, changes: readonly Change[]): Promise<readonly ChangeOutcome[]> {
    const verified = connection
      .run(
        changes.flatMap(({ network }) => {
          const text = formatNetwork(network);
          return [
            ['EXISTS', this.#keys.key(text)],
            ['ZSCORE', this.#keys.list, text],
          ];
        }),
      )
      .catch((): Reply[] => []);
    return changes.map(({ kind, network }, i) => {
      const text = formatNetwork(network);
      return {
        ok: true as const,
        verified: verified.then((replies) => {
          const [exists, score] = [replies[2 * i], replies[2 * i + 1]];
          // What a later change of the same batch turned round is judged by that.
          if (this.#wanted.remainingMs(text) === undefined) return exists === 0 && (score === null || kind === 'block');
          return exists === 1 && typeof score === 'string';
        }),
      };
    });
  }

  async #isOurs(connection: RedisConnection): Promise<boolean> {
    const { epoch, seq, meta } = this.#keys;
    const [version] = await connection.run([['HMGET', meta, 'epoch', 'seq']]);
    return epoch !== '' && JSON.stringify(version) === JSON.stringify([epoch, String(seq)]);
  }

  /** The list there, a page at a time. */
  async *#listed(connection: RedisConnection): AsyncGenerator<(readonly [network: string, until: number])[]> {
    let cursor = '0';
    do {
      const [reply] = await connection.run([['ZSCAN', this.#keys.list, cursor, 'COUNT', String(SLICE)]]);
      const [next, flat] = reply as readonly [string, readonly string[]];
      const page: (readonly [string, number])[] = [];
      for (let i = 0; i + 1 < flat.length; i += 2) page.push([flat[i]!, Number(flat[i + 1])]);
      if (page.length > 0) yield page;
      cursor = next;
    } while (cursor !== '0');
  }

  /** Puts a new list in place of whatever is there; what stays blocked is so at every moment. */
  async #rewrite(connection: RedisConnection): Promise<void> {
    const { list, next } = this.#keys;
    const surplus: string[] = [];
    for await (const page of this.#listed(connection))
      for (const [network] of page) if (this.#wanted.remainingMs(network) === undefined) surplus.push(network);
    await connection.run([['DEL', next]]);
    let blocks: Block[] = [];
    const flush = async (): Promise<void> => {
      if (blocks.length > 0)
        await connection.run([this.#keys.add(blocks, next), ...blocks.map((block) => this.#keys.set(block))]);
      blocks = [];
    };
    for (const [network, remainingMs] of this.#wanted.all()) {
      blocks.push(this.#block(network, remainingMs));
      if (blocks.length === SLICE) await flush();
    }
    await flush();
    const [exists] = await connection.run([['EXISTS', next]]);
    await connection.transaction([exists === 1 ? ['RENAME', next, list] : ['DEL', list], ...this.#keys.renew()]);
    for (let at = 0; at < surplus.length; at += SLICE)
      await connection.run([['DEL', ...surplus.slice(at, at + SLICE).map((network) => this.#keys.key(network))]]);
    this.#round = [];
    this.#toldAt = this.#rereadAt = this.#ctx.clock.monotonicMs();
  }

  /** Reads the list and writes it anew where it differs; with `what`, that is told as a mend. */
  async #mendList(connection: RedisConnection, what: string | undefined): Promise<void> {
    this.#rereadAt = this.#ctx.clock.monotonicMs();
    const now = this.#ctx.clock.now();
    const seen = new Set<string>();
    let wrong = 0;
    for await (const page of this.#listed(connection))
      for (const [network, until] of page) {
        const remainingMs = this.#wanted.remainingMs(network);
        if (remainingMs !== undefined) seen.add(network);
        const difference = Math.abs((remainingMs ?? 0) - Math.max(0, until - now));
        if (difference > LEEWAY_MS) wrong += 1;
      }
    for (const [network, remainingMs] of this.#wanted.all())
      if (!seen.has(network) && remainingMs > LEEWAY_MS) wrong += 1;
    if (wrong === 0) return;
    await this.#rewrite(connection);
    if (what !== undefined) this.#ctx.onMended(what, wrong);
  }

  #checkLater(): void {
    if (this.#closed) return;
    this.#cancelCheck = this.#ctx.clock.after(this.#config.checkMs, () => {
      void this.#exclusive(() => this.#surely((connection) => this.#check(connection))).finally(() =>
        this.#checkLater(),
      );
    });
  }

  async #check(connection: RedisConnection): Promise<void> {
    this.#wanted.expire();
    const { clock } = this.#ctx;
    const soon = clock.now() + LEEWAY_MS;
    const [version, there] = await connection.run([
      ['HMGET', this.#keys.meta, 'epoch', 'seq'],
      ['ZCOUNT', this.#keys.list, String(soon), '+inf'],
      ['ZREMRANGEBYSCORE', this.#keys.list, '-inf', String(clock.now())],
    ]);
    if (JSON.stringify(version) !== JSON.stringify([this.#keys.epoch, String(this.#keys.seq)])) {
      await this.#rewrite(connection);
      this.#ctx.onMended('Redis had lost the list, or somebody else writes it', this.#wanted.size);
      return;
    }
    let lasting = 0;
    for (const [, remainingMs] of this.#wanted.all()) if (remainingMs > LEEWAY_MS) lasting += 1;
    if (there !== lasting || clock.monotonicMs() - this.#rereadAt > REREAD_MS)
      await this.#mendList(connection, 'the list in Redis was altered');
    await this.#lookForKeys(connection);
    if (clock.monotonicMs() - this.#toldAt >= HEARTBEAT_MS) await this.#tell(connection, [], []);
  }

  /** Sets again the keys that are gone, some of them at each check. */
  async #lookForKeys(connection: RedisConnection): Promise<void> {
    if (this.#round.length === 0) this.#round = [...this.#wanted.all()].map(([text]) => text);
    const looked = this.#round.splice(-LOOKED_FOR);
    const lasting = (text: string): boolean => (this.#wanted.remainingMs(text) ?? 0) > LEEWAY_MS;
    const slices: string[][] = [];
    const texts = looked.filter(lasting);
    for (let at = 0; at < texts.length; at += SLICE) slices.push(texts.slice(at, at + SLICE));
    if (slices.length === 0) return;
    const counts = await connection.run(
      slices.map((slice) => ['EXISTS', ...slice.map((text) => this.#keys.key(text))]),
    );
    let gone = 0;
    for (const [i, slice] of slices.entries()) {
      if (counts[i] === slice.length) continue;
      gone += slice.length - Number(counts[i]);
      await connection.run(slice.map((text) => this.#keys.set(this.#block(text, this.#wanted.remainingMs(text) ?? 1))));
    }
    if (gone > 0) this.#ctx.onMended('keys were gone from Redis', gone);
  }
}

function failed(changes: readonly Change[], reason: string): ChangeOutcome[] {
  return changes.map(() => ({ ok: false, reason }));
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message || String(Reflect.get(error, 'code')) : String(error)).slice(0, 300);
}
