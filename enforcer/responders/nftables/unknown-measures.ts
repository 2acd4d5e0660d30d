/** One measure that the kernel does not know must not cost the blocks that are made in the same transaction: each is tried at the start. */
import { Measure } from '@netsentinel/contracts/action';
import type { Entry } from '../../responder.types.ts';
import { lacking } from './nft-measures.ts';
import type { NftSession } from './nft-process.ts';
import { NftScript } from './nft-script.ts';
import type { NftablesConfig } from './nftables.config.ts';

/** The configured measures that this nft or this kernel cannot take, each with what it says. Changes nothing. */
export async function unknownMeasures(
  session: NftSession,
  config: NftablesConfig,
): Promise<ReadonlyMap<Measure, string>> {
  const unknown = new Map<Measure, string>();
  const script = new NftScript({ ...config, table: `${config.table}_try` });
  const tried = (measures: readonly Measure[]) => session.check(script.rebuild(measures.flatMap(sample), new Set()));
  const measures = Measure.options.filter((measure) => measure !== 'block' && lacking(measure, config) === undefined);
  if ((await tried(measures)).ok) return unknown;
  for (const measure of measures) {
    const result = await tried([measure]);
    if (!result.ok) unknown.set(measure, `nft or the kernel cannot: ${result.reason}`);
  }
  return unknown;
}

function sample(measure: Measure): Entry[] {
  const networks = [
    { family: 4, base: 1n << 8n, prefix: 24 },
    { family: 6, base: 1n << 64n, prefix: 64 },
  ] as const;
  return networks.map((network) => ({ network, remainingMs: 1000, measure }));
}
