/**
 * Kills each process of the whole product again and again, in random order, while attackers keep coming, and looks afterwards for what
 * should not be: acknowledged events that are not there exactly once, blocks that the kernel does not have or should not have,
 * incidents in two pieces, words to the outside that were not durable, a broken audit.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetworkLab } from '@netsentinel/testkit/netns';
import { seededRandom } from '@netsentinel/stream/embedded/fault';
import { needNamespaces } from '../bench/need-namespaces.ts';
import type { WholeProduct } from '../bench/whole-product.ts';
import { startAttackers, type Attackers } from './attackers.ts';
import type { Told } from './story-check.ts';
import { attackedConfig, isAtWork, startUnderAttack } from './product-under-attack.ts';
import { progress } from './progress.ts';
import { judge } from './verdict.ts';
import { killHard, until, VICTIMS, whenThere, type Victim } from './victims.ts';

const PORT = 2222;
/** Share of the rounds that wait until everything works again. */
const AT_WORK = 0.75;

export interface LoopKillOptions {
  /** Kills of each process. */
  readonly rounds: number;
  readonly seed: number;
  readonly strangers: number;
}

export async function faultLoopKill({ rounds, seed, strangers }: LoopKillOptions): Promise<Record<string, unknown>> {
  needNamespaces('FAULT_UNAVAILABLE');
  const lab = createNetworkLab();
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-loop-kill-'));
  const told: Told = { incidents: new Set(), actions: new Map() };
  const start = (): Promise<WholeProduct> => startUnderAttack(lab, folder, attackedConfig(lab, PORT), told);
  let product: WholeProduct | undefined;
  try {
    product = await start();
    const attackers = startAttackers(lab, { strangers, regulars: 6, port: PORT, pauseMs: 400 });
    progress('attackers are coming');
    await attackers.answered(6);
    const kills = await torment(product, attackers, { rounds, seed, folder });
    progress(`${kills.count} kills done; attackers go on for a while`);
    await attackers.answered(12);
    await attackers.stop();
    progress('stopping, and looking at what was kept');
    await product.stop();
    product = undefined;
    const { aftermath, faults, ...verdict } = await judge({
      data: join(folder, 'data'),
      start,
      lab,
      seen: attackers.seen,
      told,
      lastDecoyHostGoneAt: kills.lastDecoyHostGoneAt,
    });
    return {
      rounds,
      seed,
      kills: kills.count,
      sessions: attackers.seen.length,
      sessions_cut: attackers.seen.filter((session) => session.cut).length,
      events: aftermath.stream.events.length,
      decoy_host_lives: aftermath.stream.lives,
      incidents: aftermath.incidents.length,
      actions: aftermath.actions.length,
      kernel_blocks: verdict.kernelBlocks,
      audit_entries: verdict.auditEntries,
      settle_rounds: verdict.settleRounds,
      ...faults,
      failed: Object.values(faults).some((count) => count > 0),
    };
  } finally {
    await product?.stop();
    lab.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function torment(
  product: WholeProduct,
  attackers: Attackers,
  { rounds, seed, folder }: { readonly rounds: number; readonly seed: number; readonly folder: string },
): Promise<{ count: number; lastDecoyHostGoneAt: number }> {
  const random = seededRandom(seed);
  let count = 0;
  let lastDecoyHostGoneAt = 0;
  for (let round = 0; round < rounds; round++) {
    if (round % 10 === 9) progress(`round ${round + 1} of ${rounds}`);
    for (const victim of VICTIMS) await whenThere(product, victim);
    // Mostly they die at work; else wherever they have come with their start.
    if (random() < AT_WORK) {
      await until('the platform to work', async () => isAtWork(join(folder, 'data')));
      await attackers.answered(1);
    }
    await pause(random() * 1_500);
    for (const victim of shuffled(VICTIMS, random)) {
      await killHard(product, victim, victim === 'decoy-host' && random() < 0.3);
      count++;
      if (victim === 'decoy-host') lastDecoyHostGoneAt = Date.now();
      await pause(random() * 300);
    }
  }
  return { count, lastDecoyHostGoneAt };
}

function shuffled(victims: readonly Victim[], random: () => number): Victim[] {
  return victims
    .map((victim) => ({ victim, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ victim }) => victim);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
