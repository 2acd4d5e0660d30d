/**
 * How many connections there are at once, in all and of each attacker, over all decoys of a decoy host. At the limit in all the least telling session
 * makes room: first the oldest that said nothing, then the oldest that did not get in; those that did are never pushed out.
 */
import type { Actor } from '@netsentinel/contracts/actor';
import type { DecoyLimits } from '@netsentinel/contracts/decoy';

/** What a session has told so far: nothing, something, or that somebody is in. */
export const RANKS = { silent: 0, spoke: 1, inside: 2 } as const;
export type Rank = (typeof RANKS)[keyof typeof RANKS];

export interface Place {
  /** Ends the connection, which then calls `leave`. */
  makeRoom(): void;
}

export interface Admission {
  /** Never lowers. */
  rank(rank: Rank): void;
  leave(): void;
}

export class ConnectionLimit {
  readonly #limits: Pick<DecoyLimits, 'maxConnections' | 'maxConnectionsPerSource'>;
  readonly #perActor = new Map<Actor, number>();
  /** In order of arrival in the rank. */
  readonly #ranks: readonly Set<Place>[] = [new Set(), new Set(), new Set()];
  #count = 0;

  constructor(limits: Pick<DecoyLimits, 'maxConnections' | 'maxConnectionsPerSource'>) {
    this.#limits = limits;
  }

  get connections(): number {
    return this.#count;
  }

  /** Undefined where there is no room. */
  enter(actor: Actor, place: Place): Admission | undefined {
    const own = this.#perActor.get(actor) ?? 0;
    if (own >= this.#limits.maxConnectionsPerSource) return undefined;
    if (this.#count >= this.#limits.maxConnections && !this.#makeRoom()) return undefined;
    this.#count++;
    this.#perActor.set(actor, own + 1);
    let at: Rank = RANKS.silent;
    let inside = true;
    this.#ranks[at]!.add(place);
    return {
      rank: (rank) => {
        if (!inside || rank <= at) return;
        this.#ranks[at]!.delete(place);
        at = rank;
        this.#ranks[at]!.add(place);
      },
      leave: () => {
        if (!inside) return;
        inside = false;
        this.#ranks[at]!.delete(place);
        this.#count--;
        const left = this.#perActor.get(actor)! - 1;
        if (left > 0) this.#perActor.set(actor, left);
        else this.#perActor.delete(actor);
      },
    };
  }

  #makeRoom(): boolean {
    for (const rank of [RANKS.silent, RANKS.spoke]) {
      const [oldest] = this.#ranks[rank]!;
      if (oldest === undefined) continue;
      oldest.makeRoom();
      return this.#count < this.#limits.maxConnections;
    }
    return false;
  }
}
