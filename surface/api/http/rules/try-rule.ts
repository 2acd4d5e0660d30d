/** Goes through stored events with a rule, page by page and the newest first, until there are no more or it was enough. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { MetEvent, RuleTrial } from '@netsentinel/contracts/rule-trial';
import { isNetSentinelError } from '@netsentinel/kernel/errors';
import { Problem } from '../problem.ts';
import { unlessTooMuch, type EventReads } from '../reads/bounded-read.ts';

/** A page is copied to the rule's thread, which the platform's own waits for: some milliseconds a megabyte. */
const PAGE_EVENTS = 1000;
const PAGE_BYTES = 1024 * 1024;
const LONGEST_MS = 10_000;
const MAX_TOLD = 20;

export interface Tried {
  readonly looked: number;
  readonly matched: number;
  readonly matches: readonly MetEvent[];
  /** What ended it before all were looked at. */
  readonly cut?: 'events' | 'time';
}

/** Epoch milliseconds: `from` inclusive, `to` exclusive. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

export async function tryRule(
  trial: RuleTrial,
  reads: Pick<EventReads, 'queryTexts' | 'signal'>,
  { from, to, limit }: Window,
  clock: Clock,
): Promise<Tried> {
  const until = clock.monotonicMs() + LONGEST_MS;
  const matches: MetEvent[] = [];
  let [looked, matched] = [0, 0];
  let after: string | undefined;
  const tried = (cut?: 'events' | 'time'): Tried => ({
    looked,
    matched,
    matches,
    ...(cut === undefined ? {} : { cut }),
  });
  for (;;) {
    const page = await unlessTooMuch(
      reads.queryTexts({
        from,
        to,
        order: 'newest',
        limit: Math.min(PAGE_EVENTS, limit - looked),
        maxBytes: PAGE_BYTES,
        ...(after === undefined ? {} : { after }),
      }),
    );
    // What was found until then is worth telling.
    if (page instanceof Problem && looked === 0) throw page;
    if (page instanceof Problem) return tried('time');
    const met = await trial.meet(page.texts).catch((error: unknown) => {
      if (isNetSentinelError(error, 'RULE_TRIAL_SLOW') && looked > 0) return undefined;
      throw error;
    });
    if (met === undefined) return tried('time');
    looked += page.texts.length;
    matched += met.matched;
    matches.push(...met.first.slice(0, MAX_TOLD - matches.length));
    if (page.next === undefined) return tried();
    if (looked >= limit) return tried('events');
    if (clock.monotonicMs() >= until) return tried('time');
    reads.signal.throwIfAborted();
    after = page.next;
  }
}
