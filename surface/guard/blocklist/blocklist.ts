/** Who may not come in: what the sources say, what is fixed, and those whom guard itself blocks for a while. Says so when a source is not there. */
import { parseNetwork, type Address } from '@netsentinel/kernel/address';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { GuardLog } from '../guard.types.ts';
import { Feed, type FeedStatus } from './feed.ts';
import { httpSource, type HttpBlocklistOptions } from './http-source.ts';
import { NetworkSet } from './network-set.ts';
import { redisSource, type RedisBlocklistOptions } from './redis-source.ts';
import type { BlocklistSource } from './source.types.ts';

export interface BlocklistOptions {
  /** The enforcer's list in Redis, pushed. */
  readonly redis?: RedisBlocklistOptions;
  /** A list over HTTP, asked for again and again. */
  readonly http?: HttpBlocklistOptions;
  /** Networks that are always blocked. */
  readonly networks?: readonly string[];
  /** While a source was never reached or is stale: `open` serves by the list that there is, `closed` answers 503 to everybody. Default `open`. */
  readonly whenUnavailable?: 'open' | 'closed';
  /** Milliseconds without a word from a source until it counts as gone. Default 15000 for Redis, whose enforcer sends a heartbeat every 5 s; six intervals for HTTP. */
  readonly staleMs?: number;
}

const REDIS_STALE_MS = 15_000;
const SWEEP_MS = 60_000;
const LOOK_MS = 1_000;
const MAX_OWN = 100_000;

export class Blocklist {
  readonly #fixed = new NetworkSet();
  readonly #own = new NetworkSet();
  readonly #sources: readonly BlocklistSource[];
  readonly #whenUnavailable: 'open' | 'closed';
  readonly #log: GuardLog;
  readonly #now: () => number;
  readonly #told = new Map<string, FeedStatus['state']>();
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #startedMs: number;
  #isUnavailable: boolean;

  constructor(options: BlocklistOptions, log: GuardLog, now: () => number) {
    this.#log = log;
    this.#now = now;
    this.#startedMs = now();
    this.#whenUnavailable = options.whenUnavailable ?? 'open';
    for (const text of options.networks ?? []) {
      const network = parseNetwork(text);
      if (network === undefined)
        throw new NetSentinelError(
          'GUARD_OPTIONS',
          'user',
          `blocklist.networks: ${JSON.stringify(text)} is no network`,
        );
      this.#fixed.set(network, Number.MAX_SAFE_INTEGER);
    }
    const { redis, http, staleMs } = options;
    const sources: BlocklistSource[] = [];
    const context = (name: string, defaultStaleMs: number) => {
      let last = '';
      return {
        feed: new Feed(name, staleMs ?? defaultStaleMs, now),
        // A source that stays away is told of once.
        log: (message: string, why?: string) => {
          if (last === `${message} ${why}`) return;
          last = `${message} ${why}`;
          log('warn', message, { source: name, why });
        },
      };
    };
    if (redis !== undefined) sources.push(redisSource(redis, context('redis', REDIS_STALE_MS)));
    if (http !== undefined) sources.push(httpSource(http, context('http', 6 * (http.intervalMs ?? 10_000))));
    this.#sources = sources;
    this.#isUnavailable = sources.length > 0;
    this.#timers = [setInterval(() => this.#look(), LOOK_MS), setInterval(() => this.#sweep(), SWEEP_MS)];
    for (const timer of this.#timers) timer.unref();
    for (const { first } of sources) void first.then(() => this.#look());
  }

  /** Whether the address is in any list now. */
  has(address: Address, nowMs: number): boolean {
    if (this.#own.size > 0 && this.#own.until(address, nowMs) > 0) return true;
    if (this.#fixed.size > 0 && this.#fixed.until(address, nowMs) > 0) return true;
    for (const { feed } of this.#sources) if (feed.until(address, nowMs) > 0) return true;
    return false;
  }

  /** True where everybody is to be turned away, because nobody knows who is blocked. */
  get isClosed(): boolean {
    return this.#isUnavailable && this.#whenUnavailable === 'closed';
  }

  /** For what guard saw itself; in this process only. @param actor an address or network */
  block(actor: string, untilMs: number): boolean {
    const network = parseNetwork(actor);
    if (network === undefined || (this.#own.size >= MAX_OWN && !this.#own.has(network))) return false;
    this.#own.set(network, untilMs);
    return true;
  }

  unblock(actor: string): boolean {
    const network = parseNetwork(actor);
    return network !== undefined && this.#own.delete(network);
  }

  status(): { readonly sources: readonly FeedStatus[]; readonly own: number; readonly fixed: number } {
    const nowMs = this.#now();
    return {
      sources: this.#sources.map(({ feed }) => feed.status(nowMs)),
      own: this.#own.size,
      fixed: this.#fixed.size,
    };
  }

  /** Resolves when every source has been read once, and false after `timeoutMs` without. */
  async ready(timeoutMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), timeoutMs);
    });
    try {
      return await Promise.race([Promise.all(this.#sources.map(({ first }) => first)).then(() => true), late]);
    } finally {
      clearTimeout(timer);
      this.#look();
    }
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const source of this.#sources) source.close();
  }

  #sweep(): void {
    const nowMs = this.#now();
    this.#own.sweep(nowMs);
    for (const { feed } of this.#sources) feed.sweep(nowMs);
  }

  /** Says it when a source goes or comes. */
  #look(): void {
    const nowMs = this.#now();
    let isUnavailable = false;
    for (const { feed } of this.#sources) {
      const { source, state, entries, asOfMs } = feed.status(nowMs);
      if (state !== 'live') isUnavailable = true;
      // At the start a source has its time to answer.
      if (state === 'never' && nowMs - this.#startedMs < LOOK_MS) continue;
      const before = this.#told.get(source);
      if (before === state) continue;
      this.#told.set(source, state);
      if (state === 'live')
        this.#log('info', before === undefined ? 'the blocklist is there' : 'the blocklist is there again', {
          source,
          entries,
        });
      else
        this.#log('warn', state === 'never' ? NEVER[this.#whenUnavailable] : STALE[this.#whenUnavailable], {
          source,
          entries,
          asOf: asOfMs === undefined ? undefined : new Date(asOfMs).toISOString(),
        });
    }
    this.#isUnavailable = isUnavailable;
  }
}

const NEVER = {
  open: 'the blocklist was never reached: requests are served without it (whenUnavailable: open)',
  closed: 'the blocklist was never reached: requests are refused until it is (whenUnavailable: closed)',
};
const STALE = {
  open: 'the blocklist is out of date: requests are served by the last one known (whenUnavailable: open)',
  closed: 'the blocklist is out of date: requests are refused until it is heard of again (whenUnavailable: closed)',
};
