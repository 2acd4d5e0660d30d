/** Which answers a sender gets as its records become durable: the last sequence kept of each window, and word that we still live while it waits. */
import { encodeAck, type LumberjackRecord } from './lumberjack.protocol.ts';

type Awaited = Pick<LumberjackRecord, 'version' | 'window' | 'sequence'>;

/** One connection's. Records become durable in the order in which they came. */
export class Acknowledgements {
  #waiting: Awaited[] = [];
  #done = 0;
  /** What the sender was last told, and of which window. */
  #told = { window: 0, sequence: 0 };

  /** Records that came and are not known to be durable. */
  get outstanding(): number {
    return this.#waiting.length - this.#done;
  }

  add({ version, window, sequence }: LumberjackRecord): void {
    this.#waiting.push({ version, window, sequence });
  }

  /** The next `count` records are durable: the frames to send. Several windows may end within them, and each has its own answer. */
  kept(count: number): Uint8Array {
    const frames: Uint8Array[] = [];
    const end = Math.min(this.#done + count, this.#waiting.length);
    for (let i = this.#done; i < end; i++) {
      const { version, window, sequence } = this.#waiting[i]!;
      if (i + 1 < end && this.#waiting[i + 1]!.window === window) continue;
      this.#told = { window, sequence };
      frames.push(encodeAck(version, sequence));
    }
    this.#done = end;
    if (this.#done === this.#waiting.length || this.#done > 4096) {
      this.#waiting = this.#waiting.slice(this.#done);
      this.#done = 0;
    }
    return Buffer.concat(frames);
  }

  /** For a sender that would otherwise take our silence for our end: what it knows already, once more. Undefined where it waits for nothing. */
  keepAlive(): Uint8Array | undefined {
    const next = this.#waiting[this.#done];
    if (next === undefined) return undefined;
    return encodeAck(next.version, this.#told.window === next.window ? this.#told.sequence : 0);
  }
}
