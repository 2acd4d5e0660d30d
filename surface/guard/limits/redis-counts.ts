/**
 * Counts in a Redis that all processes of an application share: one script call a request. Where Redis is away or slow, this process's memory counts
 * instead, and it is said: a limit never stops the application.
 */
import type { GuardLog } from '../guard.types.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import type { Counted, CountStore } from './count-store.types.ts';
import { weigh } from './sliding-window.ts';

export interface RedisCountOptions {
  readonly redis: {
    readonly url: string;
    /** Default `netsentinel-guard:`. */
    readonly prefix?: string;
  };
  /** Milliseconds that a request waits for Redis at most. Default 50. */
  readonly timeoutMs?: number;
}

/** Both windows of a key lie in one slot of a cluster. */
const SCRIPT = `local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {n, tonumber(redis.call('GET', KEYS[2]) or '0')}`;
/** After a failure, until Redis is asked again. */
const PAUSE_MS = 1_000;

export class RedisCounts implements CountStore {
  readonly #connection: RedisConnection;
  readonly #memory: CountStore;
  readonly #prefix: string;
  readonly #timeoutMs: number;
  readonly #log: GuardLog;
  #pauseUntilMs = 0;
  #isAway = false;

  constructor({ redis, timeoutMs = 50 }: RedisCountOptions, memory: CountStore, log: GuardLog) {
    this.#memory = memory;
    this.#log = log;
    this.#prefix = redis.prefix ?? 'netsentinel-guard:';
    this.#timeoutMs = timeoutMs;
    this.#connection = new RedisConnection({ url: redis.url });
  }

  count(key: string, windowMs: number, nowMs: number): Counted | Promise<Counted> {
    if (!this.#connection.isReady || performance.now() < this.#pauseUntilMs) {
      this.#away('there is no connection');
      return this.#memory.count(key, windowMs, nowMs);
    }
    return this.#ask(key, windowMs, nowMs).catch((error: Error) => {
      this.#pauseUntilMs = performance.now() + PAUSE_MS;
      this.#away(error.message);
      return this.#memory.count(key, windowMs, nowMs);
    });
  }

  close(): void {
    this.#connection.close();
  }

  async #ask(key: string, windowMs: number, nowMs: number): Promise<Counted> {
    const number = Math.floor(nowMs / windowMs);
    const name = (window: number): string => `${this.#prefix}{${key.replaceAll(/[{}]/g, '_')}}:${window}`;
    const reply = await this.#within(
      this.#connection.send('EVAL', SCRIPT, 2, name(number), name(number - 1), windowMs * 2),
    );
    if (!Array.isArray(reply) || typeof reply[0] !== 'number' || typeof reply[1] !== 'number')
      throw new Error('Redis did not count');
    if (this.#isAway) {
      this.#isAway = false;
      this.#log('info', 'rate limits are counted in Redis again', {});
    }
    return weigh(reply[0], reply[1], windowMs, nowMs);
  }

  async #within<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), this.#timeoutMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #away(why: string): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.#log('warn', 'rate limits are counted in memory, each process for itself, until Redis is back', { why });
  }
}
