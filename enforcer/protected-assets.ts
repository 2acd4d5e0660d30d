/**
 * What must never be blocked, kept current by the enforcer itself: the addresses of this machine, its gateways, its name servers,
 * what the configuration allows, and ranges that stand for no single remote machine. A list of the platform's would be no protection
 * against a platform that was taken over.
 */
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import { formatNetwork, networksOverlap, parseAddress, parseNetwork, type Network } from '@netsentinel/kernel/address';
import { nameServersIn } from '@netsentinel/kernel/resolv-conf';
import { AllowedHosts, type Resolve } from './allowed-hosts.ts';
import { readAsnRanges, type AsnRanges } from './asn-ranges.ts';
import type { EnforcerConfig } from './enforcer.config.ts';
import { findProgram, runProgram, type Command } from './program.ts';

export interface ProtectedAsset {
  readonly network: Network;
  /** For people: `an address of this machine (eth0)`. */
  readonly why: string;
  /** An address of a whole network, which no host has. */
  readonly group?: true;
}

/** Ranges that are nobody's address, or everybody's. IANA special-purpose registries; RFC 6052 and 8215 for NAT64. */
const SPECIAL: readonly (readonly [string, string])[] = [
  ['0.0.0.0/8', 'the unspecified network'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved, broadcast included'],
  ['::/96', 'unspecified, loopback or IPv4-compatible'],
  ['64:ff9b::/96', 'NAT64, which stands for many'],
  ['64:ff9b:1::/48', 'NAT64, which stands for many'],
  ['fe80::/10', 'link-local'],
  ['ff00::/8', 'multicast'],
];

const MAX_ASSETS = 65_536;
const IP_TIMEOUT_MS = 5000;
const POLL_MS = 1000;

export function specialAssets(): ProtectedAsset[] {
  return SPECIAL.map(([text, why]) => asset(text, why)).filter((found) => found !== undefined);
}

/** Assets from `ip -json address`. Whatever has another shape is left out. */
export function assetsFromAddresses(json: unknown): ProtectedAsset[] {
  return list(json).flatMap((link) => {
    const name = typeof link['ifname'] === 'string' ? link['ifname'] : '?';
    return list(link['addr_info']).flatMap((info) => [
      ...found(info['local'], `an address of this machine (${name})`),
      ...found(info['address'], `the far end of a link of this machine (${name})`),
      ...found(info['broadcast'], `the broadcast address of ${name}`).map((one) => ({ ...one, group: true as const })),
    ]);
  });
}

/** Gateways from `ip -json route`, those of multipath routes included. */
export function assetsFromRoutes(json: unknown): ProtectedAsset[] {
  return list(json).flatMap((route) => {
    const why = route['dst'] === 'default' ? 'the default gateway' : 'a gateway of this machine';
    const via = route['via'] as { host?: unknown } | undefined;
    return [
      ...found(route['gateway'], why),
      ...found(via?.host, why),
      ...list(route['nexthops']).flatMap((hop) => [
        ...found(hop['gateway'], why),
        ...found((hop['via'] as { host?: unknown } | undefined)?.host, why),
      ]),
    ];
  });
}

/** Name servers from the text of `resolv.conf`. */
export function assetsFromResolvConf(text: string): ProtectedAsset[] {
  return nameServersIn(text).flatMap((server) => found(server, 'a DNS server of this machine'));
}

export class ProtectedAssets {
  readonly #fixed: readonly ProtectedAsset[];
  readonly #config: EnforcerConfig;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #onChange: (added: readonly ProtectedAsset[]) => void;
  readonly #ip: Command | undefined;
  readonly #hosts: AllowedHosts;
  #asns: AsnRanges | undefined;
  #host: readonly ProtectedAsset[] = [];
  #named: readonly ProtectedAsset[] = [];
  #local: readonly ProtectedAsset[] = [];
  #seen: unknown;
  #cancel: (() => void) | undefined;
  #readAt = 0;
  #closed = false;

  constructor(options: {
    readonly config: EnforcerConfig;
    readonly clock: Clock;
    readonly log: Logger;
    /** Called with what became protected since the last reading, so that a block of it can be taken back. */
    readonly onChange: (added: readonly ProtectedAsset[]) => void;
    /** The system's by default. */
    readonly resolve?: Resolve;
  }) {
    this.#config = options.config;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#onChange = options.onChange;
    const [program, ...rest] = options.config.ipCommand;
    this.#ip = program === undefined ? findProgram('ip') : [program, ...rest];
    this.#hosts = new AllowedHosts({
      hosts: options.config.allowHosts,
      clock: options.clock,
      log: options.log,
      resolve: options.resolve,
      onChange: () => {
        const before = this.list();
        this.#named = this.#hosts.assets();
        this.#announce(before);
      },
    });
    this.#fixed = [
      ...specialAssets(),
      ...options.config.allow.flatMap((text) => found(text, 'on the allow list')),
      ...options.config.management.flatMap((text) => found(text, 'a management network')),
    ];
  }

  /** Reads the machine and goes on doing so. */
  async start(): Promise<void> {
    this.#readInterfaces();
    const { allowAsns, asnTable } = this.#config;
    // Before anything else: without its table, what shall be protected could be blocked.
    if (allowAsns.length > 0 && asnTable !== undefined) this.#asns = await readAsnRanges(asnTable, allowAsns);
    await Promise.all([this.refresh(), this.#hosts.start()]);
    this.#poll();
  }

  /** Looks at the machine's addresses as they are at this moment; to be called before orders are checked. */
  look(): void {
    this.#readInterfaces();
  }

  /** Why the network must not be blocked, or undefined. */
  conflict(network: Network): ProtectedAsset | undefined {
    for (const found of this.conflicts(network)) return found;
    return undefined;
  }

  /** All that is protected in this network. */
  *conflicts(network: Network): Generator<ProtectedAsset> {
    for (const assets of [this.#fixed, this.#local, this.#host, this.#named])
      for (const candidate of assets) if (networksOverlap(candidate.network, network)) yield candidate;
    const asn = this.#asns?.find(network);
    if (asn !== undefined) yield { network, why: `a network of AS${asn}, which is on the allow list` };
  }

  /** What was read from this machine, as of the last reading. */
  machine(): ProtectedAsset[] {
    return union(union(this.#local, this.#host), this.#named);
  }

  list(): ProtectedAsset[] {
    return union(this.machine(), this.#fixed);
  }

  /** Reads addresses, routes and name servers. What cannot be read keeps its last known value. */
  async refresh(): Promise<void> {
    this.#readAt = this.#clock.monotonicMs();
    const [addresses, routes4, routes6, resolv] = await Promise.all([
      this.#ask(['-json', 'address', 'show']),
      this.#ask(['-json', '-4', 'route', 'show', 'table', 'all']),
      this.#ask(['-json', '-6', 'route', 'show', 'table', 'all']),
      readFile(this.#config.resolvConf, 'utf8').catch(() => ''),
    ]);
    if (this.#closed) return;
    const read = [
      ...(addresses === undefined ? [] : assetsFromAddresses(addresses)),
      ...(routes4 === undefined ? [] : assetsFromRoutes(routes4)),
      ...(routes6 === undefined ? [] : assetsFromRoutes(routes6)),
      ...assetsFromResolvConf(resolv.slice(0, 65_536)),
    ].slice(0, MAX_ASSETS);
    const complete = addresses !== undefined && routes4 !== undefined && routes6 !== undefined;
    // A reading that failed must not make anything blockable.
    this.#replaceHost(complete ? read : union(this.#host, read).slice(0, MAX_ASSETS));
  }

  close(): void {
    this.#closed = true;
    this.#hosts.close();
    this.#cancel?.();
  }

  #poll(): void {
    this.#cancel = this.#clock.after(Math.min(POLL_MS, this.#config.refreshMs), () => {
      if (this.#closed) return;
      const changed = this.#readInterfaces();
      const due = this.#clock.monotonicMs() - this.#readAt >= this.#config.refreshMs;
      const work = changed || due ? this.refresh() : Promise.resolve();
      void work
        .catch((error: unknown) => this.#log.error('Protected assets could not be read', { error }))
        .finally(() => this.#poll());
    });
  }

  /** Cheap (tens of microseconds) and synchronous, so that it can be asked for each batch of orders. True where something changed. */
  #readInterfaces(): boolean {
    const interfaces = networkInterfaces();
    if (isDeepStrictEqual(interfaces, this.#seen)) return false;
    this.#seen = interfaces;
    const before = this.list();
    this.#local = Object.entries(interfaces).flatMap(([name, infos]) =>
      (infos ?? []).flatMap((info) => found(info.address.split('%')[0], `an address of this machine (${name})`)),
    );
    this.#announce(before);
    return true;
  }

  #replaceHost(assets: readonly ProtectedAsset[]): void {
    const before = this.list();
    this.#host = assets;
    this.#announce(before);
  }

  #announce(before: readonly ProtectedAsset[]): void {
    const known = new Set(before.map(({ network }) => formatNetwork(network)));
    const added = this.list().filter(({ network }) => !known.has(formatNetwork(network)));
    if (added.length > 0) this.#onChange(added);
  }

  async #ask(args: readonly string[]): Promise<unknown> {
    if (this.#ip === undefined) return undefined;
    const result = await runProgram(this.#ip, args, { timeoutMs: IP_TIMEOUT_MS, maxOutput: 16 * 1024 * 1024 });
    if (!result.ok) {
      this.#log.warn('Addresses or routes of this machine could not be read', { reason: result.reason });
      return undefined;
    }
    try {
      return result.output.trim() === '' ? [] : JSON.parse(result.output);
    } catch {
      return undefined;
    }
  }
}

function union(a: readonly ProtectedAsset[], b: readonly ProtectedAsset[]): ProtectedAsset[] {
  const byText = new Map<string, ProtectedAsset>();
  for (const candidate of [...a, ...b]) byText.set(formatNetwork(candidate.network), candidate);
  return [...byText.values()];
}

function asset(text: string, why: string): ProtectedAsset | undefined {
  const network = parseNetwork(text);
  return network === undefined ? undefined : { network, why };
}

function found(text: unknown, why: string): ProtectedAsset[] {
  if (typeof text !== 'string') return [];
  // A far end may be written with the prefix length of its link, host bits included.
  const address = text.includes('/') && parseNetwork(text) === undefined ? text.slice(0, text.indexOf('/')) : text;
  const network = parseAddress(address) === undefined ? parseNetwork(text) : parseNetwork(address);
  return network === undefined ? [] : [{ network, why }];
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value)
    ? value.filter((item): item is Record<string, unknown> => typeof item === 'object' && item !== null)
    : [];
}
