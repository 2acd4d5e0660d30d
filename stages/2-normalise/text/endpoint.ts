/** Addresses and ports in log text, and the client behind trusted proxies. */
import type { EcsEndpoint } from '@netsentinel/contracts/parser';
import { networkContains, parseAddress, parseNetwork, type Network } from '@netsentinel/kernel/address';
import { canonicalAddress } from './canonical-address.ts';

/** `ip` where it is an address, in canonical form; otherwise `domain`. `address` is the text as it was. */
export function endpointOf(text: string, port?: number): EcsEndpoint {
  const ip = canonicalAddress(text);
  return { address: text, ip, domain: ip === undefined ? text : undefined, port };
}

/** A port as a number; undefined for what is none. */
export function portOf(text: string | number | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  return Number.isInteger(port) && port >= 0 && port <= 65_535 ? port : undefined;
}

export interface HostPort {
  readonly host: string;
  readonly port: number | undefined;
}

/** `192.0.2.1:80`, `[2001:db8::1]:80`, `2001:db8::1`, `example.org`. */
export function splitHostPort(text: string): HostPort {
  if (text.startsWith('[')) {
    const end = text.indexOf(']');
    if (end > 0) return { host: text.slice(1, end), port: portOf(text.slice(end + 2)) };
  }
  const colon = text.lastIndexOf(':');
  if (colon < 0 || text.indexOf(':') !== colon) return { host: text, port: undefined };
  const port = portOf(text.slice(colon + 1));
  return port === undefined ? { host: text, port } : { host: text.slice(0, colon), port };
}

const MAX_HOPS = 32;

/** Who is believed about the client's address. One per parser. */
export class Proxies {
  readonly #trusted: readonly Network[];

  /** @param trusted networks and addresses; what is neither is left out, since configuration has checked them */
  constructor(trusted: readonly string[]) {
    this.#trusted = trusted.map(parseNetwork).filter((network) => network !== undefined);
  }

  trusts(ip: string): boolean {
    if (this.#trusted.length === 0) return false;
    const address = parseAddress(ip);
    return address !== undefined && this.#trusted.some((network) => networkContains(network, address));
  }

  /**
   * The client: the peer, or where the peer is a trusted proxy the last address of `forwardedFor` that is no trusted proxy itself.
   * @param forwardedFor `X-Forwarded-For` as it came: hostile text, comma-separated, the nearest hop last
   */
  clientOf(peer: string, forwardedFor: string | undefined): string {
    if (forwardedFor === undefined || !this.trusts(peer)) return peer;
    let client = peer;
    for (const hop of forwardedFor.split(',').slice(-MAX_HOPS).toReversed()) {
      const ip = canonicalAddress(splitHostPort(hop.trim()).host);
      if (ip === undefined) break;
      client = ip;
      if (!this.trusts(ip)) break;
    }
    return client;
  }
}
