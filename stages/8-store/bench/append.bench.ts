/** How fast the embedded event store takes events in: `node stages/8-store/bench/append.bench.ts [EVENTS] [BATCH]`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { sealedRecords } from '@netsentinel/kernel/event-record';
import { passingKeyring } from '@netsentinel/kernel/keyring';
import { SealedTexts } from '@netsentinel/kernel/sealed-text';
import { openDuckDbEventStore } from '../events/duckdb/duckdb-events.store.ts';
import { sampleEvent } from './sample-events.ts';

export interface AppendBenchOptions {
  /** Default 500,000. */
  readonly events?: number;
  /** Events a call; default 1,000. */
  readonly batch?: number;
}

export interface AppendBenchResult {
  readonly events: number;
  readonly batch: number;
  /** By the wall clock, the last checkpoint included. */
  readonly per_second: number;
  /** Processor time of the whole process an event, without making the events. */
  readonly cpu_us_per_event: number;
  readonly commit_p50_ms: number;
  readonly commit_p99_ms: number;
  readonly bytes_per_event: number;
  /** The largest seen. */
  readonly rss_mb: number;
}

/** Distinct events kept packed; later rounds store them again, so that making them costs nothing. */
const DISTINCT = 50_000;
const UNDER_WAY = 12;

export async function benchAppend(options: AppendBenchOptions = {}): Promise<AppendBenchResult> {
  const events = options.events ?? 500_000;
  const batch = options.batch ?? 1000;
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-bench-append-'));
  const keys = passingKeyring();
  const records = sealedRecords(new SealedTexts(keys));
  const store = await openDuckDbEventStore({
    directory: join(folder, 'events'),
    keys,
    log: silentLogger,
    clock: systemClock,
  });
  try {
    const packed = Array.from({ length: Math.min(events, DISTINCT) }, (_, n) =>
      records.encode(sampleEvent(n, Date.UTC(2026, 10, 20), 1000)),
    );
    const latencies: number[] = [];
    const underWay: Promise<void>[] = [];
    let rss = 0;
    const cpu = process.cpuUsage();
    const begin = performance.now();
    for (let i = 0; i < events; i += batch) {
      const chunk = Array.from({ length: Math.min(batch, events - i) }, (_, n) => packed[(i + n) % packed.length]!);
      const sent = performance.now();
      underWay.push(
        store.appendEncoded(chunk, [{ partition: 0, offset: BigInt(i + chunk.length) }]).then(() => {
          latencies.push(performance.now() - sent);
        }),
      );
      if (underWay.length >= UNDER_WAY) await underWay.shift();
      rss = Math.max(rss, process.memoryUsage.rss());
    }
    await Promise.all(underWay);
    const seconds = (performance.now() - begin) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const { bytes } = await store.describe();
    latencies.sort((a, b) => a - b);
    return {
      events,
      batch,
      per_second: Math.round(events / seconds),
      cpu_us_per_event: Math.round(((user + system) / events) * 10) / 10,
      commit_p50_ms: Math.round(latencies[Math.floor(latencies.length / 2)]!),
      commit_p99_ms: Math.round(latencies[Math.floor(latencies.length * 0.99)]!),
      bytes_per_event: Math.round(bytes / events),
      rss_mb: Math.round(rss / 1e6),
    };
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const result = await benchAppend({
    events: Number(process.argv[2] ?? 500_000),
    batch: Number(process.argv[3] ?? 1000),
  });
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
