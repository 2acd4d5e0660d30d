/** Pure: for whom authenticators sign: the console, under the name that it is opened by. */
import { isIP } from 'node:net';

export interface RelyingParty {
  /** The host's name: authenticators keep it with what they make, and sign for no other. */
  readonly id: string;
  /** As the browser writes it into what is signed: with scheme, and port where it is not the usual one. */
  readonly origin: string;
}

/**
 * By the origin of a page of the console; undefined where browsers have no WebAuthn: under addresses, and without TLS but on the machine itself
 * (WebAuthn Level 2, sections 4 and 5.1.3).
 */
export function relyingPartyOf(origin: string): RelyingParty | undefined {
  if (!URL.canParse(origin)) return undefined;
  const { protocol, hostname, origin: plain } = new URL(origin);
  if (hostname === '' || hostname.startsWith('[') || isIP(hostname) !== 0) return undefined;
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  if (protocol !== 'https:' && !(protocol === 'http:' && isLocal)) return undefined;
  return { id: hostname, origin: plain };
}
