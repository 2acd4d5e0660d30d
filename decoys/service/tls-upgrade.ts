/** TLS over a stream that already runs, with what node:tls has: OpenSSL as the real servers have it. Identities come from `decoys/tls`. */
import type { Duplex } from 'node:stream';
import { openTls, type TlsKeyPair, type TlsOptions as OpenTlsOptions } from '../tls/tls-server.ts';

export type TlsIdentity = TlsKeyPair;

export interface TlsOptions extends OpenTlsOptions {
  /** The handshake is over. */
  secured?(result: TlsResult): void;
}

export interface TlsResult {
  readonly version: string;
  readonly cipher: string;
  readonly alpn: string | undefined;
  readonly serverName: string | undefined;
}

/** The clear side of `stream`. `secured` is called once; errors come as the answered stream's. */
export function upgradeToTls(
  stream: Duplex,
  identity: TlsIdentity,
  options: TlsOptions,
  secured: (result: TlsResult) => void,
): Duplex {
  const socket = openTls(stream, identity, options);
  socket.once('secure', () => {
    const { alpnProtocol } = socket;
    const serverName = (socket as { servername?: string | false }).servername;
    secured({
      version: socket.getProtocol() ?? '',
      cipher: socket.getCipher().standardName,
      alpn: typeof alpnProtocol === 'string' ? alpnProtocol : undefined,
      serverName: typeof serverName === 'string' ? serverName : undefined,
    });
  });
  return socket;
}
