/** Sessions of several kinds, held open in a mix: what ends by itself (a server's idle time) is opened again, as attackers come and go. */
import { setTimeout as sleep } from 'node:timers/promises';
import { addressOf, type BenchSession, type DecoyBench } from './bench-target.ts';

const AT_ONCE = 16;
const AGAIN_MS = 200;

export interface HeldKind {
  readonly bench: DecoyBench;
  readonly port: number;
  /** Its part in the mix, compared with the others'. */
  readonly weight: number;
}

export class HeldSessions {
  readonly #kinds: readonly HeldKind[];
  readonly #held = new Set<BenchSession>();
  #opened = 0;
  #closing = false;
  reopened = 0;
  failures = 0;

  /** @param kinds those that have a session to hold */
  constructor(kinds: readonly HeldKind[]) {
    this.#kinds = kinds;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Opens so many more, the kinds by turns. */
  async open(count: number): Promise<void> {
    let left = count;
    const worker = async (): Promise<void> => {
      while (left-- > 0) await this.#hold(this.#next());
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  close(): void {
    this.#closing = true;
    for (const session of this.#held) session.close();
  }

  /** The kind that is furthest behind its part. */
  #next(): HeldKind {
    const at = this.#opened++;
    const total = this.#kinds.reduce((sum, kind) => sum + kind.weight, 0);
    // A step that has no factor in common with the total spreads the kinds evenly.
    let place = (at * 37) % total;
    return this.#kinds.find((kind) => (place -= kind.weight) < 0)!;
  }

  async #hold(kind: HeldKind): Promise<void> {
    const session = await kind.bench.hold!({ port: kind.port, localAddress: addressOf(this.#opened) });
    if (this.#closing) {
      session.close();
      return;
    }
    this.#held.add(session);
    void session.closed.then(() => this.#again(session, kind));
  }

  async #again(session: BenchSession, kind: HeldKind): Promise<void> {
    this.#held.delete(session);
    while (!this.#closing) {
      await sleep(AGAIN_MS);
      try {
        if (!this.#closing) await this.#hold(kind);
        this.reopened++;
        return;
      } catch {
        this.failures++;
      }
    }
  }
}
