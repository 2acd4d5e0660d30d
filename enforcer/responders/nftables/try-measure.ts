/** Whether this nft and this kernel know a measure, before it stands in one transaction with blocks. */
import type { Measure } from '@netsentinel/contracts/action';
import type { NftSession } from './nft-process.ts';
import { NftScript } from './nft-script.ts';
import type { NftablesConfig } from './nftables.config.ts';

const SAMPLES = [
  { family: 4, base: 1n << 8n, prefix: 24 },
  { family: 6, base: 1n << 64n, prefix: 64 },
] as const;

/** Why they cannot take this measure, in nft's words; undefined where they can. Changes nothing. */
export async function tryMeasure(
  session: NftSession,
  config: NftablesConfig,
  measure: Measure,
): Promise<string | undefined> {
  const script = new NftScript({ ...config, table: `${config.table}_try` });
  const entries = SAMPLES.map((network) => ({ network, remainingMs: 1000, measure }));
  const result = await session.check(script.rebuild(entries, new Set()));
  // A process that was killed, or rights that are missing now, say nothing about the measure.
  if (result.ok || !result.reason.includes('Error:') || lacksRights(result.reason)) return undefined;
  return `nft or the kernel cannot: ${result.reason}`;
}

export function lacksRights(reason: string): boolean {
  return /not permitted|permission denied/i.test(reason);
}
