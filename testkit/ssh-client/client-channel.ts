/** One session channel of the client (RFC 4254). */
import type { SshChannel } from './ssh-client.types.ts';

const WINDOW_BYTES = 2 * 1024 * 1024;
export const CHANNEL_WINDOW = WINDOW_BYTES;
export const CHANNEL_PACKET = 32 * 1024;

/** How a channel speaks: the connection turns it into messages. */
export interface ChannelPort {
  data(remote: number, chunk: Uint8Array): void;
  adjust(remote: number, bytes: number): void;
  resize(remote: number, columns: number, rows: number): void;
  eof(remote: number): void;
  close(remote: number): void;
}

interface Watch {
  readonly text: string;
  readonly found: (text: string) => void;
  seen: string;
}

export class ClientChannel implements SshChannel {
  readonly exit: Promise<number | undefined>;
  /** The server's number for it. */
  remote = -1;
  readonly #port: ChannelPort;
  readonly #settle: (code: number | undefined) => void;
  #window = 0;
  #maxPacket = 0;
  #consumed = 0;
  #waiting: Buffer[] = [];
  #arrived: { readonly chunk: Buffer; readonly stream: 'stdout' | 'stderr' }[] = [];
  #listener: ((chunk: Buffer, stream: 'stdout' | 'stderr') => void) | undefined;
  #watch: Watch | undefined;
  #exitCode: number | undefined;
  #closed = false;
  #ending = false;

  constructor(port: ChannelPort) {
    this.#port = port;
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    this.exit = promise;
    this.#settle = resolve;
  }

  opened(remote: number, window: number, maxPacket: number): void {
    this.remote = remote;
    this.#window = window;
    this.#maxPacket = maxPacket;
  }

  write(data: string | Uint8Array): void {
    if (this.#closed) return;
    this.#waiting.push(Buffer.from(data));
    this.#flush();
  }

  onData(listener: (chunk: Buffer, stream: 'stdout' | 'stderr') => void): void {
    this.#listener = listener;
    for (const { chunk, stream } of this.#arrived.splice(0)) listener(chunk, stream);
  }

  waitFor(text: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const watch = { text, found: resolve, seen: '' };
    this.#watch = watch;
    this.onData((chunk) => this.#look(watch, chunk));
    void this.exit.then(() => reject(new Error(`The channel closed before ${JSON.stringify(text)} came`)));
    return promise;
  }

  #look(watch: Watch, chunk: Buffer): void {
    watch.seen += chunk.toString('latin1');
    if (!watch.seen.includes(watch.text) || this.#watch !== watch) return;
    this.#watch = undefined;
    this.#listener = undefined;
    watch.found(watch.seen);
  }

  resize(columns: number, rows: number): void {
    this.#port.resize(this.remote, columns, rows);
  }

  end(): void {
    this.#ending = true;
    this.#flush();
  }

  close(): void {
    if (!this.#closed) this.#port.close(this.remote);
  }

  /** From the server. */
  received(chunk: Buffer, stream: 'stdout' | 'stderr'): void {
    this.#consumed += chunk.length;
    if (this.#consumed >= WINDOW_BYTES / 2) {
      this.#port.adjust(this.remote, this.#consumed);
      this.#consumed = 0;
    }
    const own = Buffer.from(chunk);
    if (this.#listener === undefined) this.#arrived.push({ chunk: own, stream });
    else this.#listener(own, stream);
  }

  adjusted(bytes: number): void {
    this.#window += bytes;
    this.#flush();
  }

  exited(code: number): void {
    this.#exitCode = code;
  }

  finished(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting = [];
    this.#settle(this.#exitCode);
  }

  #flush(): void {
    while (this.#waiting.length > 0 && this.#window > 0) {
      const first = this.#waiting[0]!;
      const part = first.subarray(0, Math.min(this.#window, this.#maxPacket));
      this.#port.data(this.remote, part);
      this.#window -= part.length;
      if (part.length === first.length) this.#waiting.shift();
      else this.#waiting[0] = first.subarray(part.length);
    }
    if (!this.#ending || this.#waiting.length > 0) return;
    this.#ending = false;
    this.#port.eof(this.remote);
  }
}
