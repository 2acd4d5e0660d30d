/**
 * Kills the collector and the platform, one and both, while a log is written and rotated in each way that logrotate knows, and looks
 * afterwards whether every line is there exactly once, in the stream and in the store.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { seededRandom } from '@netsentinel/stream/embedded/fault';
import { startWholeProduct, type WholeProduct } from '../bench/whole-product.ts';
import { dataFolder } from '../launcher/data-folder.ts';
import { askPlatform } from '../platform/control.ts';
import type { Aftermath } from './aftermath.ts';
import { settle } from './product-under-attack.ts';
import { progress } from './progress.ts';
import { numberIn, RotatedLog, ROTATIONS } from './rotated-log.ts';
import { killHard, until, whenThere } from './victims.ts';

const KILLS = [['collector'], ['platform'], ['collector', 'platform']] as const;
const COLLECTOR = 'auth';
const START_PORT = 20_000;

export interface CollectorKillOptions {
  /** Kills of each kind. */
  readonly rounds: number;
  readonly seed: number;
  readonly linesPerSecond: number;
}

export async function faultCollectorKill(options: CollectorKillOptions): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-collector-kill-'));
  // The collector is another user.
  chmodSync(folder, 0o755);
  const log = new RotatedLog(join(folder, 'log'), options.linesPerSecond);
  const start = (): Promise<WholeProduct> =>
    startWholeProduct({ folder, keepFolder: true, config: configFor(log.file) });
  let product: WholeProduct | undefined;
  try {
    product = await start();
    await followed(folder);
    log.start();
    const kills = await torment(product, log, options);
    log.pause();
    progress('waiting until all is read');
    await caughtUp(folder);
    await product.stop();
    product = undefined;
    const { aftermath, settleRounds } = await settle(join(folder, 'data'), start);
    return verdict(aftermath, log.written, { ...kills, settle_rounds: settleRounds, seed: options.seed });
  } finally {
    log.close();
    await product?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function configFor(file: string): Record<string, unknown> {
  const port = START_PORT + (process.pid % 20_000);
  return {
    console: { port },
    decoys: [{ id: 'ssh-1', type: 'ssh', address: '127.0.0.1', port: port + 1 }],
    collectors: [{ id: COLLECTOR, type: 'tail', options: { paths: [file], from: 'start' } }],
  };
}

async function torment(
  product: WholeProduct,
  log: RotatedLog,
  { rounds, seed }: CollectorKillOptions,
): Promise<{ kills: number; rotations: number }> {
  const random = seededRandom(seed);
  const pause = (mostMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, random() * mostMs));
  const order = Array.from({ length: rounds * KILLS.length }, (_, i) => ({
    kill: KILLS[i % KILLS.length]!,
    by: random(),
  }))
    .toSorted((a, b) => a.by - b.by)
    .map(({ kill }) => kill);
  let rotations = 0;
  for (const [i, victims] of order.entries()) {
    // Before, while and after it is away: a rotation may come at any of them.
    const when = Math.floor(random() * 3);
    const rotate = (): void => {
      if (log.rotate(ROTATIONS[rotations % ROTATIONS.length]!)) rotations++;
    };
    await pause(1_500);
    if (when === 0) rotate();
    await Promise.all(victims.map((victim) => killHard(product, victim)));
    if (when === 1) rotate();
    for (const victim of victims) await whenThere(product, victim);
    if (when === 2) rotate();
    if (i % 10 === 9) progress(`${i + 1} of ${order.length} kills`);
  }
  await pause(1_500);
  return { kills: order.length, rotations };
}

async function collecting(folder: string): Promise<PlatformStatus['collectors'][number] | undefined> {
  const socket = dataFolder(join(folder, 'data')).platformSocket;
  const status = (await askPlatform(socket, { ask: 'status' }).catch(() => undefined)) as PlatformStatus | undefined;
  return status?.collectors.find(({ id }) => id === COLLECTOR);
}

async function followed(folder: string): Promise<void> {
  await until('the collector to be linked', async () => (await collecting(folder))?.healthy === true);
}

/** Reports are a second old at most, and nothing more is written. */
async function caughtUp(folder: string): Promise<void> {
  let events = -1;
  await until('all to be read', async () => {
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const now = await collecting(folder);
    const isDone = now?.healthy === true && now.lagBytes === 0 && now.events === events;
    events = now?.events ?? -1;
    return isDone;
  });
}

function verdict(
  { stream, store, incidents }: Aftermath,
  written: number,
  figures: Record<string, number>,
): Record<string, unknown> {
  const times = new Map<number, number>();
  let refused = 0;
  for (const { event } of stream.events) {
    if (event.kind === 'pipeline_error') refused++;
    const number = numberIn(event.original);
    if (number !== undefined) times.set(number, (times.get(number) ?? 0) + 1);
  }
  let lost = 0;
  for (let number = 0; number < written; number++) if (!times.has(number)) lost++;
  const doubled = [...times.values()].reduce((sum, count) => sum + count - 1, 0);
  const faults = {
    lost,
    doubled,
    refused,
    store_missing: store.missing,
    store_doubled: store.doubled,
    store_foreign: store.foreign,
  };
  return {
    ...figures,
    lines: written,
    events: stream.events.length,
    incidents: incidents.length,
    ...faults,
    failed: Object.values(faults).some((count) => count > 0),
  };
}
