/**
 * Keeps the blocklist in Redis (`README.md` says in which keys), for web applications, gateways and scripts that block by themselves.
 * Redis ends each block by its TTL. Every change is one transaction with its message; once a second we look whether list and keys are still
 * there, and write them anew where Redis was emptied, restarted, or changed by somebody else.
 */
import { formatNetwork } from '@netsentinel/kernel/address';
import { WantedList } from '../../held-list/wanted-list.ts';
import { repeat } from '../../repeat.ts';
import type { Availability, Change, ChangeOutcome, Responder, ResponderContext } from '../../responder.types.ts';
import { Turns } from '../../turns.ts';
import { RedisBlocklist } from './redis-blocklist.ts';
import { RedisLink } from './redis-link.ts';
import { RedisList } from './redis-list.ts';
import { RedisConfig } from './redis.config.ts';

export const redis = {
  id: 'redis',
  summary: 'Keeps the blocklist in Redis, for programs that block by themselves.',
  config: RedisConfig,
  create: (ctx: ResponderContext, config: RedisConfig): Responder => new RedisResponder(ctx, config),
};

class RedisResponder implements Responder {
  readonly id = 'redis';
  readonly #ctx: ResponderContext;
  readonly #checkMs: number;
  readonly #keys: RedisList;
  readonly #wanted: WantedList;
  readonly #blocklist: RedisBlocklist;
  readonly #link: RedisLink;
  readonly #turns = new Turns();
  #stopChecks: (() => void) | undefined;
  #closed = false;

  constructor(ctx: ResponderContext, config: RedisConfig) {
    const { clock } = ctx;
    this.#ctx = ctx;
    this.#checkMs = config.checkMs;
    this.#keys = new RedisList(config.prefix);
    this.#wanted = new WantedList(clock, ctx.intended);
    this.#blocklist = new RedisBlocklist({
      clock,
      keys: this.#keys,
      wanted: this.#wanted,
      onMended: (what, entries) => ctx.onMended(what, entries),
    });
    this.#link = new RedisLink(config, clock, () => {
      void this.#turns.take(async () => {
        if (!this.#link.isOpen) await this.#connect(true);
      });
    });
  }

  availability(): Availability {
    return this.#link.availability();
  }

  async start(): Promise<Availability> {
    await this.#turns.take(() => this.#connect(false));
    if (!this.#closed)
      this.#stopChecks ??= repeat(
        this.#ctx.clock,
        this.#checkMs,
        () => this.#turns.take(() => this.#check()),
        (error) => this.#ctx.log.error('Looking after the list in Redis failed', { error }),
      );
    return this.availability();
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
    return this.#turns.take(async () => {
      const networks = changes.map(({ network }) => formatNetwork(network));
      let seen: Promise<readonly boolean[]> = Promise.resolve([]);
      const failure = await this.#link.use(async (connection) => {
        this.#wanted.take(changes);
        await this.#blocklist.change(connection, [...new Set(networks)]);
        // Nobody waits for the proof: Redis answers in the order in which it is asked.
        seen = this.#blocklist.seen(connection, networks).catch((): boolean[] => []);
      });
      // What Redis took of it all the same is read and set right with the new connection.
      if (failure !== undefined) return changes.map(() => ({ ok: false, reason: failure }));
      return changes.map((_, i) => ({ ok: true, verified: seen.then((all) => all[i] === true) }));
    });
  }

  sync(): Promise<Availability> {
    return this.#turns.take(async () => {
      if (this.#link.isOpen) {
        this.#wanted.load();
        await this.#link.use((connection) => this.#blocklist.mend(connection, undefined));
      } else await this.#connect(true);
      return this.availability();
    });
  }

  clear(): Promise<Availability> {
    return this.#turns.take(async () => {
      if (!this.#link.isOpen) await this.#link.open();
      await this.#link.use((connection) => this.#blocklist.clear(connection));
      return this.availability();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopChecks?.();
    this.#link.stop();
    await this.#turns.done();
    this.#link.close();
  }

  /** Connects, and makes list and keys what is wanted. */
  async #connect(again: boolean): Promise<void> {
    await this.#link.open();
    await this.#link.use(async (connection) => {
      this.#wanted.load();
      if (again && (await this.#blocklist.isOurs(connection)))
        return this.#blocklist.mend(connection, 'the list was altered while Redis could not be reached');
      await this.#blocklist.rewrite(connection);
      if (again) this.#ctx.onMended('Redis had lost the list', this.#wanted.size);
    });
  }

  async #check(): Promise<void> {
    this.#wanted.expire();
    await this.#link.use((connection) => this.#blocklist.check(connection));
  }
}
