/** Who a request came from: the peer, unless it is a proxy whose word is believed. */
import type { EcsEndpoint } from '@netsentinel/contracts/parser';
import { canonicalAddress } from '../text/canonical-address.ts';
import { endpointOf, Proxies, splitHostPort } from '../text/endpoint.ts';
import type { AccessRecord } from './access-record.ts';
import { given } from './logged-text.ts';

const MAX_HOPS = 32;

export interface Client {
  readonly source: EcsEndpoint;
  /** All addresses that the log names in the client's place, the nearest hop last. */
  readonly hops: readonly string[];
  /** The first address that a proxy named, believed or not; undefined where nobody named any. */
  readonly forwarded: string | undefined;
}

/** One per parser. */
export class Clients {
  readonly #proxies: Proxies;
  /** A log that writes hops in the client's place stands behind a proxy of its own network, configured or not. */
  readonly #near: Proxies;

  constructor(trusted: readonly string[]) {
    this.#proxies = new Proxies(trusted);
    this.#near = new Proxies([...trusted, ...PRIVATE]);
  }

  of({ remote, forwardedFor }: AccessRecord): Client {
    const forwarded = given(forwardedFor);
    if (!remote.includes(',') && !remote.includes('"')) {
      const client = forwarded === undefined ? remote : this.#proxies.clientOf(remote, forwarded);
      return { source: sourceOf(client), hops: [remote], forwarded: firstAddress(forwarded) };
    }
    const hops = remote
      .replaceAll(/["\s]+/g, ',')
      .split(',')
      .filter((hop) => hop !== '')
      .slice(-MAX_HOPS);
    const peer = hops.at(-1) ?? remote;
    const client = this.#near.clientOf(peer, hops.slice(0, -1).join(','));
    return { source: sourceOf(client), hops, forwarded: firstAddress(forwarded) };
  }
}

/** For `network.forwarded_ip`. */
export function firstAddress(forwarded: string | undefined): string | undefined {
  return forwarded === undefined ? undefined : canonicalAddress(splitHostPort(forwarded.split(',', 1)[0]!.trim()).host);
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8', '::1/128', 'fc00::/7', 'fe80::/10'];

/** A name stays an `address`: nobody has looked it up. */
function sourceOf(client: string): EcsEndpoint {
  const ip = canonicalAddress(client);
  if (ip !== undefined) return { address: client, ip };
  const { host, port } = splitHostPort(client);
  const endpoint = endpointOf(host, port);
  return { address: host, ip: endpoint.ip, port };
}

/** The server that was asked for, where the log names it. */
export function serverOf(host: string | undefined): EcsEndpoint | undefined {
  const name = given(host);
  if (name === undefined) return undefined;
  const { host: address, port } = splitHostPort(name);
  const { ip, domain } = endpointOf(address, port);
  return { ip, domain, port };
}
