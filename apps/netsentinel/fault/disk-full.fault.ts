/**
 * Fills the disk under the whole product while attackers keep coming: the decoys go on answering, the log says what is wrong, no process
 * ends, and once there is room everything goes on by itself with nothing acknowledged lost.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetworkLab } from '@netsentinel/testkit/netns';
import { needNamespaces } from '../bench/need-namespaces.ts';
import type { WholeProduct } from '../bench/whole-product.ts';
import { startAttackers } from './attackers.ts';
import { attackedConfig, startUnderAttack } from './product-under-attack.ts';
import { progress } from './progress.ts';
import type { Told } from './story-check.ts';
import { judge } from './verdict.ts';
import { until, VICTIMS } from './victims.ts';

const PORT = 2222;
const DISK_MB = 48;
/** Of the disk, what the event store leaves free: the smallest that it can be set to. */
const MIN_FREE_MB = 16;
const LOG_BYTES_PER_SESSION = 4_096;
const DISK_FULL = /DISK_FULL|disk is full|ENOSPC|no space left/i;

export interface DiskFullOptions {
  /** Times that the disk is filled and freed. */
  readonly rounds: number;
  /** Sessions that must be answered while it is full, each time. */
  readonly sessions: number;
  readonly strangers: number;
}

export async function faultDiskFull({
  rounds,
  sessions,
  strangers,
}: DiskFullOptions): Promise<Record<string, unknown>> {
  needNamespaces('FAULT_UNAVAILABLE');
  const lab = createNetworkLab();
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-disk-full-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', data]);
  const told: Told = { incidents: new Set(), actions: new Map() };
  const config = { ...attackedConfig(lab, PORT), store: { events: { minFreeMb: MIN_FREE_MB } } };
  const start = (): Promise<WholeProduct> => startUnderAttack(lab, folder, config, told);
  let product: WholeProduct | undefined;
  try {
    product = await start();
    let log = '';
    product.process.stderr!.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const before = VICTIMS.map((victim) => product!.pids()[victim]);
    const attackers = startAttackers(lab, { strangers, regulars: 4, port: PORT, pauseMs: 400 });
    await attackers.answered(4);
    let answeredWhileFull = 0;
    let silentWhenFull = 0;
    let notResumed = 0;
    for (let round = 0; round < rounds; round++) {
      progress(`filling the disk, ${round + 1} of ${rounds}`);
      const logged = log.length;
      const ballast = fill(join(data, 'ballast'));
      await attackers.answered(sessions);
      answeredWhileFull += sessions;
      await until('the log to say that the disk is full', () => DISK_FULL.test(log.slice(logged))).catch(
        () => silentWhenFull++,
      );
      ballast.remove();
      progress('there is room again');
      const known = told.incidents.size + told.actions.size;
      await until('new incidents', () => told.incidents.size + told.actions.size > known).catch(() => notResumed++);
    }
    await attackers.answered(4);
    await attackers.stop();
    const after = VICTIMS.map((victim) => product!.pids()[victim]);
    await product.stop();
    product = undefined;
    const verdict = await judge({ data, start, lab, seen: attackers.seen, told, lastDecoyHostGoneAt: 0 });
    const { aftermath } = verdict;
    const faults = {
      restarts: before.filter((pid, i) => pid !== after[i]).length,
      silent_when_full: silentWhenFull,
      not_resumed: notResumed,
      flooded_log: log.length > LOG_BYTES_PER_SESSION * attackers.seen.length ? 1 : 0,
      ...verdict.faults,
    };
    return {
      rounds,
      disk_mb: DISK_MB,
      sessions: attackers.seen.length,
      answered_while_full: answeredWhileFull,
      events: aftermath.stream.events.length,
      incidents: aftermath.incidents.length,
      actions: aftermath.actions.length,
      log_bytes: log.length,
      settle_rounds: verdict.settleRounds,
      ...faults,
      failed: Object.values(faults).some((count) => count > 0),
    };
  } finally {
    await product?.stop();
    lab.destroy();
    execFileSync('umount', ['--lazy', data]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Takes every last byte, and again what others free, until it is removed. */
function fill(path: string): { remove(): void } {
  const file = openSync(path, 'w');
  const take = (): void => {
    for (let size = 1024 * 1024; size >= 512;) {
      try {
        writeSync(file, Buffer.alloc(size, 1));
      } catch {
        size /= 2;
      }
    }
  };
  take();
  const again = setInterval(take, 50);
  return {
    remove: () => {
      clearInterval(again);
      closeSync(file);
      rmSync(path);
    },
  };
}
