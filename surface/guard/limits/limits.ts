/**
 * Rate limits: which of them a request counts for, and whether one is used up. The window slides: what was counted in the window before weighs by
 * the share of it that is still within the window now, so nobody gets twice the quota around a boundary.
 */
import type { Address } from '@netsentinel/kernel/address';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { Client, GuardRequest } from '../guard.types.ts';
import { matchesPath, routePath } from '../route-path.ts';
import { policyHeader, rateLimitHeader } from './rate-limit-headers.ts';
import type { CountStore, Counted } from './count-store.types.ts';

export interface LimitOptions {
  /** In `RateLimit-Policy` and in reports: letters, digits, `-`, `_`, `.`. */
  readonly name: string;
  /** Most requests in a window. */
  readonly requests: number;
  readonly windowS: number;
  /** What each has a quota of its own: `address` (IPv6: its /64; the default), `route` (all clients together), or a text of the request's (an API key, an account); undefined leaves the request uncounted. */
  readonly by?: 'address' | 'route' | ((request: GuardRequest, client: Client) => string | undefined);
  /** Only paths that begin so: `['/login', '/api/']`. Whole segments, whatever their case. */
  readonly paths?: readonly string[];
  /** Only these methods: `['POST']`. */
  readonly methods?: readonly string[];
}

interface Limit {
  readonly options: LimitOptions;
  readonly windowMs: number;
  readonly methods: ReadonlySet<string> | undefined;
  readonly policy: string;
}

export interface Verdict {
  /** The limit that is used up. */
  readonly exceeded: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

const MAX_KEY = 256;
const NAME = /^[\w.-]{1,64}$/;
const NO_LIMIT: Verdict = { exceeded: undefined, headers: {} };

export class Limits {
  readonly #limits: readonly Limit[];
  readonly #store: CountStore;

  constructor(options: readonly LimitOptions[], store: CountStore) {
    this.#limits = options.map(limitOf);
    if (new Set(options.map(({ name }) => name)).size < options.length)
      throw new NetSentinelError('GUARD_OPTIONS', 'user', 'limits: two have the same name');
    this.#store = store;
  }

  /** Counts the request for every limit that it falls under. A promise only where the store needs one. */
  count(request: GuardRequest, client: Client, nowMs: number): Verdict | Promise<Verdict> {
    if (this.#limits.length === 0) return NO_LIMIT;
    const counted: { limit: Limit; count: Counted | Promise<Counted> }[] = [];
    for (const limit of this.#limits) {
      const key = keyOf(limit, request, client);
      if (key === undefined) continue;
      const count = this.#store.count(`${limit.options.name}:${key}`, limit.windowMs, nowMs);
      counted.push({ limit, count });
    }
    if (counted.length === 0) return NO_LIMIT;
    if (!counted.some(({ count }) => count instanceof Promise)) return verdict(counted as Done[]);
    return Promise.all(counted.map(async ({ limit, count }) => ({ limit, count: await count }))).then(verdict);
  }
}

interface Done {
  readonly limit: Limit;
  readonly count: Counted;
}

function verdict(done: readonly Done[]): Verdict {
  let exceeded: Done | undefined;
  const states: string[] = [];
  const policies: string[] = [];
  for (const one of done) {
    const { limit, count } = one;
    const { requests, name } = limit.options;
    const remaining = Math.max(0, Math.floor(requests - count.used));
    if (count.used > requests && count.resetMs >= (exceeded?.count.resetMs ?? 0)) exceeded = one;
    policies.push(limit.policy);
    states.push(rateLimitHeader(name, remaining, count.resetMs));
  }
  const headers: Record<string, string> = { 'ratelimit-policy': policies.join(', '), ratelimit: states.join(', ') };
  if (exceeded !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(exceeded.count.resetMs / 1000)));
  return { exceeded: exceeded?.limit.options.name, headers };
}

function keyOf({ options, methods }: Limit, request: GuardRequest, client: Client): string | undefined {
  if (methods !== undefined && !methods.has(request.method)) return undefined;
  const { paths, by = 'address' } = options;
  if (paths !== undefined) {
    const path = routePath(request.target);
    if (!paths.some((one) => matchesPath(path, one))) return undefined;
  }
  // Nobody's address: all whom we do not know would share one quota.
  if (by === 'address') return client.parsed === undefined ? undefined : shortKey(client.parsed);
  if (by === 'route') return '*';
  return by(request, client)?.slice(0, MAX_KEY);
}

/** Of the actor, quicker than its text. */
function shortKey({ family, value }: Address): string {
  return family === 4 ? Number(value).toString(36) : `6${(value >> 64n).toString(36)}`;
}

function limitOf(options: LimitOptions): Limit {
  const { name, requests, windowS, methods } = options;
  const wrong = (what: string): NetSentinelError =>
    new NetSentinelError('GUARD_OPTIONS', 'user', `limits: ${JSON.stringify(name)}: ${what}`);
  if (!NAME.test(name)) throw wrong('a name has letters, digits, "-", "_" and "." only');
  if (!Number.isInteger(requests) || requests < 1) throw wrong('requests is a whole number from 1');
  if (!Number.isInteger(windowS) || windowS < 1 || windowS > 86_400)
    throw wrong('windowS is a whole number from 1 to 86400');
  return {
    options,
    windowMs: windowS * 1000,
    methods: methods === undefined ? undefined : new Set(methods),
    policy: policyHeader(name, requests, windowS),
  };
}
