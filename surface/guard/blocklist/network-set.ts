/**
 * Networks in memory, each with the time at which it ends, and whether an address lies in one. A hash table for each prefix length in use: a look-up
 * costs as many probes as there are lengths, however many networks.
 */
import type { Address, Network } from '@netsentinel/kernel/address';

export class NetworkSet {
  readonly #tables: Record<4 | 6, (Map<number | string, number> | undefined)[]> = { 4: [], 6: [] };
  /** Lengths in use, shortest first: a wide network is the cheapest answer. */
  readonly #lengths: Record<4 | 6, number[]> = { 4: [], 6: [] };
  #size = 0;

  /** Ended ones that were not swept yet count too. */
  get size(): number {
    return this.#size;
  }

  /** @param untilMs when it ends, milliseconds since 1970; replaces what was there. */
  set({ family, base, prefix }: Network, untilMs: number): void {
    let table = this.#tables[family][prefix];
    if (table === undefined) {
      table = this.#tables[family][prefix] = new Map();
      this.#lengths[family] = [...this.#lengths[family], prefix].sort((a, b) => a - b);
    }
    const before = table.size;
    table.set(keyOf(family, base, prefix), untilMs);
    this.#size += table.size - before;
  }

  delete({ family, base, prefix }: Network): boolean {
    const isThere = this.#tables[family][prefix]?.delete(keyOf(family, base, prefix)) === true;
    if (isThere) this.#size--;
    return isThere;
  }

  has({ family, base, prefix }: Network): boolean {
    return this.#tables[family][prefix]?.has(keyOf(family, base, prefix)) === true;
  }

  /** When the first network found around the address ends; 0 where none is in force. */
  until({ family, value }: Address, nowMs: number): number {
    const tables = this.#tables[family];
    for (const prefix of this.#lengths[family]) {
      const untilMs = tables[prefix]!.get(keyOf(family, value, prefix));
      if (untilMs !== undefined && untilMs > nowMs) return untilMs;
    }
    return 0;
  }

  /** Forgets what has ended. */
  sweep(nowMs: number): void {
    for (const family of [4, 6] as const)
      for (const table of this.#tables[family])
        for (const [key, untilMs] of table ?? [])
          if (untilMs <= nowMs) {
            table!.delete(key);
            this.#size--;
          }
  }
}

/** Of IPv6 a text: V8 hashes a bigint by its last 64 bits alone, and those are the attacker's to choose. */
function keyOf(family: 4 | 6, value: bigint, prefix: number): number | string {
  if (family === 4) return prefix === 0 ? 0 : Number(value) >> (32 - prefix);
  return (value >> BigInt(128 - prefix)).toString(36);
}
