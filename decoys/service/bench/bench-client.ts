/** A plain TCP client for benchmarks of decoys: sends, and waits for words or for a number of bytes. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { BenchSession, BenchTarget } from './bench-target.ts';

const TIMEOUT_MS = 15_000;

export class BenchClient implements BenchSession {
  readonly closed: Promise<void>;
  #socket: Socket;
  /** As latin1. */
  #received = '';
  #waits:
    | { readonly end: () => number; readonly done: () => void; readonly failed: (error: Error) => void }
    | undefined;
  #ended = false;
  #rests = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
    this.closed = new Promise((resolve) =>
      socket.on('close', () => {
        this.#ended = true;
        this.#waits?.failed(new Error('closed'));
        resolve();
      }),
    );
  }

  static open({ port, localAddress }: BenchTarget): Promise<BenchClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, localAddress, noDelay: true });
      const client = new BenchClient(socket);
      socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
      socket.once('error', reject);
      socket.once('connect', () => resolve(client));
    });
  }

  /** Strings as latin1. */
  send(bytes: string | Uint8Array): void {
    this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** TLS from here on. */
  async secure(): Promise<void> {
    this.#socket.removeAllListeners('data');
    const secured = connectTls({ socket: this.#socket, rejectUnauthorized: false });
    this.#socket = secured;
    this.#listen();
    await new Promise<void>((resolve, reject) => {
      secured.once('secureConnect', resolve);
      secured.once('close', () => reject(new Error('closed')));
    });
  }

  /** Until this came; what came up to it is answered and gone. */
  until(word: string): Promise<string> {
    return this.#take(() => {
      const at = this.#received.indexOf(word);
      return at < 0 ? -1 : at + word.length;
    });
  }

  async read(length: number): Promise<Buffer> {
    return Buffer.from(await this.#take(() => (this.#received.length < length ? -1 : length)), 'latin1');
  }

  /** Held without looking at what comes. */
  rest(): this {
    this.#socket.setTimeout(0);
    this.#received = '';
    this.#rests = true;
    return this;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** @param end how much of what came is wanted; -1 while it has not come */
  async #take(end: () => number): Promise<string> {
    if (end() < 0)
      await new Promise<void>((resolve, reject) => {
        this.#waits = { end, done: resolve, failed: reject };
        if (this.#ended) reject(new Error('closed'));
      });
    const at = end();
    const text = this.#received.slice(0, at);
    this.#received = this.#received.slice(at);
    return text;
  }

  #listen(): void {
    this.#socket.on('error', () => {});
    this.#socket.on('data', (chunk: Buffer) => {
      if (this.#rests) return;
      this.#received += chunk.toString('latin1');
      this.#look();
    });
  }

  #look(): void {
    if (this.#waits === undefined || this.#waits.end() < 0) return;
    const { done } = this.#waits;
    this.#waits = undefined;
    done();
  }
}
