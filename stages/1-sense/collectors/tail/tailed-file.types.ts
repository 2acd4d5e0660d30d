/** A file that is being read, growing or packed. */
import type { Generation } from './generations.ts';

export interface TailedFile {
  readonly generation: Generation;
  /** Bytes that are there and not on the platform's disk. */
  readonly lagBytes: number;
  /** Bytes whose records are on the platform's disk. */
  readonly kept: number;
  /** All that was read is on the platform's disk. */
  readonly isKept: boolean;
  /** The newest header lines. */
  readonly headers: readonly string[];
  /** Why it is not read; undefined where it is. */
  readonly failure: string | undefined;
  /** Looks whether there is more to read. */
  wake(): void;
  /** Stops reading, and closes it. */
  stop(): Promise<void>;
}
