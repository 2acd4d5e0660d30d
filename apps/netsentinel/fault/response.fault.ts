/**
 * Kills platform, enforcer, Redis and the firewall's service in random order while attackers come and people block and take back, and
 * compares what is intended with what is: in the journal, in nftables, in Redis and in firewalld. Everything is real and in namespaces of
 * its own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Action } from '@netsentinel/contracts/action';
import { callEnforcer } from '@netsentinel/enforcer/control';
import { seededRandom } from '@netsentinel/stream/embedded/fault';
import { createFirewalldLab } from '@netsentinel/testkit/firewalld-lab';
import { needNamespaces } from '../bench/need-namespaces.ts';
import type { WholeProduct } from '../bench/whole-product.ts';
import { dataFolder } from '../launcher/data-folder.ts';
import { REGULARS, startAttackers } from './attackers.ts';
import { attackedConfig, isAtWork, startUnderAttack } from './product-under-attack.ts';
import { progress } from './progress.ts';
import { ResponseJudge } from './response-judge.ts';
import { Orders, type Promised } from './response-orders.ts';
import { FirewallService, RedisService } from './response-services.ts';
import type { Told } from './story-check.ts';
import { judge } from './verdict.ts';
import { killHard, until, whenThere } from './victims.ts';

const PORT = 2222;
const VICTIMS = ['platform', 'enforcer', 'redis', 'firewall'] as const;
type VictimName = (typeof VICTIMS)[number];
/** Share of the kills that meet their victim at work; the others meet it wherever it has come with its start. */
const AT_WORK = 0.85;
const MOST_PAUSE_MS = 600;
/** Fewest kills between two comparisons of everything, and the most comparisons of one run. */
const [FEWEST_KILLS, MOST_COMPARISONS] = [10, 50];
/** Of the platform's own blocks: as those of people, they come and go. */
const TTL_MS = 30_000;
const MINUTE_MS = 60_000;

export interface ResponseFaultOptions {
  /** Kills in all; which is killed is drawn each time. */
  readonly kills: number;
  readonly seed: number;
  /** No more kills after as many minutes, where that is not 0. */
  readonly minutes: number;
}

