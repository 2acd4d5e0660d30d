/**
 * Pure: blocks and other measures to nft commands. Every name comes from us and every address is rendered from its number, so that no text of
 * an order ever reaches nft.
 *
 * There is one exact set per prefix length (`v4_32`, `v6_64`, …) and measure, and one rule that looks up the masked source in it. A set with
 * `flags interval` would hold any mix of networks, but it refuses overlapping ones and one insertion takes time proportional to its
 * size (650 ms at 100,000); these stay at microseconds and overlap freely. IPv6 attackers are /64 networks, so that matters.
 */
import { createHash } from 'node:crypto';
import { Measure } from '@netsentinel/contracts/action';
import { formatAddress, type Network } from '@netsentinel/kernel/address';
import type { Change, Entry } from '../../responder.types.ts';
import { NftMeasures } from './nft-measures.ts';
import { base, readSetName, setName, subject, timeout } from './nft-words.ts';
import type { NftablesConfig } from './nftables.config.ts';
import type { TableReader } from './table-reader.ts';

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
/** Lines of a plan that are shown: the last is what matters most. */
const MOST_PLANNED = 16;

export class NftScript {
  readonly #config: NftablesConfig;
  readonly #chains: readonly string[];
  readonly #measures: NftMeasures;
  /** A set that holds nothing, whose name says of what settings the table was made. */
  readonly #mark: string = '';

  constructor(config: NftablesConfig) {
    this.#config = config;
    this.#chains = config.hook === 'prerouting' ? ['prerouting'] : ['input', 'forward'];
    this.#measures = new NftMeasures(config);
    this.#mark = `made_${createHash('sha256').update(this.rebuild([], new Set()).join('\n')).digest('hex').slice(0, 16)}`;
  }

  /**
   * Whether all around the elements is as `rebuild` makes it of these settings for blocks alone. Line for line as nft prints it: where another
   * release prints otherwise, the answer is no.
   */
  isAsMade({ sets, chains, others }: TableReader): boolean {
    const rules: string[] = [];
    let [marks, probes] = [0, 0];
    for (const [set, lines] of sets) {
      if (set === this.#mark) marks += 1;
      else if (set === PROBE_SET) probes += 1;
      else {
        const shape = readSetName(set);
        const told = lines.filter((line) => !line.startsWith('size ')).join('; ');
        if (shape?.measure !== 'block' || told !== `type ipv${shape.family}_addr; flags timeout`) return false;
        rules.push(`${subject(shape)} @${set} counter drop`);
      }
    }
    return (
      others.length === 0 &&
      marks === 1 &&
      probes === 1 &&
      chains.size === this.#chains.length &&
      this.#chains.every((chain) => {
        const [kind = '', ...listed] = chains.get(chain) ?? [];
        return (
          kind.startsWith(`type filter hook ${chain} priority `) &&
          kind.endsWith('; policy accept;') &&
          listed.toSorted().join('\n') === rules.toSorted().join('\n')
        );
      })
    );
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

  /** One transaction that replaces whatever our table holds by exactly these entries; `used` receives the names of sets and chains. */
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
    if (this.#mark !== '') lines.push(`add set inet ${this.#config.table} ${this.#mark} { type ipv4_addr; }`);
    for (const shape of USUAL) this.#addSet(shape, 'block', lines, used);
    for (const { network, remainingMs, measure } of entries) {
      const set = this.#addSet(network, measure, lines, used);
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
    const { table } = this.#config;
    for (const change of changes) {
      const { kind, network } = change;
      const measure = kind === 'block' ? (change.measure ?? 'block') : 'block';
      const where = `element inet ${table} ${this.#addSet(network, measure, lines, used)}`;
      const address = base(network);
      const element = `{ ${address} timeout ${timeout(kind === 'block' ? change.remainingMs : 1000)} }`;
      lines.push(`add ${where} ${element}`);
      if (kind === 'block' && !change.renew) continue;
      lines.push(`delete ${where} { ${address} }`);
      if (kind === 'block') lines.push(`add ${where} ${element}`);
      // A network has one measure at a time.
      for (const other of Measure.options) {
        const set = setName(network, other);
        if (other === measure || !used.has(set)) continue;
        lines.push(`add element inet ${table} ${set} { ${address} timeout 1000ms }`);
        lines.push(`delete element inet ${table} ${set} { ${address} }`);
      }
    }
    return lines;
  }

  /** A change as a person would write it: the least that has its effect. */
  plan(change: Change): string[] {
    const lines: string[] = [];
    const { network, measure } = change;
    const where = `element inet ${this.#config.table} ${setName(network, measure)}`;
    if (change.kind === 'unblock') return [`delete ${where} { ${base(network)} }`];
    this.#addSet(network, measure, lines, new Set(USUAL.map((shape) => setName(shape))));
    const last = `add ${where} { ${base(network)} timeout ${timeout(change.remainingMs)} }`;
    if (lines.length < MOST_PLANNED) return [...lines, last];
    const shown = lines.slice(0, MOST_PLANNED - 2);
    return [...shown, `# and ${lines.length - shown.length} lines more`, last];
  }

  /** A harmless element whose number shows up in the monitor. */
  probe(number: number): string[] {
    const address = formatAddress({ family: 4, value: BigInt(number) });
    return [`add element inet ${this.#config.table} ${PROBE_SET} { ${address} timeout 1s }`];
  }

  /** Answers the set's name; makes what it needs the first time. */
  #addSet(
    shape: Pick<Network, 'family' | 'prefix'>,
    measure: Measure = 'block',
    lines: string[],
    used: Set<string>,
  ): string {
    const set = setName(shape, measure);
    if (used.has(set)) return set;
    used.add(set);
    if (measure !== 'block') {
      for (const chain of this.#measures.chains(measure)) {
        const key = `chain ${chain.name}`;
        if (used.has(key)) continue;
        used.add(key);
        lines.push(...chain.lines);
      }
      lines.push(...this.#measures.set(measure, shape));
      return set;
    }
    const { table, setSize } = this.#config;
    lines.push(`add set inet ${table} ${set} { type ipv${shape.family}_addr; flags timeout; size ${setSize}; }`);
    for (const chain of this.#chains)
      lines.push(`add rule inet ${table} ${chain} ${subject(shape)} @${set} counter drop`);
    return set;
  }
}
