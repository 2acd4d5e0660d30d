/** What the fault runs of the whole product share: its configuration, what it says, and waiting until all its work is done. */
import type { NetworkLab } from '@netsentinel/testkit/netns';
import { startWholeProduct, type WholeProduct } from '../bench/whole-product.ts';
import { dataFolder } from '../launcher/data-folder.ts';
import { askPlatform } from '../platform/control.ts';
import { readAftermath, type Aftermath } from './aftermath.ts';
import { REGULARS } from './attackers.ts';
import type { Told } from './story-check.ts';

const MINUTE_MS = 60_000;
const MAX_SETTLE_ROUNDS = 20;
const SETTLE_MS = 2_000;

/** Everybody gets in, and is blocked for a minute; regulars are ignored. */
export function attackedConfig(lab: NetworkLab, port: number): Record<string, unknown> {
  return {
    decoys: [
      {
        id: 'ssh-1',
        type: 'ssh',
        address: lab.defender4,
        port,
        options: { credentials: { any: true, remember: false }, successDelayMs: 0 },
      },
    ],
    enforcer: { mode: 'enforce', limits: { ordersPerMinute: 1_000_000 } },
    response: { ttlMs: MINUTE_MS, ignoreNetworks: [REGULARS] },
  };
}

/**
 * As `startWholeProduct`, in the defender's namespace (`enter`: leading words for more than that) on a folder that is kept; it ends with us,
 * however we end.
 */
export async function startUnderAttack(
  lab: NetworkLab,
  folder: string,
  config: Record<string, unknown>,
  told: Told,
  enter?: readonly string[],
): Promise<WholeProduct> {
  const where = enter === undefined ? { netns: lab.defender } : { enter };
  const product = await startWholeProduct({ folder, keepFolder: true, ...where, config });
  const end = (): void => void product.process.kill('SIGKILL');
  process.once('exit', end);
  product.process.once('exit', () => process.removeListener('exit', end));
  product.onLine((line) => hear(line, told));
  return product;
}

/** True once the platform answers what it is asked. */
export async function isAtWork(data: string): Promise<boolean> {
  try {
    await askPlatform(dataFolder(data).platformSocket, { ask: 'status' });
    return true;
  } catch {
    return false;
  }
}

/** What has left the platform's process must be durable: it says nothing before. */
function hear(line: Record<string, unknown>, told: Told): void {
  if (line['t'] === 'incident') told.incidents.add(line['id'] as string);
  if (line['t'] === 'action') told.actions.set(line['id'] as string, line['target'] as string);
}

/** Starts without attackers until everything is read and every order answered; the last look counts. */
export async function settle(
  data: string,
  start: () => Promise<WholeProduct>,
): Promise<{ aftermath: Aftermath; settleRounds: number }> {
  for (let settleRounds = 0; ; settleRounds++) {
    const aftermath = await readAftermath(data);
    if (aftermath.settled || settleRounds === MAX_SETTLE_ROUNDS) return { aftermath, settleRounds };
    const product = await start();
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    await product.stop();
  }
}
