/**
 * What authenticators are asked to sign: random, for one account and one thing, once, and for a few minutes. Only who has shown the account's password
 * or session is given one, and each account has few, so that nobody takes another's away. They are in memory: a restart ends them.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '@netsentinel/contracts/clock';
import type { RelyingParty } from './relying-party.ts';

/** Whom and what it is for. */
export interface Occasion {
  readonly account: string;
  /** `sign-in`: besides the password. `confirm`: of who is signed in, before a factor is changed. `add`: a new key. */
  readonly purpose: 'sign-in' | 'confirm' | 'add';
  /** The hash of the session's token; empty before there is one. */
  readonly session: string;
}

export interface Issued {
  readonly occasion: Occasion;
  readonly rp: RelyingParty;
  /** By which the authenticator is to know the account, where it adds a key; else empty. */
  readonly userHandle: string;
  readonly at: number;
}

/** How long a browser asks the person; the answer may be some time on its way. */
export const ASK_MS = 120_000;
const VALID_MS = 180_000;
const BYTES = 32;
const MOST_OF_ONE = 5;
const MOST = 1_000;

export class Challenges {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  /** The oldest first. */
  readonly #issued = new Map<string, Issued>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** In base64url. */
  issue(occasion: Occasion, rp: RelyingParty, userHandle = ''): string {
    const at = this.#clock.monotonicMs();
    for (const [challenge, issued] of this.#issued) if (at - issued.at >= VALID_MS) this.#issued.delete(challenge);
    const own = [...this.#issued].filter(([, issued]) => issued.occasion.account === occasion.account);
    if (own.length >= MOST_OF_ONE) this.#issued.delete(own[0]![0]);
    if (this.#issued.size >= MOST) this.#issued.delete(this.#issued.keys().next().value!);
    const challenge = randomBytes(BYTES).toString('base64url');
    this.#issued.set(challenge, { occasion, rp, userHandle, at });
    return challenge;
  }

  /** As it was given; undefined where it was not given for this, is over, or was taken before. It is used up in any case. */
  take(challenge: string, { account, purpose, session }: Occasion): Issued | undefined {
    const issued = this.#issued.get(challenge);
    this.#issued.delete(challenge);
    if (issued === undefined || this.#clock.monotonicMs() - issued.at >= VALID_MS) return undefined;
    const { occasion } = issued;
    const isForThis = occasion.account === account && occasion.purpose === purpose && occasion.session === session;
    return isForThis ? issued : undefined;
  }

  /** Those for this purpose that are open. */
  end(account: string, purpose: Occasion['purpose']): void {
    for (const [challenge, { occasion }] of this.#issued)
      if (occasion.account === account && occasion.purpose === purpose) this.#issued.delete(challenge);
  }
}
