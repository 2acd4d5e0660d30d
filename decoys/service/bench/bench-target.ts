/** What each decoy's `bench/*.bench.ts` offers to the benchmarks of all decoys. */
export interface BenchTarget {
  readonly port: number;
  /** One of a thousand addresses: many attackers. */
  readonly localAddress: string;
}

export interface BenchSession {
  close(): void;
  /** Resolves when it is closed, by whichever side. */
  readonly closed: Promise<void>;
}

export interface DecoyBench {
  /** What it is called, where that is not the decoy's type. */
  readonly name?: string;
  /** The decoy's type, and what one unit is called: `logins`. */
  readonly type: string;
  readonly unit: string;
  /** The decoy's configuration for it. */
  readonly config: object;
  /** Units a second that we want on two cores; what has none is measured without a floor. */
  readonly wanted?: number;
  /** Units that one run is. */
  readonly unitsOfARun?: number;
  /** One connection from its start to its end; rejects where the decoy did not do its part. */
  run(target: BenchTarget): Promise<void>;
  /** Opens a session as telling as they come, and holds it. */
  readonly hold?: (target: BenchTarget) => Promise<BenchSession>;
}

export function benchName(bench: DecoyBench): string {
  return bench.name ?? bench.type;
}

/** An address of loopback for the nth client. */
export function addressOf(index: number): string {
  return `127.0.${(index >> 8) & 3}.${((index & 0xff) % 250) + 2}`;
}
