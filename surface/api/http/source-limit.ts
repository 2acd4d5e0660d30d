/** Connections by where they come from: nobody alone may hold them all. */
import { actorOf } from '@netsentinel/kernel/address';

interface Connection {
  readonly remoteAddress?: string | undefined;
  once(event: 'close', listener: () => void): unknown;
}

export class SourceLimit {
  readonly #most: number;
  readonly #open = new Map<string, number>();

  /** @param most of one address, or of one /64 */
  constructor(most: number) {
    this.#most = most;
  }

  /** False where its source has as many as it may; otherwise it counts until it is closed. */
  take(socket: Connection): boolean {
    const source = actorOf(socket.remoteAddress);
    const open = this.#open.get(source) ?? 0;
    if (open >= this.#most) return false;
    this.#open.set(source, open + 1);
    socket.once('close', () => {
      const left = (this.#open.get(source) ?? 1) - 1;
      if (left > 0) this.#open.set(source, left);
      else this.#open.delete(source);
    });
    return true;
  }
}
