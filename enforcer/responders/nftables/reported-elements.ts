/** What the monitor tells of elements, held against what is intended: how somebody else's changes are noticed and which changes mend them. */
import type { Measure } from '@netsentinel/contracts/action';
import { formatNetwork, type Network } from '@netsentinel/kernel/address';
import type { Change } from '../../responder.types.ts';

const MAX_SUSPECTS = 1000;

/** What shall hold of a network as of now, or undefined where nothing shall. */
export type IntendedOf = (network: Network) => { readonly remainingMs: number; readonly measure: Measure } | undefined;

export interface Reported {
  readonly op: 'add' | 'delete';
  readonly measure: Measure;
  readonly network: Network;
}

export class ReportedElements {
  readonly #intendedOf: IntendedOf;
  /** What the transaction that the monitor is reporting has done last to each element. */
  readonly #last = new Map<string, Reported>();
  /** Elements whose last reported change contradicts what is intended; looked at again when things have calmed down. */
  readonly #suspects = new Map<string, Reported>();

  constructor(intendedOf: IntendedOf) {
    this.#intendedOf = intendedOf;
  }

  get hasSuspects(): boolean {
    return this.#suspects.size > 0;
  }

  /** What counts is how the transaction leaves it: a renewal deletes and adds. */
  note(reported: Reported): void {
    this.#last.set(elementKey(reported.network, reported.measure), reported);
  }

  /** Compares what the transaction that just ended did with what is intended. False: too much differs to be mended one by one. */
  compare(): boolean {
    try {
      for (const [key, reported] of this.#last) {
        if (!this.#differs(reported)) this.#suspects.delete(key);
        else if (this.#suspects.size < MAX_SUSPECTS) this.#suspects.set(key, reported);
        else return false;
      }
      return true;
    } finally {
      this.#last.clear();
    }
  }

  /** The changes that set right what differs still. They are forgotten here. */
  take(): Change[] {
    const changes = new Map<string, Change>();
    for (const reported of this.#suspects.values()) {
      if (!this.#differs(reported)) continue;
      const { network } = reported;
      const intended = this.#intendedOf(network);
      const change: Change =
        intended === undefined ? { kind: 'unblock', network } : { kind: 'block', network, renew: true, ...intended };
      changes.set(formatNetwork(network), change);
    }
    this.#suspects.clear();
    return [...changes.values()];
  }

  clear(): void {
    this.#last.clear();
    this.#suspects.clear();
  }

  #differs({ op, measure, network }: Reported): boolean {
    return (this.#intendedOf(network)?.measure === measure) !== (op === 'add');
  }
}

/** One element of one of our sets. */
export function elementKey(network: Network, measure: Measure): string {
  return measure === 'block' ? formatNetwork(network) : `${measure} ${formatNetwork(network)}`;
}
