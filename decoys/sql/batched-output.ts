/** What is sent while one piece of input is worked on goes out together: one write for an answer, not one for each of its packets. */
import type { ServiceSession } from '../service/service.types.ts';

const MAX_BATCH = 64 * 1024;

export class BatchedOutput {
  readonly #session: ServiceSession;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #depth = 0;
  #encode: ((bytes: Uint8Array) => Uint8Array) | undefined;

  constructor(session: ServiceSession) {
    this.#session = session;
  }

  /** False where the other side is slow: `drained` is called then. */
  send(bytes: Uint8Array): boolean {
    if (this.#depth === 0) return this.#session.send(this.#encode?.(bytes) ?? bytes);
    this.#pieces.push(bytes);
    this.#bytes += bytes.length;
    return this.#bytes < MAX_BATCH || this.#flush();
  }

  /** From here on everything goes out in another form. */
  encodeFrom(encode: (bytes: Uint8Array) => Uint8Array): void {
    this.#flush();
    this.#encode = encode;
  }

  /** Sends what `work` sends when it is done. */
  together(work: () => void): void {
    this.#depth++;
    try {
      work();
    } finally {
      if (--this.#depth === 0) this.#flush();
    }
  }

  end(reason: string): void {
    this.#flush();
    this.#session.end(reason);
  }

  #flush(): boolean {
    if (this.#bytes === 0) return true;
    const [first, ...others] = this.#pieces;
    const all = others.length === 0 ? first! : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#bytes = 0;
    return this.#session.send(this.#encode?.(all) ?? all);
  }
}
