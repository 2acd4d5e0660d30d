/**
 * The server's side of TLS over any stream, with the versions, groups and ciphers of OpenSSL 3.0 as Debian 12 ships it: Node brings a newer OpenSSL, whose
 * post-quantum key exchange would give it away.
 */
import { constants } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureVersion, TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';
import { readClientHello } from './client-hello.ts';

/** What is needed of `TlsIdentity`. One object for all connections: what OpenSSL makes of it is kept with it. */
export interface TlsKeyPair {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

export interface TlsOptions {
  /** Protocols that the server speaks, the dearest first. */
  readonly alpn?: readonly string[];
  /** What a client meets that names other protocols only: `ignore` (the default; needs its hello in `early`) goes on without, `alert` ends, as nginx does. */
  readonly alpnMismatch?: 'ignore' | 'alert';
  /** TLS 1.2 where nothing is said: the security level of Debian's servers allows none below. */
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
  /** OpenSSL's cipher string for TLS 1.2 and below. Its default is Debian's. */
  readonly ciphers?: string;
  /** How long a session may be resumed, seconds; OpenSSL's two hours where nothing is said. */
  readonly sessionSeconds?: number;
  /** Whether sessions of TLS 1.2 are given to the client to keep. */
  readonly tickets?: boolean;
  /** Finite-field Diffie-Hellman too, as Apache and lighttpd have and nginx has not. */
  readonly dhe?: boolean;
  /** The server's order of ciphers holds instead of the client's. */
  readonly serverOrder?: boolean;
  /** Bytes of the client that came before the stream became TLS: they go in first. */
  readonly early?: Uint8Array;
}

const GROUPS = 'X25519:P-256:X448:P-521:P-384';
const SIGNATURES =
  'ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:' +
  'rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:RSA+SHA256:RSA+SHA384:RSA+SHA512:ECDSA+SHA224:RSA+SHA224';
const contexts = new WeakMap<TlsKeyPair, Map<string, SecureContext>>();

/**
 * The clear-text side. The caller owns both: it destroys the returned socket, which ends `stream` with it, and listens for `error` (a client that speaks no
 * TLS, or none that fits). `stream` must have no reader of its own any more.
 */
export function openTls(stream: Duplex, identity: TlsKeyPair, options: TlsOptions = {}): TLSSocket {
  // A stream that still flows would lose what is put back.
  stream.pause();
  if (options.early !== undefined && options.early.length > 0) stream.unshift(Buffer.from(options.early));
  return new TLSSocket(stream, {
    isServer: true,
    secureContext: contextFor(identity, options),
    requestCert: false,
    ...(options.alpn === undefined || goesWithout(options) ? {} : { ALPNCallback: chooseProtocol(options.alpn) }),
  });
}

function goesWithout({ alpn = [], alpnMismatch = 'ignore', early }: TlsOptions): boolean {
  if (alpnMismatch === 'alert' || early === undefined) return false;
  const hello = readClientHello(early);
  return typeof hello === 'object' && !hello.alpn.some((protocol) => alpn.includes(protocol));
}

function contextFor(identity: TlsKeyPair, options: TlsOptions): SecureContext {
  const {
    minVersion = 'TLSv1.2',
    maxVersion = 'TLSv1.3',
    ciphers = 'DEFAULT@SECLEVEL=2',
    serverOrder = false,
    dhe = false,
    sessionSeconds = 7200,
    tickets = true,
  } = options;
  const id = `${minVersion} ${maxVersion} ${ciphers} ${serverOrder} ${dhe} ${sessionSeconds} ${tickets}`;
  let known = contexts.get(identity);
  if (known === undefined) contexts.set(identity, (known = new Map<string, SecureContext>()));
  let context = known.get(id);
  if (context === undefined) {
    context = createSecureContext({
      cert: identity.cert,
      key: identity.key,
      minVersion,
      maxVersion,
      ciphers,
      ecdhCurve: GROUPS,
      sigalgs: SIGNATURES,
      honorCipherOrder: serverOrder,
      sessionTimeout: sessionSeconds,
      ...(tickets ? {} : { secureOptions: constants.SSL_OP_NO_TICKET }),
      ...(dhe ? { dhparam: 'auto' } : {}),
      sessionIdContext: id.slice(0, 32),
    });
    known.set(id, context);
  }
  return context;
}

/** The first of ours that the client has, as nginx and Apache choose. Without one Node sends the alert. */
function chooseProtocol(ours: readonly string[]) {
  return ({ protocols }: { readonly protocols: readonly string[] }): string | undefined =>
    ours.find((protocol) => protocols.includes(protocol));
}
