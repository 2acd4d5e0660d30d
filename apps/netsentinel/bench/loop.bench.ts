/**
 * The closed loop, measured from outside: an attacker in a network namespace of its own logs in to the SSH decoy of a product that runs in
 * another; a probe sends packets from the same address all the while. The time counts from the moment the
 * attacker is told that the login succeeded to the first packet that the kernel drops; the `from_connect` figures count from the TCP connect, so
 * they hold the whole login, with the time that a real sshd takes to check a password. One attacker after another, with many blocks in force before.
 */
import { mkdirSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createEnforcer } from '@netsentinel/enforcer/enforcer';
import { EnforcerConfig } from '@netsentinel/enforcer/enforcer.config';
import { configuredResponders } from '@netsentinel/enforcer/responders/index';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { createNetworkLab, type NetworkLab } from '@netsentinel/testkit/netns';
import { PacketProbe } from '@netsentinel/testkit/packet-probe';
import { needNamespaces } from './need-namespaces.ts';
import { percentile, startWholeProduct } from './whole-product.ts';

const ATTACKER = fileURLToPath(new URL('./loop-attacker.ts', import.meta.url));
const PORT = 2222;
const HOUR_MS = 3_600_000;
/** After a start the enforcer compares all blocks with the kernel's for a while: attackers of this time do not count. */
const SETTLE_MS = 10_000;
const MOST_EARLY = 300;

export async function benchLoop({
  entries,
  samples,
}: {
  entries: number;
  samples: number;
}): Promise<Record<string, number>> {
  needNamespaces('BENCH_UNAVAILABLE');
  const lab = createNetworkLab();
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-loop-'));
  try {
    await fill(lab, join(folder, 'data', 'enforcer'), entries);
    const product = await startWholeProduct({
      folder,
      keepFolder: true,
      netns: lab.defender,
      config: {
        decoys: [
          { id: 'ssh-1', type: 'ssh', address: lab.defender4, port: PORT, options: { credentials: { any: true } } },
        ],
        enforcer: { mode: 'enforce', nftables: {} },
      },
    });
    try {
      return { entries, ...(await attack(lab, samples)), start_ms: Math.round(product.startedInMs) };
    } finally {
      await product.stop();
    }
  } finally {
    lab.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts `entries` blocks in force through the enforcer itself, which leaves them there when it closes. */
async function fill(lab: NetworkLab, directory: string, entries: number): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const config = EnforcerConfig.parse({
    mode: 'enforce',
    limits: { ordersPerMinute: 1_000_000 },
    nftables: { command: [...lab.inDefender, 'nft'] },
    ipCommand: [...lab.inDefender, 'ip'],
  });
  let settled = 0;
  const enforcer = await createEnforcer({
    config,
    directory,
    clock: systemClock,
    log: silentLogger,
    responders: await configuredResponders(config),
    onReply: (reply) => {
      if (reply.status !== 'verified') settled++;
    },
  });
  for (let i = 0; i < entries; i++) {
    enforcer.handle({
      kind: 'block',
      id: `fill-${i}`,
      target: `100.${64 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`,
      expiresAt: Date.now() + 6 * HOUR_MS,
      reason: 'bench',
      incident: 'bench',
      sourceVerified: true,
    });
    if (i % 1000 === 999) while (settled < i - 4000) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  while (settled < entries) await new Promise((resolve) => setTimeout(resolve, 20));
  await enforcer.close();
}

interface Login {
  readonly n: number;
  readonly startedAtMs: number;
  readonly acceptedAtMs: number;
  readonly error?: string;
}

async function attack(lab: NetworkLab, samples: number): Promise<Record<string, number>> {
  const sources = Array.from({ length: samples + MOST_EARLY }, (_, i) => `198.18.${16 + (i >> 8)}.${i & 255}`);
  lab.addAttackers(sources.map((source) => `${source}/15`));
  const probe = await PacketProbe.start(lab);
  const child = lab.start('attacker', [process.execPath, ATTACKER]);
  const answers = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const fromConnect: number[] = [];
  const fromAccepted: number[] = [];
  let missed = 0;
  const settledAt = performance.now() + SETTLE_MS;
  let counted = -1;
  for (const [n, source] of sources.entries()) {
    if (counted === samples) break;
    if (counted < 0 && (performance.now() >= settledAt || n === MOST_EARLY)) counted = 0;
    const watch = probe.watchDrop(source);
    await watch.flowing;
    child.stdin!.write(`${JSON.stringify({ n, source, host: lab.defender4, port: PORT })}\n`);
    const line = await answers.next();
    const login = JSON.parse(line.value as string) as Login;
    const droppedAtMs = await watch.droppedAtMs;
    if (counted < 0) continue;
    counted++;
    if (login.error !== undefined || Number.isNaN(droppedAtMs)) missed++;
    else {
      fromConnect.push(droppedAtMs - login.startedAtMs);
      fromAccepted.push(droppedAtMs - login.acceptedAtMs);
    }
  }
  fromConnect.sort((a, b) => a - b);
  fromAccepted.sort((a, b) => a - b);
  const round = (ms: number): number => Math.round(ms * 10) / 10;
  return {
    samples,
    missed,
    p50_ms: round(percentile(fromAccepted, 0.5)),
    p99_ms: round(percentile(fromAccepted, 0.99)),
    max_ms: round(fromAccepted.at(-1) ?? Number.NaN),
    from_connect_p50_ms: round(percentile(fromConnect, 0.5)),
    from_connect_p99_ms: round(percentile(fromConnect, 0.99)),
  };
}
