/**
 * Pure: the chains and rules of what is done besides blocking. Nothing of it exists before the first order for it, so whoever only blocks
 * pays for no connection tracking.
 *
 * A diverted connection is given its new destination by its first packet, in `divert` (a `nat` chain), and the kernel remembers that for
 * as long as it lives. What went to the real service before is no first packet: `cut`, which comes before, lets pass only first packets and
 * connections that the kernel's memory shows to end at our decoy, and drops the rest. Tarpits stand before redirects in both chains.
 */
import type { Measure } from '@netsentinel/contracts/action';
import { formatAddress, formatNetwork, networkContains, parseNetwork, type Network } from '@netsentinel/kernel/address';
import { destinations, type MeasuresConfig } from './measures.config.ts';
import { chainName, header, setName, subject } from './nft-words.ts';

export type OtherMeasure = Exclude<Measure, 'block'>;

/** A chain and what is in it from the start. */
export interface Chain {
  readonly name: string;
  readonly lines: readonly string[];
}

/** After connection tracking (-200) and before anybody's destination NAT (-100), where the first who says a destination wins. */
const CUT_PRIORITY = -190;
const DIVERT_PRIORITY = -110;

const FIRST_OF_TCP = 'tcp flags & (fin | syn | rst | ack) == syn';
/** Not in the kernel's memory yet. `ct state new` holds for every packet until there is an answer, and would let go on what began before. */
const UNKNOWN_YET = 'ct status & confirmed == 0';
/** Neighbour discovery is ICMP, and without it nobody on the same link would get an answer. */
const ICMP = 'meta l4proto { icmp, ipv6-icmp } accept';
const NEIGHBOURS = 'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept';

/** Why this is not enough configuration for the measure, or undefined where it is. */
export function lacking(measure: Measure, config: MeasuresConfig): string | undefined {
  switch (measure) {
    case 'block':
    case 'rate-limit':
      return undefined;
    case 'isolate':
      return config.management.length > 0
        ? undefined
        : 'it knows nobody whom an isolated host may speak with: name `management`';
    case 'tarpit':
      return config.tarpit === undefined
        ? 'it knows no tarpit: name its port, as `tarpit: { port: 22022 }`, and have a decoy of the type tarpit listen there'
        : undefined;
    case 'redirect':
      return config.redirect === undefined
        ? 'it knows no decoys: name their ports, as `redirect: { tcp: { 22: 2222 } }`'
        : undefined;
    case 'mirror':
      return 'it copies no packets; a switch can (openvswitch, ofctl-rest)';
    case 'capture':
      return 'it keeps no packets; the responder capture does';
    default:
      return measure satisfies never;
  }
}

export class NftMeasures {
  readonly #config: MeasuresConfig & { readonly table: string; readonly priority: number; readonly setSize: number };

  constructor(
    config: MeasuresConfig & { readonly table: string; readonly priority: number; readonly setSize: number },
  ) {
    this.#config = config;
  }

  /** The chains that a measure needs, in the order in which they can be made. */
  chains(measure: OtherMeasure): readonly Chain[] {
    const { priority } = this.#config;
    switch (measure) {
      case 'isolate':
        return [this.#chain('isolate', [NEIGHBOURS], `filter hook prerouting priority ${priority + 1}`)];
      case 'rate-limit':
        return [this.#chain('rate_limit', [], `filter hook prerouting priority ${priority + 2}`)];
      case 'tarpit':
        return [
          ...this.#diverting(),
          this.#chain('tarpit_cut', this.#tarpitCut()),
          this.#chain('tarpit_to', this.#tarpitTo()),
        ];
      case 'redirect':
        return [
          ...this.#diverting(),
          this.#chain('redirect_cut', this.#redirectCut()),
          this.#chain('redirect_to', this.#redirectTo()),
        ];
      case 'mirror':
      case 'capture':
        return [];
      default:
        return measure satisfies never;
    }
  }

  /** A set of this shape and the rules that look into it. */
  set(measure: OtherMeasure, shape: Pick<Network, 'family' | 'prefix'>): readonly string[] {
    const { table, setSize, rateLimit } = this.#config;
    const name = setName(shape, measure);
    const { perSecond, burst, of } = rateLimit;
    const limit = measure === 'rate-limit' ? ` limit rate over ${perSecond}/second burst ${burst} packets;` : '';
    const set = `add set inet ${table} ${name} { type ipv${shape.family}_addr; flags timeout; size ${setSize};${limit} }`;
    const from = `${subject(shape)} @${name}`;
    switch (measure) {
      case 'isolate':
        return [
          set,
          `add rule inet ${table} isolate ${from}${this.#butManagement(shape, 'daddr')} counter drop`,
          `add rule inet ${table} isolate ${subject(shape, 'daddr')} @${name}${this.#butManagement(shape, 'saddr')} counter drop`,
        ];
      case 'rate-limit':
        return [
          set,
          `add rule inet ${table} rate_limit ${of === 'connections' ? `${FIRST_OF_TCP} ` : ''}${from} counter drop`,
        ];
      case 'tarpit':
      case 'redirect': {
        // The stronger one comes first, whichever was ordered first.
        const verb = measure === 'tarpit' ? 'insert' : 'add';
        return [
          set,
          `${verb} rule inet ${table} cut ${from} goto ${chainName(measure)}_cut`,
          `${verb} rule inet ${table} divert ${from} goto ${chainName(measure)}_to`,
        ];
      }
      case 'mirror':
      case 'capture':
        return [];
      default:
        return measure satisfies never;
    }
  }

  #diverting(): readonly Chain[] {
    return [
      this.#chain('cut', [], `filter hook prerouting priority ${CUT_PRIORITY}`),
      this.#chain('divert', [], `nat hook prerouting priority ${DIVERT_PRIORITY}`),
    ];
  }

  #chain(name: string, rules: readonly string[], hook?: string): Chain {
    const { table } = this.#config;
    const head = hook === undefined ? '' : ` { type ${hook}; policy accept; }`;
    return {
      name,
      lines: [
        `add chain inet ${table} ${name}${head}`,
        ...rules.map((rule) => `add rule inet ${table} ${name} ${rule}`),
      ],
    };
  }

