/** What every fault run of the whole product looks at in the end: what was kept, what the firewall holds, and whether the record is whole. */
import { verifyAudit } from '@netsentinel/enforcer/audit';
import type { NetworkLab } from '@netsentinel/testkit/netns';
import type { WholeProduct } from '../bench/whole-product.ts';
import { dataFolder } from '../launcher/data-folder.ts';
import type { Aftermath } from './aftermath.ts';
import type { SeenSession } from './attack-load.types.ts';
import { compareWithKernel } from './kernel-blocks.ts';
import { settle } from './product-under-attack.ts';
import { judgeStory, type Told } from './story-check.ts';

export interface Verdict {
  readonly aftermath: Aftermath;
  readonly kernelBlocks: number;
  readonly auditEntries: number;
  readonly settleRounds: number;
  /** How often each thing went wrong that must not. */
  readonly faults: Readonly<Record<string, number>>;
}

/** Lets the stopped product finish its work first. Sessions that began after `lastDecoyHostGoneAt` met a decoy host that was stopped in peace. */
export async function judge(run: {
  readonly data: string;
  readonly start: () => Promise<WholeProduct>;
  readonly lab: NetworkLab;
  readonly seen: readonly SeenSession[];
  readonly told: Told;
  readonly lastDecoyHostGoneAt: number;
}): Promise<Verdict> {
  const { aftermath, settleRounds } = await settle(run.data, run.start);
  const kernel = compareWithKernel(aftermath.actions, run.lab.defender);
  const audit = await verifyAudit(`${dataFolder(run.data).enforcer}/audit`);
  const { stream, store } = aftermath;
  const story = judgeStory(aftermath, run.seen, run.told, run.lastDecoyHostGoneAt);
  return {
    aftermath,
    kernelBlocks: kernel.blocks,
    auditEntries: audit.entries,
    settleRounds,
    faults: {
      lost: stream.lost,
      doubled: stream.doubled,
      store_missing: store.missing,
      store_doubled: store.doubled,
      store_foreign: store.foreign,
      ...story.faults,
      kernel_orphans: kernel.orphans,
      kernel_gaps: kernel.gaps,
      unsettled: aftermath.settled ? 0 : 1,
      audit_broken: audit.ok ? 0 : 1,
    },
  };
}
