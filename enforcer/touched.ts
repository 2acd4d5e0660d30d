/**
 * From journal to world: orders touch networks, and each responder's lane is then asked to look at those that concern it. A lane changes
 * them one by one, or replaces everything where that is faster.
 */
import type { Network } from '@netsentinel/kernel/address';
import { MAX_CHANGES, type Lane } from './lane.ts';
import type { ChangeOutcome } from './responder.types.ts';

export interface Applied {
  /** Resolves once one of the responders has done its part; at once where there is nothing to do. */
  readonly first: Promise<unknown>;
  /** What became of a network at a responder; undefined where nothing was to be done. */
  outcomeOf(responder: string, target: string): Promise<ChangeOutcome> | undefined;
}

/** Networks whose state at a responder may change; `renew` where they may be blocked already. */
export class Touched {
  readonly #byLane = new Map<string, Map<string, { readonly network: Network; renew: boolean }>>();

  add(responder: string, target: string, network: Network, renew: boolean): void {
    let networks = this.#byLane.get(responder);
    if (networks === undefined) this.#byLane.set(responder, (networks = new Map()));
    const known = networks.get(target);
    if (known === undefined) networks.set(target, { network, renew });
    else known.renew = true;
  }

  /** All there are, each once. */
  *places(): Generator<{ readonly responder: string; readonly target: string }> {
    for (const [responder, networks] of this.#byLane) for (const target of networks.keys()) yield { responder, target };
  }

  /** Has each lane make the world follow the journal. */
  apply(lanes: ReadonlyMap<string, Lane>): Applied {
    const outcomes = new Map<string, Promise<ChangeOutcome>>();
    const pending: Promise<unknown>[] = [];
    for (const [responder, networks] of this.#byLane) {
      const lane = lanes.get(responder);
      if (lane === undefined) continue;
      const everything = networks.size > MAX_CHANGES ? lane.everything() : undefined;
      let last: Promise<ChangeOutcome> | undefined;
      for (const [target, { network, renew }] of networks) {
        last = everything ?? lane.touch(network, renew);
        outcomes.set(key(responder, target), last);
      }
      if (last !== undefined) pending.push(last);
    }
    return {
      first: pending.length === 0 ? Promise.resolve() : Promise.race(pending),
      outcomeOf: (responder, target) => outcomes.get(key(responder, target)),
    };
  }
}

function key(responder: string, target: string): string {
  return `${responder} ${target}`;
}
