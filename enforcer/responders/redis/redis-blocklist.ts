/**
 * What is in Redis, made equal to what is wanted: each change as one transaction with its message, the list as a whole where it was lost,
 * and looks whether it is still there as we left it. Rejects where Redis complains or is gone.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import type { RedisConnection } from '@netsentinel/kernel/redis-connection';
import type { Reply } from '@netsentinel/kernel/resp';
import type { Wanted } from '../../held-list/list-holder.types.ts';
import type { Block, RedisList } from './redis-list.ts';

/** Most changes in one message, and entries in one command. */
const SLICE = 1000;
/** Keys looked for at each check: 100,000 within five of them. */
const LOOKED_FOR = 20_000;
const HEARTBEAT_MS = 5000;
/** What ends so soon may be gone from there already, and ends may differ by as much before they are set right. */
const LEEWAY_MS = 2000;
/** Between two readings of the whole list. */
const REREAD_MS = 60_000;
/** A cleared list stays readable as an empty one, so that readers drop what they hold. */
const CLEARED_S = 86_400;

export interface RedisBlocklistOptions {
  readonly clock: Clock;
  readonly keys: RedisList;
  readonly wanted: Wanted;
  /** Something in Redis was not as we left it, and has been set right. */
  readonly onMended: (what: string, entries: number) => void;
}

export class RedisBlocklist {
  readonly #clock: Clock;
  readonly #keys: RedisList;
  readonly #wanted: Wanted;
  readonly #onMended: (what: string, entries: number) => void;
  #toldAt = 0;
  #rereadAt = 0;
  /** Networks whose keys are still to be looked for in this round. */
  #round: string[] = [];

  constructor({ clock, keys, wanted, onMended }: RedisBlocklistOptions) {
    this.#clock = clock;
    this.#keys = keys;
    this.#wanted = wanted;
    this.#onMended = onMended;
  }

