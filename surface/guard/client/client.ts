/**
 * Who sent a request. Proxies are believed only where they are configured, and of one header only: from the right, the first address that is no proxy
 * of ours is the client, since everything left of it was written by the client or by somebody we do not know.
 */
import {
  actorOf,
  formatAddress,
  networkContains,
  parseAddress,
  parseNetwork,
  type Address,
  type Network,
} from '@netsentinel/kernel/address';

import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { Client, GuardLog, RequestHeaders } from '../guard.types.ts';
import { forwardedFor, type ForwardedHeader } from './forwarded-header.ts';

export interface ProxyOptions {
  /** Addresses and networks of the proxies in front of the application: `['10.0.0.0/8']`. */
  readonly trusted: readonly string[];
  /** The header that they write; the other is not looked at, since nobody may have taken it off. Default `x-forwarded-for`. */
  readonly header?: ForwardedHeader;
}

const MAX_KNOWN = 16_384;
const NOBODY: Client = { address: '-', actor: '-', parsed: undefined };
const OWN = networksOf(['127.0.0.0/8', '::1'], 'own');
/** NAT64 (RFC 6052, 8215): all of IPv4 in one /64. */
const TRANSLATED = networksOf(['64:ff9b::/96', '64:ff9b:1::/48'], 'translated');
const PRIVATE = networksOf(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fe80::/10'], 'private');

export class Clients {
  readonly #trusted: readonly Network[];
  readonly #never: readonly Network[];
  readonly #header: ForwardedHeader;
  readonly #log: GuardLog;
  readonly #known = new Map<string, Client>();
  #hasTold = false;

  /** @param never addresses and networks that are never blocked */
  constructor(proxies: ProxyOptions | undefined, never: readonly string[], log: GuardLog) {
    this.#trusted = networksOf(proxies?.trusted ?? [], 'proxies.trusted');
    this.#never = networksOf(never, 'never');
    this.#header = proxies?.header ?? 'x-forwarded-for';
    this.#log = log;
  }

  of(peer: string | undefined, headers: RequestHeaders): Client {
    if (peer === undefined) return NOBODY;
    const nearest = this.#client(peer);
    if (nearest.parsed === undefined) return nearest;
    if (!this.#isTrusted(nearest.parsed)) {
      this.#tellOfUnknownProxy(nearest, headers);
      return nearest;
    }
    let client = nearest;
    for (const hop of forwardedFor(headers[this.#header], this.#header)) {
      const one = this.#client(hop);
      // What is no address hides who it was; the last proxy that was believed is all we know.
      if (one.parsed === undefined) return client;
      client = one;
      if (!this.#isTrusted(one.parsed)) return client;
    }
    return client;
  }

  isNever(address: Address): boolean {
    return this.#never.length > 0 && contains(this.#never, address);
  }

  /** False where blocking it could hit others: our own machine, a translator of addresses, a proxy of ours, or one that we were not told of. */
  mayBlock({ parsed }: Client, peer: string | undefined, headers: RequestHeaders): boolean {
    if (
      parsed === undefined ||
      [OWN, TRANSLATED, this.#never, this.#trusted].some((networks) => contains(networks, parsed))
    )
      return false;
    const nearest = parseAddress(peer ?? '');
    return nearest === undefined || !this.#isUnknownProxy(nearest, headers);
  }

  /** A proxy that we were not told of speaks for everybody: to block it would close the site. */
  #isUnknownProxy(peer: Address, headers: RequestHeaders): boolean {
    if (headers['x-forwarded-for'] === undefined && headers['forwarded'] === undefined) return false;
    return !this.#isTrusted(peer) && (contains(PRIVATE, peer) || contains(OWN, peer));
  }

  #tellOfUnknownProxy(peer: Client, headers: RequestHeaders): void {
    if (this.#hasTold || !this.#isUnknownProxy(peer.parsed!, headers)) return;
    this.#hasTold = true;
    this.#log('warn', 'a proxy forwards requests but is not among proxies.trusted: all its clients count as one', {
      peer: peer.address,
    });
  }

  #isTrusted(address: Address): boolean {
    return this.#trusted.length > 0 && contains(this.#trusted, address);
  }

  #client(text: string): Client {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    // A zone (`fe80::1%eth0`) says nothing of who it is.
    const parsed = parseAddress(text.includes('%') ? text.replace(/%[\w.-]{1,64}$/, '') : text);
    if (parsed === undefined) return NOBODY;
    const client = new Sender(parsed);
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(text, client);
    return client;
  }
}

/** Its texts are made when somebody asks for them: most requests are only looked up. */
class Sender implements Client {
  readonly parsed: Address;
  #address: string | undefined;
  #actor: string | undefined;

  constructor(parsed: Address) {
    this.parsed = parsed;
  }

  get address(): string {
    return (this.#address ??= formatAddress(this.parsed));
  }

  get actor(): string {
    return (this.#actor ??= actorOf(this.address));
  }
}

/** Throws `GUARD_OPTIONS` at the first that is no network. */
function networksOf(texts: readonly string[], option: string): readonly Network[] {
  return texts.map((text) => {
    const network = parseNetwork(text);
    if (network === undefined)
      throw new NetSentinelError('GUARD_OPTIONS', 'user', `${option}: ${JSON.stringify(text)} is no network`);
    return network;
  });
}

function contains(networks: readonly Network[], address: Address): boolean {
  for (const network of networks) if (networkContains(network, address)) return true;
  return false;
}
