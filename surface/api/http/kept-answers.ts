/**
 * `Idempotency-Key`: who sends the same request again, because the answer was lost on its way, gets the first answer and nothing is made twice. For 24
 * hours, by account. Answers may hold secrets that are kept nowhere else, so they are sealed with this install's key: with the
 * database alone nobody can read them. What was refused or failed is not kept, so that it can be tried again.
 */
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '@netsentinel/contracts/clock';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { Sealer } from '@netsentinel/kernel/sealer';
import type { SignedIn } from '../auth/sessions.ts';
import { Problem } from './problem.ts';
import type { Header } from './route.ts';

const KEY = /^[A-Za-z0-9_-]{16,128}$/;

/** For the headers of routes that make something. */
export const IDEMPOTENCY_KEY: Readonly<Record<string, Header>> = {
  'idempotency-key': {
    description:
      'Of your own making, such as a UUID: the same request with the same key within 24 hours gives the first answer again',
    pattern: KEY,
    required: false,
  },
};

/** The key of a request; undefined where it has none. Throws a 400 for what is no key. */
export function keyOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const key = headers['idempotency-key'];
  if (typeof key !== 'string') return undefined;
  needKey(key);
  return key;
}

function needKey(key: string): void {
  if (!KEY.test(key))
    throw new Problem(400, 'invalid', 'Idempotency-Key: 16 to 128 letters, digits, hyphens and underscores');
}

const KEPT_MS = 86_400_000;
const MOST_KEPT = 1000;
const MAX_RUNNING = 1000;

/** Whose answer it is. */
type Asker = Pick<SignedIn, 'by' | 'account' | 'role' | 'tokenId'>;

export interface GivenAnswer {
  readonly status: number;
  readonly body: unknown;
}

export class KeptAnswers {
  readonly #state: StateStore;
  readonly #sealer: Sealer;
  readonly #clock: Clock;
  readonly #running = new Set<string>();

  constructor(state: StateStore, sealer: Sealer, clock: Clock) {
    this.#sealer = sealer;
    this.#state = state;
    this.#clock = clock;
  }

  /**
   * The answer that was given, or that of `make`, which is kept.
   * @param asked what makes the request this one: route, address and body, as JSON can have them
   * @throws Problem 400 for what is no key, 409 while the first is being made, 422 where the key came with another request
   */
  async once(key: string, who: Asker, asked: unknown, make: () => Promise<GivenAnswer>): Promise<GivenAnswer> {
    needKey(key);
    const keyHash = hashOf('key', who.account, key);
    // The key may be one that can be guessed; the install's is not.
    const context = hashOf('seal', who.account, key);
    const requestHash = hashOf('request', who.by, who.role, who.tokenId ?? '', JSON.stringify(asked));
    if (this.#running.has(keyHash))
      throw new Problem(409, 'in-progress', 'The first request with this Idempotency-Key is being answered.');
    if (this.#running.size >= MAX_RUNNING) throw new Problem(503, 'busy', 'Too many requests: try again in a moment.');
    this.#running.add(keyHash);
    try {
      const known = await this.#state.read.keptAnswer(who.account, keyHash);
      if (known !== undefined && known.expiresAt > this.#clock.now()) {
        if (known.requestHash !== requestHash)
          throw new Problem(422, 'key-of-another', 'This Idempotency-Key came with another request before.');
        return opened(this.#sealer.open(known.sealed, context));
      }
      const answer = await make();
      const madeAt = this.#clock.now();
      const kept = {
        keyHash,
        requestHash,
        sealed: this.#sealer.seal(Buffer.from(JSON.stringify(answer)), context),
        madeAt,
        expiresAt: madeAt + KEPT_MS,
      };
      await this.#state.transaction((tx) => tx.putAnswer({ account: who.account, ...kept }, MOST_KEPT));
      return answer;
    } finally {
      this.#running.delete(keyHash);
    }
  }
}

function hashOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function opened(bytes: Uint8Array | undefined): GivenAnswer {
  if (bytes === undefined) throw new NetSentinelError('ANSWER_DAMAGED', 'operational', 'a kept answer is damaged');
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as GivenAnswer;
}
