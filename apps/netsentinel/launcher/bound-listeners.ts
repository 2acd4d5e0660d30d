/** What was bound at the start, before anything ran, and waits for the process that it is for. */
import type { DecoyListener } from './decoy-listeners.ts';
import { bindAgain } from './listeners.ts';

const REBIND_MS = 10_000;

export class BoundListeners {
  readonly #waiting = new Map<string, DecoyListener>();

  add(name: string, listener: DecoyListener): void {
    this.#waiting.set(name, listener);
  }

  /** The listener bound at the start, or a new one where a process is started again; it is the caller's. */
  async take(name: string, bind: () => Promise<DecoyListener>): Promise<DecoyListener> {
    const bound = this.#waiting.get(name);
    this.#waiting.delete(name);
    return bound ?? (await bindAgain(bind, REBIND_MS));
  }

  /** Closes it, where nobody has taken it yet. */
  release(name: string): void {
    this.#waiting.get(name)?.close();
    this.#waiting.delete(name);
  }

  closeAll(): void {
    for (const name of this.#waiting.keys()) this.release(name);
  }
}
