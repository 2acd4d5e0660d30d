/** A connection of the fingerprinter: sends bytes, and waits for what comes back until enough is there, it ends, or time is up. */
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls';
import { NetSentinelError } from '@netsentinel/kernel/errors';

const CONNECT_MS = 5_000;
const MAX_BYTES = 1024 * 1024;

export class Probe {
  readonly #socket: Duplex;
  #received = Buffer.alloc(0);
  #taken = 0;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      if (this.#received.length < MAX_BYTES) this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake?.();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake?.();
    };
    socket.on('end', end).on('close', end).on('error', end);
  }

  /** The port that it comes from. */
  get localPort(): number | undefined {
    return 'localPort' in this.#socket ? (this.#socket as Socket).localPort : undefined;
  }

  /** The other side has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  send(bytes: string | Uint8Array): void {
    this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** What has come since the last call, once `enough` says so, the other side ended, or after `timeoutMs`. */
  async read(enough: (bytes: Buffer) => boolean = (bytes) => bytes.length > 0, timeoutMs = 3_000): Promise<Buffer> {
    const until = performance.now() + timeoutMs;
    for (;;) {
      const fresh = this.#received.subarray(this.#taken);
      const left = until - performance.now();
      if (this.#ended || left <= 0 || enough(fresh)) {
        this.#taken = this.#received.length;
        return fresh;
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** All until the other side ends. */
  readAll(timeoutMs = 3_000): Promise<Buffer> {
    return this.read(() => false, timeoutMs);
  }

  /** Goes on in TLS, with whatever version and certificate the other side has. */
  async secure(timeoutMs = 5_000): Promise<SecureProbe> {
    this.#socket.removeAllListeners('data');
    const tls = connectTls({
      socket: this.#socket,
      // It is the other side that is tested: any certificate will do.
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    tls.on('error', () => {});
    await once(tls, 'secureConnect', { signal: AbortSignal.timeout(timeoutMs) });
    return new SecureProbe(tls);
  }

  close(): void {
    this.#socket.destroy();
  }
}

export class SecureProbe extends Probe {
  readonly certificate: PeerCertificate;

  constructor(socket: TLSSocket) {
    super(socket);
    this.certificate = socket.getPeerCertificate();
  }
}

/** Where one connects to for what listens on this address. */
export function reachable(address: string): string {
  return address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
}

/**
 * @param from an address of this machine
 * @throws NetSentinelError `VERIFY_NO_ANSWER` where nothing listens
 */
export async function openProbe(address: string, port: number, from?: string): Promise<Probe> {
  const host = reachable(address);
  // A listener of the other family cannot be reached from an address of this one.
  const source = from !== undefined && from.includes(':') === host.includes(':') ? { localAddress: from } : {};
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: CONNECT_MS, ...source });
    const fail = (cause?: unknown): void => {
      socket.destroy();
      reject(
        new NetSentinelError('VERIFY_NO_ANSWER', 'operational', `nothing answers at ${host}:${port}`, {
          hint: 'Start it first: `netsentinel up` with the same options.',
          cause,
        }),
      );
    };
    socket.once('error', fail).once('timeout', fail);
    socket.once('connect', () => {
      socket.off('error', fail).off('timeout', fail).setTimeout(0).setNoDelay(true);
      resolve(new Probe(socket));
    });
  });
}
