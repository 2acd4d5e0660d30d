/**
 * Compares what responders hold with what the enforcer's journal intends. Both move while it looks: only what is wrong at every look,
 * for longer than any repair takes, is a fault.
 */
import type { EnforcedBlock } from '@netsentinel/contracts/action';
import type { Holding } from './blocks-in-force.ts';

/** Clocks of nft tick in seconds, and what ends so soon may be there or not. */
export const GRACE_MS = 3_000;
/** Wrong for as long without a stop, with every responder at work: no change under way, and no repair. */
const LASTING_MS = 20_000;

export type Wrong = 'orphans' | 'gaps' | 'overdue';

export interface Difference {
  readonly wrong: Wrong;
  readonly where: string;
  readonly network: string;
}

/** What is held at one place, and by which responder's parts of the journal that is intended. */
export interface Place {
  readonly where: string;
  readonly responder: string;
  readonly holding: Holding;
}

export interface Look {
  /** The journal as it was before the places were read, and after. */
  readonly before: readonly EnforcedBlock[];
  readonly after: readonly EnforcedBlock[];
  readonly places: readonly Place[];
  /** Wall time before anything was read, and after: under load that is seconds apart. */
  readonly begunAt: number;
  readonly now: number;
  /** The latest end that was ever asked for a network, where we know of it. */
  readonly latestEnd: (network: string) => number | undefined;
}

export function compareWithJournal({ before, after, places, begunAt, now, latestEnd }: Look): Difference[] {
  const found: Difference[] = [];
  for (const { where, responder, holding } of places) {
    const [first, then] = [intended(before, responder), intended(after, responder)];
    for (const [network, end] of first) {
      const still = then.get(network);
      if (still !== undefined && Math.min(end, still) > now + GRACE_MS && !holding.has(network))
        found.push({ wrong: 'gaps', where, network });
    }
    for (const [network, end] of holding) {
      const until = Math.max(first.get(network) ?? 0, then.get(network) ?? 0);
      // Where its own end is known, that tells more than its being there.
      const tooLong = end === Infinity ? begunAt > until + GRACE_MS : end > until + GRACE_MS;
      if (!tooLong || end <= now) continue;
      const isOver = begunAt > (latestEnd(network) ?? Infinity) + GRACE_MS || until > 0;
      found.push({ wrong: isOver ? 'overdue' : 'orphans', where, network });
    }
  }
  return found;
}

function intended(parts: readonly EnforcedBlock[], responder: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const part of parts)
    if (part.responder === responder && part.mode === 'enforce' && part.status !== 'awaiting-approval')
      found.set(part.target, Math.max(part.expiresAt, found.get(part.target) ?? 0));
  return found;
}

/** Follows differences from look to look. */
export class Persisting {
  #since = new Map<string, { readonly difference: Difference; readonly at: number }>();

  /**
   * Takes what one look found at `nowMs`; answers what has lasted too long, each once. `isIdle`: whether who keeps that place has nothing to do;
   * while it has, it is on its way.
   */
  look(found: readonly Difference[], nowMs: number, isIdle: (where: string) => boolean): Difference[] {
    const next = new Map<string, { readonly difference: Difference; readonly at: number }>();
    for (const difference of found) {
      if (!isIdle(difference.where)) continue;
      const key = `${difference.wrong} ${difference.where} ${difference.network}`;
      next.set(key, this.#since.get(key) ?? { difference, at: nowMs });
    }
    const tooLong = [...next].filter(([, { at }]) => at !== Infinity && nowMs - at > LASTING_MS);
    for (const [key, { difference }] of tooLong) next.set(key, { difference, at: Infinity });
    this.#since = next;
    return tooLong.map(([, { difference }]) => difference);
  }
}
