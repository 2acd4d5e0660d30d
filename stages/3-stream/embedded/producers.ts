/**
 * What makes appending idempotent: the last sequence of each (producer, epoch) in each partition. Bounded: beyond `MAX_PRODUCERS`
 * the ones that appended least recently are forgotten, and a record of theirs delivered again would be kept again.
 */
import type { Origin } from '@netsentinel/contracts/event';

/** (producer, epoch) pairs remembered. */
export const MAX_PRODUCERS = 4096;

export interface Producer {
  readonly producer: string;
  readonly epoch: string;
  /** The last sequence by partition; -1 for none. */
  readonly last: Float64Array;
  usedAt: number;
}

export type ProducerSnapshot = readonly (readonly [producer: string, epoch: string, last: readonly number[]])[];

export class ProducerTable {
  readonly #partitions: number;
  readonly #table = new Map<string, Producer>();
  #recent: Producer | undefined;
  #uses = 0;

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  get size(): number {
    return this.#table.size;
  }

  /** The producer's entry, made when new. */
  get(origin: Pick<Origin, 'producer' | 'epoch'>): Producer {
    const recent = this.#recent;
    if (recent !== undefined && recent.producer === origin.producer && recent.epoch === origin.epoch) return recent;
    const { producer, epoch } = origin;
    const id = `${producer.length}:${producer}${epoch}`;
    let entry = this.#table.get(id);
    if (entry === undefined) {
      const last = new Float64Array(this.#partitions).fill(-1);
      entry = { producer, epoch, last, usedAt: 0 };
      this.#table.set(id, entry);
    }
    entry.usedAt = ++this.#uses;
    this.#recent = entry;
    return entry;
  }

  /** Forgets the least recently used beyond the bound. */
  trim(max = MAX_PRODUCERS): void {
    // In bulk, an eighth below the bound, so that sorting is rare.
    if (this.#table.size <= max) return;
    const oldestFirst = [...this.#table].sort(([, a], [, b]) => a.usedAt - b.usedAt);
    const surplus = this.#table.size - Math.floor(max - max / 8);
    for (const [id] of oldestFirst.slice(0, surplus)) this.#table.delete(id);
    this.#recent = undefined;
  }

  /** Least recently used first, so that restoring keeps the order. */
  snapshot(): ProducerSnapshot {
    const entries = [...this.#table.values()].sort((a, b) => a.usedAt - b.usedAt);
    return entries.map(({ producer, epoch, last }) => [producer, epoch, [...last]] as const);
  }

  restore(snapshot: ProducerSnapshot): void {
    this.#table.clear();
    this.#recent = undefined;
    for (const [producer, epoch, last] of snapshot)
      this.get({ producer, epoch }).last.set(last.slice(0, this.#partitions));
  }
}
