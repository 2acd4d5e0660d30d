/** Gathers a TLS client's first message before TLS gets to see it: it tells which program it is. */
import { type ClientHello, readClientHello } from '../tls/client-hello.ts';
import { ja3, ja3Text, ja4 } from '../tls/tls-fingerprint.ts';
import type { TlsHello } from './telemetry.types.ts';

const MAX_HELLO_BYTES = 64 * 1024;

export class HelloReader {
  readonly #done: (bytes: Buffer, told: TlsHello) => void;
  #bytes: Buffer = Buffer.alloc(0);

  /** @param done gets all bytes, whether they are a hello or not, and what it says */
  constructor(done: (bytes: Buffer, told: TlsHello) => void) {
    this.#done = done;
  }

  read(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    const hello = readClientHello(this.#bytes);
    if (hello === 'more' && this.#bytes.length < MAX_HELLO_BYTES) return;
    if (typeof hello === 'string') return this.#done(this.#bytes, {});
    this.#done(this.#bytes, helloFacts(hello));
  }
}

/** What a hello says of its program. */
export function helloFacts(hello: ClientHello): TlsHello {
  return {
    ja3: ja3(hello),
    ja3String: ja3Text(hello),
    ja4: ja4(hello),
    serverName: hello.serverName,
    alpn: hello.alpn,
    ciphers: hello.cipherSuites.map((suite) => suite.toString(16).padStart(4, '0')),
  };
}
