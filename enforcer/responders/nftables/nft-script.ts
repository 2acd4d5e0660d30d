/**
 * Pure: blocks to nft commands. Every name comes from us and every address is rendered from its number, so that no text of an
 * order ever reaches nft.
 *
 * There is one exact set per prefix length (`v4_32`, `v6_64`, …) and one rule that looks up the masked source in it. A set with
 * `flags interval` would hold any mix of networks, but it refuses overlapping ones and one insertion takes time proportional to its
 * size (650 ms at 100,000); these stay at microseconds and overlap freely. IPv6 attackers are /64 networks, so that matters.
 */
import { formatAddress, type Network } from '@netsentinel/kernel/address';
import type { Change, Entry } from '../../responder.types.ts';
import type { NftablesConfig } from './nftables.config.ts';

/** Elements in one `add element` command: keeps lines readable for nft's parser and short for ours. */
const ELEMENTS_PER_COMMAND = 1000;
/** A set that holds nothing: elements put there show that the monitor is alive and how far it has read. */
export const PROBE_SET = 'probe';
/** Sets that there always are. */
const USUAL: readonly Pick<Network, 'family' | 'prefix'>[] = [
  { family: 4, prefix: 32 },
  { family: 6, prefix: 128 },
  { family: 6, prefix: 64 },
];

export function setName(network: Network): string {
  return `v${network.family}_${network.prefix}`;
}

/** Whole milliseconds, at least 1: nft takes no fractions, and 0 would mean for ever. */
function timeout(remainingMs: number): string {
  return `${Math.max(1, Math.floor(remainingMs))}ms`;
}

function base(network: Network): string {
  return formatAddress({ family: network.family, value: network.base });
}

function mask(network: { readonly family: 4 | 6; readonly prefix: number }): string {
  const width = network.family === 4 ? 32 : 128;
  const hostBits = BigInt(width - network.prefix);
  const ones = (1n << BigInt(width)) - 1n;
  return formatAddress({ family: network.family, value: (ones >> hostBits) << hostBits });
}

export class NftScript {
  readonly #config: NftablesConfig;
  readonly #chains: readonly string[];

  constructor(config: NftablesConfig) {
    this.#config = config;
    this.#chains = config.hook === 'prerouting' ? ['prerouting'] : ['input', 'forward'];
  }

  /** Makes sure that the table and its probe set exist, touching nothing else. */
  foundation(): string[] {
    return [
      `add table inet ${this.#config.table}`,
      `add set inet ${this.#config.table} ${PROBE_SET} { type ipv4_addr; flags timeout; }`,
    ];
  }

  /** Drops the table, whether or not it is there. */
  removal(): string[] {
    return [`add table inet ${this.#config.table}`, `delete table inet ${this.#config.table}`];
  }

  /** One transaction that replaces whatever our table holds by exactly these entries; `used` receives the sets' names. */
  rebuild(entries: Iterable<Entry>, used: Set<string>): string[] {
    const lines = [...this.removal(), ...this.foundation()];
    for (const chain of this.#chains)
      lines.push(
        `add chain inet ${this.#config.table} ${chain} { type filter hook ${chain} priority ${this.#config.priority}; policy accept; }`,
      );
    const bySet = new Map<string, string[]>();
    const flush = (set: string, elements: string[]): void => {
      if (elements.length > 0) lines.push(`add element inet ${this.#config.table} ${set} { ${elements.join(', ')} }`);
      elements.length = 0;
    };
    used.clear();
    for (const shape of USUAL) this.#addSet({ ...shape, base: 0n }, lines, used);
    for (const { network, remainingMs } of entries) {
      this.#addSet(network, lines, used);
      const set = setName(network);
      let elements = bySet.get(set);
      if (elements === undefined) bySet.set(set, (elements = []));
      elements.push(`${base(network)} timeout ${timeout(remainingMs)}`);
      if (elements.length >= ELEMENTS_PER_COMMAND) flush(set, elements);
    }
    for (const [set, elements] of bySet) flush(set, elements);
    return lines;
  }

  /**
   * One transaction for a few changes. Adding before deleting makes a missing element no error, and deleting before adding
   * renews the timeout on kernels on which adding alone does not.
   */
  changes(changes: readonly Change[], used: Set<string>): string[] {
    const lines: string[] = [];
    for (const change of changes) {
      this.#addSet(change.network, lines, used);
      const where = `element inet ${this.#config.table} ${setName(change.network)}`;
      const address = base(change.network);
      const element = `{ ${address} timeout ${timeout(change.kind === 'block' ? change.remainingMs : 1000)} }`;
      lines.push(`add ${where} ${element}`);
      if (change.kind === 'unblock' || change.renew) lines.push(`delete ${where} { ${address} }`);
      if (change.kind === 'block' && change.renew) lines.push(`add ${where} ${element}`);
    }
    return lines;
  }

  /** A change as a person would write it: the least that has its effect. */
  plan(change: Change): string[] {
    const lines: string[] = [];
    const where = `element inet ${this.#config.table} ${setName(change.network)}`;
    if (change.kind === 'unblock') return [`delete ${where} { ${base(change.network)} }`];
    this.#addSet(change.network, lines, new Set(USUAL.map((shape) => setName({ ...shape, base: 0n }))));
    return [...lines, `add ${where} { ${base(change.network)} timeout ${timeout(change.remainingMs)} }`];
  }

  /** A harmless element whose number shows up in the monitor. */
  probe(number: number): string[] {
    const address = formatAddress({ family: 4, value: BigInt(number) });
    return [`add element inet ${this.#config.table} ${PROBE_SET} { ${address} timeout 1s }`];
  }

  #addSet(network: Network, lines: string[], used: Set<string>): void {
    const set = setName(network);
    if (used.has(set)) return;
    used.add(set);
    const { table, setSize } = this.#config;
    const header = network.family === 4 ? 'ip' : 'ip6';
    const exact = network.prefix === (network.family === 4 ? 32 : 128);
    const subject = exact ? `${header} saddr` : `${header} saddr & ${mask(network)}`;
    lines.push(`add set inet ${table} ${set} { type ipv${network.family}_addr; flags timeout; size ${setSize}; }`);
    for (const chain of this.#chains) lines.push(`add rule inet ${table} ${chain} ${subject} @${set} counter drop`);
  }
}