export async function faultResponse({ kills, seed, minutes }: ResponseFaultOptions): Promise<Record<string, unknown>> {
  needNamespaces('FAULT_UNAVAILABLE');
  const started = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-response-'));
  const where = dataFolder(join(folder, 'data'));
  const told: Told = { incidents: new Set(), actions: new Map() };
  const inForce = new Map<string, Promised>();
  const random = seededRandom(seed);
  const orders = new Orders(where.enforcerSocket, seededRandom(seed + 1));
  const redis = new RedisService(folder);
  const firewalld = await createFirewalldLab();
  const firewall = new FirewallService(firewalld);
  const { lab, enter } = firewalld;
  const config = {
    ...attackedConfig(lab, PORT),
    response: { ttlMs: TTL_MS, ignoreNetworks: [REGULARS] },
    enforcer: {
      mode: 'enforce',
      limits: { ordersPerMinute: 1_000_000 },
      quorum: { oneKind: { networks: true } },
      responders: { nftables: {}, redis: { socket: redis.socket }, firewalld: { checkMs: 500 } },
    },
  };
  const start = async (): Promise<WholeProduct> => {
    const product = await startUnderAttack(lab, folder, config, told, enter);
    product.onLine((line) => hear(line, inForce, orders));
    return product;
  };
  const judgement = new ResponseJudge({
    enforcerSocket: where.enforcerSocket,
    redisSocket: redis.socket,
    namespace: lab.defender,
    orders,
    told: inForce,
  });
  const end = (): void => redis.destroy();
  process.once('exit', end);
  let product: WholeProduct | undefined;
  try {
    // Attackers are to reach the decoy.
    firewalld.run('firewall-cmd', '--set-default-zone=trusted');
    redis.start();
    product = await start();
    const attackers = startAttackers(lab, { strangers: 300, regulars: 2, port: PORT, pauseMs: 6_000 });
    progress('attackers are coming');
    await attackers.answered(1);
    orders.begin();
    const running = product;
    const count = { platform: 0, enforcer: 0, redis: 0, firewall: 0 };
    const isWorking: Record<VictimName, () => Promise<boolean>> = {
      platform: () => isAtWork(where.root),
      enforcer: () => answers(where.enforcerSocket),
      redis: () => Promise.resolve(redis.isReady()),
      firewall: () => Promise.resolve(firewall.isReady()),
    };
    const every = Math.max(FEWEST_KILLS, Math.ceil(kills / MOST_COMPARISONS));
    const isLast = (n: number): boolean =>
      n === kills || (minutes > 0 && performance.now() - started > minutes * MINUTE_MS);
    for (let n = 1; ; n++) {
      const victim = await draw(isWorking, random);
      await pause(random() * MOST_PAUSE_MS);
      if (victim === 'redis') await redis.killAndRestart(random);
      else if (victim === 'firewall') await firewall.killAndRestart(random);
      else await killHard(running, victim);
      count[victim] += 1;
      judgement.lookForOverdue();
      const last = isLast(n);
      if (n % every !== 0 && !last) continue;
      await Promise.all([redis.ready(), firewall.ready(), whenThere(running, 'platform')]);
      await judgement.settle();
      progress(`${n} of ${kills} kills, ${orders.count} orders, ${JSON.stringify(judgement.found)}`);
      if (last) break;
    }
    await orders.pause();
    await attackers.answered(2);
    await attackers.stop();
    // What the decoy host holds for a platform that is away would end with it.
    await until('the platform to work', isWorking.platform);
    await judgement.settle();
    await takeBack(where.enforcerSocket, orders);
    progress('stopping, and looking at what was kept');
    await product.stop();
    product = undefined;
    const verdict = await judge({
      data: where.root,
      start,
      lab,
      seen: attackers.seen,
      told,
      lastDecoyHostGoneAt: 0,
    });
    const { audit_broken, ...story } = verdict.faults;
    const { unsettled, ...found } = judgement.found;
    const { lost: events_lost, doubled: events_doubled, ...rest } = story;
    const faults = { ...found, events_lost, events_doubled, ...rest, unsettled: unsettled + (story['unsettled'] ?? 0) };
    return {
      kills: count,
      seed,
      orders: orders.count,
      sessions: attackers.seen.length,
      actions: verdict.aftermath.actions.length,
      looks: judgement.looks,
      slowest_settle_ms: judgement.slowestMs,
      auditOk: audit_broken === 0,
      auditEntries: verdict.auditEntries,
      ...faults,
      seconds: Math.round((performance.now() - started) / 1000),
      // A run that ordered nothing has proven nothing.
      failed: audit_broken !== 0 || orders.count === 0 || Object.values(faults).some((times) => times !== 0),
    };
  } finally {
    process.removeListener('exit', end);
    await orders.pause();
    await product?.stop();
    redis.destroy();
    firewall.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The next victim: one of those that are at work, or now and then any but a service that is not there. */
async function draw(isWorking: Record<VictimName, () => Promise<boolean>>, random: () => number): Promise<VictimName> {
  for (;;) {
    const victim = VICTIMS[Math.floor(random() * VICTIMS.length)]!;
    const isProcess = victim === 'platform' || victim === 'enforcer';
    if ((isProcess && random() > AT_WORK) || (await isWorking[victim]())) return victim;
    await pause(100);
  }
}

/** What the platform says is in force; it says nothing that is not durable. */
function hear(line: Record<string, unknown>, inForce: Map<string, Promised>, orders: Orders): void {
  if (line['t'] !== 'action') return;
  const { id, target, status, createdAt, expiresAt } = line as unknown as Action;
  orders.noteAsked(target, createdAt, expiresAt);
  if (status === 'applied' || status === 'verified') inForce.set(id, { target, expiresAt });
}

/** Only the platform's own are left for the last comparison, which knows of no others. */
async function takeBack(socket: string, orders: Orders): Promise<void> {
  const parts = await callEnforcer(socket, { command: 'list' });
  for (const id of new Set(parts.map((part) => part.id)))
    if (id.startsWith('do-')) await callEnforcer(socket, { command: 'revert', id, by: 'fault' });
  orders.applied.clear();
}

async function answers(enforcerSocket: string): Promise<boolean> {
  try {
    await callEnforcer(enforcerSocket, { command: 'describe' });
    return true;
  } catch {
    return false;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
