/** A connection whose bytes are taken message by message, as a server of databases frames them. */
import { connect, type Socket } from 'node:net';

export class MessageSocket {
  readonly #socket: Socket;
  #held = Buffer.alloc(0);
  #waiting: (() => void) | undefined;
  #ended = false;

  constructor(port: number) {
    const socket = connect(port, '127.0.0.1');
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#held = Buffer.concat([this.#held, chunk]);
      this.#waiting?.();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      this.#waiting?.();
    });
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** @param sizeOf of a message that begins these bytes; undefined where they do not tell it yet */
  async message(sizeOf: (bytes: Buffer) => number | undefined): Promise<Buffer> {
    for (;;) {
      const size = sizeOf(this.#held);
      if (size !== undefined && this.#held.length >= size) {
        const message = this.#held.subarray(0, size);
        this.#held = this.#held.subarray(size);
        return message;
      }
      if (this.#ended) throw new Error('the server hung up');
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
