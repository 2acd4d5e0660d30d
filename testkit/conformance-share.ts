/**
 * What a test that plays one set of probes to a real daemon and to a decoy found, for whoever asks all of them at once (`npm run conformance -- decoys`). Without
 * CONFORMANCE_SHARES, the file that they gather in, nothing is written.
 */
import { appendFileSync } from 'node:fs';

export interface ConformanceShare {
  readonly decoy: string;
  /** The daemon beside it, as it calls itself. */
  readonly beside: string;
  readonly probes: number;
  readonly alike: number;
}

export function recordShare(share: ConformanceShare): void {
  const file = process.env['CONFORMANCE_SHARES'];
  if (file !== undefined && file !== '') appendFileSync(file, `${JSON.stringify(share)}\n`);
}
