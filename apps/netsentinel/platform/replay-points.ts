/** From where a stream must be read again so that everything since some time comes again: a few places in each partition, with when they were passed. */
import type { Position } from '@netsentinel/contracts/stream';

interface Point {
  readonly offset: bigint;
  readonly atMs: number;
}

/** Records between two points. */
const STRIDE = 256n;
const MAX_POINTS = 4096;

export class ReplayPoints {
  readonly #byPartition = new Map<number, Point[]>();

  /** The reader is at this record, at this time of its own clock. */
  pass({ partition, offset }: Position, atMs: number): void {
    const points = this.#byPartition.get(partition);
    if (points === undefined) {
      this.#byPartition.set(partition, [{ offset, atMs }]);
      return;
    }
    const last = points.at(-1);
    if (last !== undefined && offset < last.offset + STRIDE) return;
    points.push({ offset, atMs });
    if (points.length > MAX_POINTS) points.shift();
  }

  /** For each partition the latest point that was passed at or before this time; else its first. Older ones are forgotten. */
  before(atMs: number): Position[] {
    return [...this.#byPartition].map(([partition, points]) => {
      while (points.length > 1 && points[1]!.atMs <= atMs) points.shift();
      return { partition, offset: points[0]!.offset };
    });
  }
}
