/** How often one may ask: an account, a token, or whoever is not signed in by where they come from. Nobody takes the API away from the others. */
import type { Clock } from '@netsentinel/contracts/clock';
import { actorOf } from '@netsentinel/kernel/address';
import type { SignedIn } from '../auth/sessions.ts';
import { TokenBuckets } from '../auth/token-buckets.ts';
import { Problem } from './problem.ts';

/** A page of the console asks a dozen things at once, and a program may have waited. */
const BURST_S = 15;
/** Accounts, tokens and addresses that are counted. */
const MOST = 10_000;

export class RequestLimit {
  readonly #buckets: TokenBuckets;

  constructor(clock: Clock, perMinute: number) {
    this.#buckets = new TokenBuckets(clock, {
      burst: Math.max(1, Math.round((perMinute * BURST_S) / 60)),
      perMinute,
      most: MOST,
    });
  }

  /** Counts a request: the problem to answer it with, or undefined where it may go on. @param ip where it comes from; only counted where nobody is signed in */
  count(who: SignedIn | undefined, ip: string | undefined): Problem | undefined {
    const waitS = this.#buckets.take(keyOf(who, ip));
    if (waitS === 0) return undefined;
    return new Problem(429, 'too-many-requests', `Too many requests: try again in ${waitS} s.`, {
      'retry-after': String(waitS),
    });
  }
}

function keyOf(who: SignedIn | undefined, ip: string | undefined): string {
  if (who === undefined) return `from ${actorOf(ip)}`;
  return who.tokenId === undefined ? `account ${who.account}` : `token ${who.tokenId}`;
}