  #tarpitCut(): readonly string[] {
    return [
      ICMP,
      `${FIRST_OF_TCP} ${UNKNOWN_YET} accept`,
      `ct direction original meta l4proto tcp ct reply proto-src ${this.#config.tarpit?.port ?? 0} accept`,
      'counter drop',
    ];
  }

  #tarpitTo(): readonly string[] {
    return [`meta l4proto tcp redirect to :${this.#config.tarpit?.port ?? 0}`];
  }

  #redirectCut(): readonly string[] {
    const drops = this.#config.redirect?.others === 'drop';
    const rules = this.#redirected().flatMap(({ protocol, table, ways }) => {
      const named = `${protocol} dport { ${table.map(([from]) => from).join(', ')} }`;
      const pairs = table.map(([from, to]) => `${from} . ${to}`).join(', ');
      return [
        ...ways.flatMap(({ guard, reply }) => [
          `${guard}${named} ${protocol === 'tcp' ? `${FIRST_OF_TCP} ` : ''}${UNKNOWN_YET} accept`,
          `ct direction original ${reply}meta l4proto ${protocol} ${protocol} dport . ct reply proto-src { ${pairs} } accept`,
        ]),
        ...(drops ? [] : [`${named} counter drop`]),
      ];
    });
    return drops ? [ICMP, ...rules, 'counter drop'] : rules;
  }

  #redirectTo(): readonly string[] {
    return this.#redirected().flatMap(({ protocol, table, ways }) => {
      const map = table.map(([from, to]) => `${from} : ${to}`).join(', ');
      return ways.map(({ guard, to }) => `${guard}meta l4proto ${protocol} ${to}${protocol} dport map { ${map} }`);
    });
  }

  #redirected() {
    const { redirect } = this.#config;
    if (redirect === undefined) return [];
    const away = destinations(redirect).map((address) => {
      const [family, text] = [address.family === 4 ? 'ip' : 'ip6', formatAddress(address)];
      return {
        guard: `meta nfproto ipv${address.family} `,
        reply: `ct reply ${family} saddr ${text} `,
        to: `dnat ${family} to ${address.family === 4 ? text : `[${text}]`}:`,
      };
    });
    const ways = away.length > 0 ? away : [{ guard: '', reply: '', to: 'redirect to :' }];
    return (['tcp', 'udp'] as const)
      .map((protocol) => ({ protocol, table: Object.entries(redirect[protocol]), ways }))
      .filter(({ table }) => table.length > 0);
  }

  /** nft takes no networks in one set of which one holds another. */
  #butManagement(shape: Pick<Network, 'family'>, side: 'saddr' | 'daddr'): string {
    const all = this.#config.management
      .flatMap((text) => parseNetwork(text) ?? [])
      .filter(({ family }) => family === shape.family);
    const widest = all.filter(
      (one, i) =>
        !all.some(
          (other, j) =>
            networkContains(other, { family: one.family, value: one.base }) &&
            (other.prefix < one.prefix || (other.prefix === one.prefix && j < i)),
        ),
    );
    if (widest.length === 0) return '';
    return ` ${header(shape)} ${side} != { ${widest.map(formatNetwork).join(', ')} }`;
  }
}
