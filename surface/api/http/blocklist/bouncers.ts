/**
 * Programs that enforce for us: each has a name and a key. The key is shown once, when it is made; kept is its SHA-256 (it is 256 random
 * bits, so nobody finds it by guessing).
 */
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '@netsentinel/contracts/clock';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { NetSentinelError } from '@netsentinel/kernel/errors';

export const BouncerName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits and . _ - only, at most 64, a letter or digit first');

const Bouncer = z.object({
  name: BouncerName,
  keyHash: z.string(),
  createdAt: z.number(),
  /** Epoch milliseconds, to the minute; what it called itself, and from where. */
  lastPullAt: z.number().optional(),
  agent: z.string().optional(),
  address: z.string().optional(),
});
export type Bouncer = z.infer<typeof Bouncer>;
export type BouncerSummary = Omit<Bouncer, 'keyHash'>;

const KEY = 'bouncers';
const MAX_BOUNCERS = 1000;
/** What is remembered of pulls is written at most this often for each. */
const TOUCH_MS = 60_000;

export class Bouncers {
  readonly #state: StateStore;
  readonly #clock: Clock;
  #byHash: Map<string, Bouncer> | undefined;

  constructor(state: StateStore, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
  }

  /** Answers the key, which nobody can ask for again. */
  async add(name: string): Promise<string> {
    const key = randomBytes(32).toString('base64url');
    await this.#change((all) => {
      if (all.some((one) => one.name === name))
        throw new NetSentinelError('BOUNCER_EXISTS', 'user', `there is a bouncer ${name} already`, {
          hint: 'Take another name, or remove it first with `netsentinel bouncer remove`.',
        });
      if (all.length >= MAX_BOUNCERS)
        throw new NetSentinelError('BOUNCER_LIMIT', 'user', `there are ${MAX_BOUNCERS} bouncers already`);
      return [...all, { name, keyHash: hashKey(key), createdAt: this.#clock.now() }];
    });
    return key;
  }

  /** False where there is none of that name. Its key opens nothing from then on. */
  async remove(name: string): Promise<boolean> {
    let found = false;
    await this.#change((all) => {
      const rest = all.filter((one) => one.name !== name);
      found = rest.length < all.length;
      return rest;
    });
    return found;
  }

  async list(): Promise<BouncerSummary[]> {
    const all = [...(await this.#known()).values()];
    return all.map(({ name, createdAt, lastPullAt, agent, address }) => ({
      name,
      createdAt,
      ...(lastPullAt === undefined ? {} : { lastPullAt }),
      ...(agent === undefined ? {} : { agent }),
      ...(address === undefined ? {} : { address }),
    }));
  }

  async check(key: string | undefined): Promise<Bouncer | undefined> {
    if (key === undefined || key.length > 256) return undefined;
    return (await this.#known()).get(hashKey(key));
  }

  /** Remembers that it came. */
  async pulled(bouncer: Bouncer, agent: string | undefined, address: string): Promise<void> {
    const now = this.#clock.now();
    // Also where it comes from elsewhere: a key that many machines share would be written for each of their questions.
    if (Math.abs(now - (bouncer.lastPullAt ?? 0)) < TOUCH_MS) return;
    await this.#change((all) =>
      all.map((one) =>
        one.keyHash === bouncer.keyHash
          ? { ...one, lastPullAt: now, address, ...(agent === undefined ? {} : { agent: agent.slice(0, 128) }) }
          : one,
      ),
    );
  }

  async #known(): Promise<Map<string, Bouncer>> {
    this.#byHash ??= indexed(read(await this.#state.read.setting(KEY)));
    return this.#byHash;
  }

  async #change(work: (all: readonly Bouncer[]) => readonly Bouncer[]): Promise<void> {
    await this.#state.transaction(async (tx) => {
      const all = work(read(await tx.setting(KEY)));
      await tx.putSetting(KEY, JSON.stringify(all));
    });
    this.#byHash = undefined;
  }
}

function read(text: string | undefined): Bouncer[] {
  return text === undefined ? [] : z.array(Bouncer).parse(JSON.parse(text));
}

function indexed(all: readonly Bouncer[]): Map<string, Bouncer> {
  return new Map(all.map((one) => [one.keyHash, one]));
}

function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
