/** What OpenSSL 3.0 at Debian's security level says to a client that speaks TLS 1.1 at best: an internal error, where later versions name the protocol. */
import type { ClientHello } from './client-hello.ts';

const TLS_1_0 = 0x0301;
const TLS_1_2 = 0x0303;

/** The alert to send before the connection is closed; undefined for clients that are new enough, and for those that are too old even for this. */
export function oldTlsAlert(hello: ClientHello): Buffer | undefined {
  const best = Math.max(hello.version, ...hello.supportedVersions.filter((version) => version < 0x0400));
  if (best >= TLS_1_2 || best < TLS_1_0) return undefined;
  return Buffer.from([21, 3, best & 0xff, 0, 2, 2, 80]);
}
