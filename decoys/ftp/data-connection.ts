/**
 * The data connection that a session has ready: a port that the client was told (passive), or an address that the client named (active). Nothing is
 * ever opened to a client, whatever it names: an active connection fails as on a machine whose way out is closed.
 */
import type { Duplex } from 'node:stream';
import { InputBuffer } from '../service/input-buffer.ts';
import type { Endpoint, ServiceSession } from '../service/service.types.ts';
import { openTls, type TlsOptions } from '../tls/tls-server.ts';
import type { TlsIdentity } from '../tls/tls-identity.ts';
import type { PassiveOffer } from './passive-ports.ts';

export type DataReady =
  | { readonly kind: 'none' }
  | { readonly kind: 'passive'; readonly offer: PassiveOffer }
  | { readonly kind: 'active'; readonly to: Endpoint };

export const NO_DATA: DataReady = { kind: 'none' };

/** How long a server waits for a client that was told a port (vsftpd: accept_timeout). */
const ACCEPT_MS = 60_000;
/** A data connection on which nothing moves for so long is over. */
const STALLED_MS = 300_000;
const LINGER_MS = 10_000;

export type TransferEnd = 'done' | 'failed' | 'aborted';

/** One transfer over one data connection. */
export class DataConnection {
  readonly #session: ServiceSession;
  readonly #identity: TlsIdentity | undefined;
  #stream: Duplex;
  #cancelStall: () => void = () => {};
  #over = false;

  private constructor(session: ServiceSession, stream: Duplex, identity: TlsIdentity | undefined) {
    this.#session = session;
    this.#identity = identity;
    this.#stream = stream;
  }

  /** `then` gets undefined where there is no connection; answers what gives up waiting. */
  static open(
    session: ServiceSession,
    ready: DataReady,
    identity: TlsIdentity | undefined,
    then: (data: DataConnection | undefined) => void,
  ): () => void {
    if (ready.kind !== 'passive') return session.after(1, () => then(undefined));
    let waiting = true;
    const answer = (data: DataConnection | undefined): void => {
      if (!waiting) return;
      waiting = false;
      cancel();
      then(data);
    };
    const cancel = session.after(ACCEPT_MS, () => {
      ready.offer.withdraw();
      answer(undefined);
    });
    ready.offer.take((stream) => {
      if (session.over || !waiting) return void stream.destroy();
      // The reply comes first, as clients wait for it before they begin TLS.
      return answer(new DataConnection(session, stream, identity));
    });
    return () => {
      waiting = false;
      cancel();
      ready.offer.withdraw();
    };
  }

  /** Sends all of it and closes. */
  send(content: Uint8Array, then: (end: TransferEnd) => void): void {
    const stream = this.#secured({});
    const finish = this.#begin(then);
    stream.on('error', () => finish('failed'));
    stream.on('close', () => finish('failed'));
    stream.resume();
    this.#session.report.counts.bytesOut += content.length;
    stream.end(content, () => {
      finish('done');
      // What was sent shall arrive; a client that does not close in turn is let go of.
      const cancel = this.#session.clock.after(LINGER_MS, () => stream.destroy());
      stream.once('close', cancel);
    });
  }

  /** Takes what comes until the client closes; at most `maxBytes` are kept, the rest is counted. */
  receive(maxBytes: number, then: (end: TransferEnd, content: Buffer, size: number) => void): void {
    // A client that only sends would leave the tickets of TLS 1.3 unread, and its end would be a reset that takes its last bytes along.
    const stream = this.#secured({ maxVersion: 'TLSv1.2' });
    const kept = new InputBuffer();
    let size = 0;
    const finish = this.#begin((end) => then(end, kept.view(), size));
    stream.on('data', (piece: Buffer) => {
      this.#stalled();
      this.#session.report.counts.bytesIn += piece.length;
      size += piece.length;
      const room = maxBytes - kept.length;
      if (room > 0) kept.append(piece.subarray(0, room));
    });
    stream.on('error', () => finish('failed'));
    stream.on('close', () => finish('failed'));
    stream.on('end', () => {
      stream.end();
      finish('done');
    });
    stream.resume();
  }

  close(): void {
    this.#over = true;
    this.#cancelStall();
    this.#stream.destroy();
  }

  #secured(options: TlsOptions): Duplex {
    if (this.#identity !== undefined) this.#stream = openTls(this.#stream, this.#identity, options);
    return this.#stream;
  }

  #begin(then: (end: TransferEnd) => void): (end: TransferEnd) => void {
    this.#stalled();
    return (end) => {
      if (this.#over) return;
      this.#over = true;
      this.#cancelStall();
      if (!this.#session.over) then(end);
    };
  }

  #stalled(): void {
    this.#cancelStall();
    this.#cancelStall = this.#session.after(STALLED_MS, () => this.#stream.destroy());
  }
}
