/** The random walks of a scan's behaviour: who walks where is the behaviour's to say, what a contact means for the walk stands here. Bounded. */
import { AnsweredPairs } from './answered-pairs.ts';
import type { BehaviourStats } from './behaviour.types.ts';
import { BoundedTable } from './bounded-table.ts';
import { keyOf } from './key-hash.ts';
import { RandomWalk, type WalkTest } from './random-walk.ts';
import type { Contact } from './sighting.ts';

const KEEP_MS = 6 * 60 * 60_000;

interface WalkKind {
  /** What is walked: the host that was asked, or its port. */
  readonly stepOf: (seen: Contact) => string;
  readonly testOf: (seen: Contact) => WalkTest;
}

export class ContactWalks {
  readonly #walks: BoundedTable<RandomWalk>;
  readonly #answered = new AnsweredPairs();
  readonly #kind: WalkKind;

  constructor(maxEntries: number, kind: WalkKind) {
    this.#walks = new BoundedTable({ maxEntries, keepMs: KEEP_MS });
    this.#kind = kind;
  }

  /** The walk `key` where this contact leads to a decision in it. */
  decided(seen: Contact, key: number): RandomWalk | undefined {
    const { actorHash, targetHash, port, outcome } = seen;
    const pair = keyOf(actorHash, targetHash, port);
    const hasFailed = outcome === 'failed';
    // Who was answered there before knows the way: a machine that went down is no scan.
    if (hasFailed && this.#answered.has(pair)) return undefined;
    if (!hasFailed) this.#answered.add(pair);
    const walk = hasFailed
      ? this.#walks.getOrAdd(key, () => new RandomWalk(this.#kind.testOf(seen)))
      : this.#walks.get(key);
    return walk?.step(this.#kind.stepOf(seen), hasFailed, seen.eventId) === true ? walk : undefined;
  }

  /** An answer that stands in a row of its own, some time after the question. */
  answeredLate(asker: number, asked: number, port: number, key: number, step: string): void {
    this.#answered.add(keyOf(asker, asked, port));
    this.#walks.get(key)?.answerLate(step);
  }

  expire(nowMs: number): void {
    this.#walks.expire(nowMs);
  }

  get stats(): BehaviourStats {
    return this.#walks.stats;
  }
}
