/**
 * How fast an order cuts an attacker off while many blocks are in force. A sender in a namespace of its own sends a packet every half
 * millisecond; `drop` is the time from `handle` to the sending of the first packet that gets no answer, so its resolution is half a
 * millisecond. `add` is the time to the reply `applied`, `delete` that from `revert` to its answer. Needs root, `ip`, and `nft` or `iptables` and `ipset`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OrderReply } from '@netsentinel/contracts/action';
import { formatAddress } from '@netsentinel/kernel/address';
import { systemClock } from '@netsentinel/kernel/clock';
import { createLogger } from '@netsentinel/kernel/log';
import { createNetworkLab } from '@netsentinel/testkit/netns';
import { PacketProbe } from '@netsentinel/testkit/packet-probe';
import { EnforcerConfig } from '../enforcer.config.ts';
import { createEnforcer } from '../enforcer.ts';
import type { Enforcer } from '../enforcer.types.ts';
import { configuredResponders } from '../responders/index.ts';
import { entriesMemory } from './entries-memory.ts';

export interface BenchBlockResult {
  readonly entries: number;
  readonly samples: number;
  readonly add_p50_ms: number;
  readonly add_p99_ms: number;
  readonly verify_p50_ms: number;
  readonly verify_p99_ms: number;
  readonly drop_p50_ms: number;
  readonly drop_p99_ms: number;
  readonly delete_p50_ms: number;
  readonly delete_p99_ms: number;
  /** Milliseconds that a restart takes with everything in force. */
  readonly start_ms: number;
  /** Megabytes that an enforcer and its programs take more with the entries than without. */
  readonly rss_growth_mb: number;
}

export interface BenchBlockOptions {
  /** Blocks in force before. */
  readonly entries: number;
  /** Attackers, one after another. */
  readonly samples: number;
  readonly responder: 'nftables' | 'iptables';
  /** Of the enforcer whose memory is measured: as the launcher starts it. */
  readonly nodeOptions: readonly string[];
}

export async function benchBlock({
  entries,
  samples,
  responder,
  nodeOptions,
}: BenchBlockOptions): Promise<BenchBlockResult> {
  const lab = createNetworkLab();
  const directory = mkdtempSync(join(tmpdir(), 'enforcer-bench-'));
  const waiting = new Map<string, () => void>();
  const failed: OrderReply[] = [];
  const config = EnforcerConfig.parse({
    mode: 'enforce',
    limits: { ordersPerMinute: 1_000_000 },
    ipCommand: [...lab.inDefender, 'ip'],
    responders:
      responder === 'nftables'
        ? { nftables: { command: [...lab.inDefender, 'nft'] } }
        : { iptables: { prefix: lab.inDefender } },
  });
  const open = async (): Promise<Enforcer> =>
    createEnforcer({
      config,
      directory,
      clock: systemClock,
      log: createLogger('bench', { level: 'warn' }),
      responders: await configuredResponders(config),
      onReply: (reply) => {
        if (reply.status === 'refused' || reply.status === 'failed') failed.push(reply);
        waiting.get(`${reply.id} ${reply.status}`)?.();
        waiting.delete(`${reply.id} ${reply.status}`);
      },
    });
  const told = (id: string, status: string): Promise<number> =>
    new Promise((resolve) => waiting.set(`${id} ${status}`, () => resolve(monotonicMs())));
  let enforcer: Enforcer | undefined;
  try {
    enforcer = await open();
    for (let i = 0; i < entries; i += 1000) {
      const size = Math.min(1000, entries - i);
      const last = told(`bulk${i + size - 1}`, 'verified');
      for (let j = i; j < i + size; j++) enforcer.handle(order(`bulk${j}`, address(0x6440_0000n + BigInt(j))));
      await last;
    }
    await enforcer.close();
    const begun = monotonicMs();
    enforcer = await open();
    const startMs = monotonicMs() - begun;
    const sources = Array.from({ length: samples }, (_, i) => address(0xc613_0000n + BigInt(i + 1)));
    lab.addAttackers(sources.map((source) => `${source}/15`));
    const probe = await PacketProbe.start(lab);
    // The monitor reads 100,000 entries after a start; what is measured is the time after that.
    const warm = told('warm', 'verified');
    enforcer.handle(order('warm', address(0xc613_fff0n)));
    await warm;
    const [adds, verifies, drops, deletes]: number[][] = [[], [], [], []];
    for (const [i, source] of sources.entries()) {
      const id = `sample${i}`;
      const { flowing, droppedAtMs } = probe.watchDrop(source);
      await flowing;
      const applied = told(id, 'applied');
      const verified = told(id, 'verified');
      const start = monotonicMs();
      enforcer.handle(order(id, source));
      adds?.push((await applied) - start);
      verifies?.push((await verified) - start);
      drops?.push(Math.max(0, (await droppedAtMs) - start));
    }
    for (const i of sources.keys()) {
      const start = monotonicMs();
      await enforcer.revert(`sample${i}`, 'bench');
      deletes?.push(monotonicMs() - start);
    }
    if (failed[0] !== undefined) throw new Error(`${failed.length} orders failed: ${failed[0].detail}`);
    await enforcer.revertAll('bench');
    await enforcer.close();
    const rssGrowthMb = await entriesMemory({
      orders: Array.from({ length: entries }, (_, i) => order(`bulk${i}`, address(0x6440_0000n + BigInt(i)))),
      namespace: lab.defender,
      settings: responder === 'nftables' ? {} : { responders: config.responders },
      nodeOptions,
    });
    return {
      entries,
      samples,
      add_p50_ms: quantile(adds, 0.5),
      add_p99_ms: quantile(adds, 0.99),
      verify_p50_ms: quantile(verifies, 0.5),
      verify_p99_ms: quantile(verifies, 0.99),
      drop_p50_ms: quantile(drops, 0.5),
      drop_p99_ms: quantile(drops, 0.99),
      delete_p50_ms: quantile(deletes, 0.5),
      delete_p99_ms: quantile(deletes, 0.99),
      start_ms: Math.round(startMs),
      rss_growth_mb: Math.round(rssGrowthMb),
    };
  } finally {
    await enforcer?.close();
    lab.destroy();
    rmSync(directory, { recursive: true, force: true });
  }
}

function order(id: string, target: string): object {
  const expiresAt = Date.now() + 3_600_000;
  return { kind: 'block', id, target, expiresAt, reason: 'benchmark', incident: 'bench', sourceVerified: true };
}

function address(value: bigint): string {
  return formatAddress({ family: 4, value });
}

/** CLOCK_MONOTONIC, as the probe reads it. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function quantile(values: readonly number[] | undefined, q: number): number {
  const sorted = (values ?? []).toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
  return Math.round(value * 100) / 100;
}