  /** Makes these networks what is wanted. */
  async change(connection: RedisConnection, networks: readonly string[]): Promise<void> {
    for (const slice of sliced(networks)) {
      const add: Block[] = [];
      const remove: string[] = [];
      for (const network of slice) {
        const remainingMs = this.#wanted.remainingMs(network);
        if (remainingMs === undefined) remove.push(network);
        else add.push(this.#block(network, remainingMs));
      }
      await this.#tell(connection, add, remove);
    }
  }

  /** For each network: does Redis hold it, or not hold it, as is wanted? */
  async seen(connection: RedisConnection, networks: readonly string[]): Promise<boolean[]> {
    const { list } = this.#keys;
    const replies = await connection.run(
      networks.flatMap((network) => [
        ['EXISTS', this.#keys.key(network)],
        ['ZSCORE', list, network],
      ]),
    );
    return networks.map((network, i) => {
      const [exists, score] = [replies[2 * i], replies[2 * i + 1]];
      if (this.#wanted.remainingMs(network) !== undefined) return exists === 1 && typeof score === 'string';
      // What has just ended stands in the list until the next check.
      return exists === 0 && (score === null || Number(score) <= this.#clock.now());
    });
  }

  /** Whether what is there is the list that we left there. */
  async isOurs(connection: RedisConnection): Promise<boolean> {
    const [version] = await connection.run([['HMGET', this.#keys.meta, 'epoch', 'seq']]);
    return this.#isVersion(version);
  }

  /** Puts a new list in place of whatever is there; what stays blocked is so at every moment. */
  async rewrite(connection: RedisConnection): Promise<void> {
    const { list, next } = this.#keys;
    const surplus: string[] = [];
    for await (const page of this.#listed(connection))
      for (const [network] of page) if (this.#wanted.remainingMs(network) === undefined) surplus.push(network);
    await connection.run([['DEL', next]]);
    const blocks = [...this.#wanted.all()].map(([network, remainingMs]) => this.#block(network, remainingMs));
    for (const slice of sliced(blocks))
      await connection.run([this.#keys.add(slice, next), ...slice.map((block) => this.#keys.set(block))]);
    const [exists] = await connection.run([['EXISTS', next]]);
    await connection.transaction([exists === 1 ? ['RENAME', next, list] : ['DEL', list], ...this.#keys.renew()]);
    for (const slice of sliced(surplus))
      await connection.run([['DEL', ...slice.map((network) => this.#keys.key(network))]]);
    this.#round = [];
    this.#toldAt = this.#rereadAt = this.#clock.monotonicMs();
  }

  /** Reads the list and writes it anew where it differs; with `what`, that is told as a mend. */
  async mend(connection: RedisConnection, what: string | undefined): Promise<void> {
    this.#rereadAt = this.#clock.monotonicMs();
    const seen = new Set<string>();
    let wrong = 0;
    for await (const page of this.#listed(connection))
      for (const [network, until] of page) {
        const now = this.#clock.now();
        const remainingMs = this.#wanted.remainingMs(network);
        if (remainingMs !== undefined) seen.add(network);
        const difference = Math.abs((remainingMs ?? 0) - Math.max(0, until - now));
        if (difference > LEEWAY_MS) wrong += 1;
      }
    for (const [network, remainingMs] of this.#wanted.all())
      if (!seen.has(network) && remainingMs > LEEWAY_MS) wrong += 1;
    if (wrong === 0) return;
    await this.rewrite(connection);
    if (what !== undefined) this.#onMended(what, wrong);
  }

  /** Looks whether all is as we left it, cheaply, and sets right what is not; tells readers now and then that we are there. */
  async check(connection: RedisConnection): Promise<void> {
    const now = this.#clock.now();
    const [version, there] = await connection.run([
      ['HMGET', this.#keys.meta, 'epoch', 'seq'],
      ['ZCOUNT', this.#keys.list, String(now + LEEWAY_MS), '+inf'],
      ['ZREMRANGEBYSCORE', this.#keys.list, '-inf', String(now)],
    ]);
    if (!this.#isVersion(version)) return this.#lost(connection, 'Redis had lost the list, or somebody else writes it');
    let lasting = 0;
    for (const [, remainingMs] of this.#wanted.all()) if (remainingMs > LEEWAY_MS) lasting += 1;
    if (there !== lasting || this.#clock.monotonicMs() - this.#rereadAt > REREAD_MS)
      await this.mend(connection, 'the list in Redis was altered');
    await this.#lookForKeys(connection);
    if (this.#clock.monotonicMs() - this.#toldAt >= HEARTBEAT_MS) await this.#tell(connection, [], []);
  }

  /** Takes everything away. */
  async clear(connection: RedisConnection): Promise<void> {
    for await (const page of this.#listed(connection))
      await connection.run([['DEL', ...page.map(([network]) => this.#keys.key(network))]]);
    const { list, next, meta } = this.#keys;
    await connection.transaction([['DEL', list, next], ...this.#keys.renew(), ['EXPIRE', meta, String(CLEARED_S)]]);
  }

  #isVersion(reply: Reply | undefined): boolean {
    const { epoch, seq } = this.#keys;
    return epoch !== '' && JSON.stringify(reply) === JSON.stringify([epoch, String(seq)]);
  }

  #block(network: string, remainingMs: number): Block {
    return { network, remainingMs, until: Math.round(this.#clock.now() + remainingMs) };
  }

  async #tell(connection: RedisConnection, add: readonly Block[], remove: readonly string[]): Promise<void> {
    const [epoch] = await connection.transaction([
      ...this.#keys.tell(add, remove),
      ...(add.length === 0 ? [] : [this.#keys.add(add)]),
      ...add.map((block) => this.#keys.set(block)),
      ...(remove.length === 0 ? [] : this.#keys.remove(remove)),
    ]);
    this.#keys.seq += 1;
    this.#toldAt = this.#clock.monotonicMs();
    if (epoch !== this.#keys.epoch) await this.#lost(connection, 'Redis had lost the list');
  }

  async #lost(connection: RedisConnection, what: string): Promise<void> {
    await this.rewrite(connection);
    this.#onMended(what, this.#wanted.size);
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

  /** Sets again the keys that are gone, some of them at each check. */
  async #lookForKeys(connection: RedisConnection): Promise<void> {
    if (this.#round.length === 0) this.#round = [...this.#wanted.all()].map(([network]) => network);
    const lasting = (network: string): boolean => (this.#wanted.remainingMs(network) ?? 0) > LEEWAY_MS;
    const slices = [...sliced(this.#round.splice(-LOOKED_FOR).filter(lasting))];
    if (slices.length === 0) return;
    const counts = await connection.run(
      slices.map((slice) => ['EXISTS', ...slice.map((network) => this.#keys.key(network))]),
    );
    let gone = 0;
    for (const [i, slice] of slices.entries()) {
      if (counts[i] === slice.length) continue;
      gone += slice.length - Number(counts[i]);
      await connection.run(
        slice.map((network) => this.#keys.set(this.#block(network, this.#wanted.remainingMs(network) ?? 1))),
      );
    }
    if (gone > 0) this.#onMended('keys were gone from Redis', gone);
  }
}

function* sliced<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += SLICE) yield all.slice(at, at + SLICE);
}
