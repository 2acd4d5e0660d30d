/**
 * How many durable appends the embedded stream takes: concurrent callers, each with a batch of its own in flight, every batch acknowledged
 * after its bytes are on disk; then how fast it is read back. Run directly it prints JSON.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { silentLogger } from '@netsentinel/kernel/log';
import { systemClock } from '@netsentinel/kernel/clock';
import type { EventStream, StreamRecord } from '@netsentinel/contracts/stream';
import { openEmbeddedStream } from '../embedded/embedded-stream.ts';

export interface StreamBenchOptions {
  /** Where to work; a new directory under the system's temporary one by default. Removed afterwards. */
  readonly directory?: string;
  readonly records?: number;
  readonly callers?: number;
  /** Records an append: between these two. */
  readonly batch?: readonly [min: number, max: number];
  readonly recordBytes?: number;
  readonly partitions?: number;
  readonly commitIntervalMs?: number;
  /** Records offered a second while latencies are taken (default 220,000); Infinity: each caller sends its next batch at once. */
  readonly offeredPerSecond?: number;
}

export interface StreamBenchResult {
  readonly records: number;
  readonly bytes: number;
  /** Every caller sending its next batch as soon as the last one is acknowledged: the most that goes through. */
  readonly appends_per_second: number;
  readonly saturated_p99_ms: number;
  /** Latencies at this offered load, after a second of it, from the moment a batch was due. */
  readonly offered_per_second: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly lone_p50_ms: number;
  readonly lone_p99_ms: number;
  readonly rss_mb: number;
  readonly partitions: number;
  readonly batch: string;
  readonly read_per_second: number;
}

export async function benchStream(options: StreamBenchOptions = {}): Promise<StreamBenchResult> {
  const {
    records = 2_000_000,
    callers = 64,
    batch = [64, 256],
    recordBytes = 600,
    offeredPerSecond = 220_000,
  } = options;
  const directory = await mkdtemp(join(options.directory ?? tmpdir(), 'stream-bench-'));
  const partitions = options.partitions === undefined ? {} : { partitions: options.partitions };
  const commitIntervalMs = options.commitIntervalMs ?? 0;
  const open = { directory, ...partitions, commitIntervalMs, clock: systemClock, log: silentLogger };
  try {
    let stream = await openEmbeddedStream(open);
    const lone = await appendAlone(stream, recordBytes);
    await load(stream, 'warm-up', Math.min(records, 100_000), callers, batch, recordBytes);
    const startedAt = performance.now();
    const saturated = await load(stream, 'load', records, callers, batch, recordBytes);
    const appendMs = performance.now() - startedAt;
    // What the burst left behind is written first: a steady load is measured.
    if (offeredPerSecond !== Infinity)
      await load(stream, 'settle', Math.min(offeredPerSecond, records), callers, batch, recordBytes, offeredPerSecond);
    const latencies = await load(stream, 'paced', records / 2, callers, batch, recordBytes, offeredPerSecond);
    const rss = process.memoryUsage.rss();
    await stream.close();
    stream = await openEmbeddedStream(open);
    const read = await readAll(stream);
    await stream.close();
    return {
      records,
      bytes: records * recordBytes,
      appends_per_second: Math.round((records / appendMs) * 1000),
      saturated_p99_ms: percentile(saturated, 0.99),
      offered_per_second: offeredPerSecond,
      p50_ms: percentile(latencies, 0.5),
      p99_ms: percentile(latencies, 0.99),
      lone_p50_ms: percentile(lone, 0.5),
      lone_p99_ms: percentile(lone, 0.99),
      rss_mb: Math.round(rss / 1024 / 1024),
      partitions: stream.partitions,
      batch: `${batch[0]}..${batch[1]} by ${callers} callers`,
      read_per_second: Math.round((read.records / read.ms) * 1000),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function appendAlone(stream: EventStream, recordBytes: number): Promise<number[]> {
  const latencies: number[] = [];
  for (let sequence = 0; sequence < 200; sequence++) {
    const startedAt = performance.now();
    await stream.append([makeRecord('alone', 0, sequence, recordBytes)]);
    latencies.push(performance.now() - startedAt);
  }
  return latencies;
}

async function load(
  stream: EventStream,
  epoch: string,
  records: number,
  callers: number,
  [min, max]: readonly [number, number],
  recordBytes: number,
  perSecond = Infinity,
): Promise<number[]> {
  const latencies: number[] = [];
  const firstAt = performance.now();
  let left = records;
  const call = async (caller: number): Promise<void> => {
    for (let sequence = 0; left > 0;) {
      const size = Math.min(left, min + ((caller * 7919 + sequence) % (max - min + 1)));
      const dueAt = firstAt + ((records - left) / perSecond) * 1000;
      left -= size;
      const made = Array.from({ length: size }, () => makeRecord(epoch, caller, sequence++, recordBytes));
      const waitMs = dueAt - performance.now();
      if (waitMs > 0) await setTimeout(waitMs);
      const startedAt = perSecond === Infinity ? performance.now() : dueAt;
      await stream.append(made);
      latencies.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  return latencies;
}

async function readAll(stream: EventStream): Promise<{ records: number; ms: number }> {
  const total = (await stream.describe()).reduce((sum, { next }) => sum + Number(next), 0);
  const consumer = await stream.consume({ group: 'bench', maxRecords: 1000 });
  const startedAt = performance.now();
  let records = 0;
  while (records < total) records += (await consumer.next()).length;
  return { records, ms: performance.now() - startedAt };
}

const values = new Map<number, Buffer>();

function makeRecord(epoch: string, caller: number, sequence: number, recordBytes: number): StreamRecord {
  let value = values.get(recordBytes);
  if (value === undefined) values.set(recordBytes, (value = Buffer.alloc(recordBytes, 'x')));
  const key = `203.0.${(sequence >> 3) & 255}.${caller}`;
  return { key, origin: { producer: `sensor-${caller}`, epoch, sequence }, value };
}

function percentile(values: number[], share: number): number {
  values.sort((a, b) => a - b);
  return Math.round((values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0) * 100) / 100;
}

if (import.meta.main) {
  const partitions = process.argv[2] === undefined ? {} : { partitions: Number(process.argv[2]) };
  const commitIntervalMs = Number(process.argv[3] ?? 0);
  process.stdout.write(`${JSON.stringify(await benchStream({ ...partitions, commitIntervalMs }))}\n`);
}
