/** How fast the embedded event store answers with many events in it: `node stages/8-store/bench/query.bench.ts [EVENTS] [FOLDER]`. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { encodeEvent } from '@netsentinel/kernel/event-record';
import { openDuckDbEventStore, type DuckDbEventStore } from '../events/duckdb/duckdb-events.store.ts';
import { sampleEvent } from './sample-events.ts';

export interface QueryBenchOptions {
  /** Default 10,000,000. */
  readonly events?: number;
  /** Kept, and used again where it holds the same events. */
  readonly directory: string;
}

export interface QueryBenchResult {
  readonly events: number;
  /** 0 where the events were there already. */
  readonly load_per_second: number;
  readonly last_hour_by_minute_and_kind_ms: number;
  readonly top_sources_ms: number;
  readonly one_address_ms: number;
  /** The slowest of a rare word, a common pair, and a word that does not occur. */
  readonly words_ms: number;
  readonly bytes_per_event: number;
  /** Of this process after the queries. */
  readonly rss_mb: number;
}

const START_MS = Date.UTC(2026, 10, 20);
/** So many events a second that the default is one day. */
const DAY_SECONDS = 86_400;
const BATCH = 1000;
const HOUR_MS = 3_600_000;

export async function benchQuery(options: QueryBenchOptions): Promise<QueryBenchResult> {
  const events = options.events ?? 10_000_000;
  const perSecond = events / DAY_SECONDS;
  const marker = join(options.directory, 'bench.json');
  const want = JSON.stringify({ events, version: 2 });
  const reuse = existsSync(marker) && readFileSync(marker, 'utf8') === want;
  if (!reuse) rmSync(options.directory, { recursive: true, force: true });
  const directory = join(options.directory, 'events');
  const store = await openDuckDbEventStore({ directory, log: silentLogger, clock: systemClock });
  try {
    const seconds = reuse ? 0 : await load(store, events, perSecond);
    if (!reuse) writeFileSync(marker, want);
    const end = START_MS + DAY_SECONDS * 1000;
    const address = sampleEvent(Math.floor(events / 2), START_MS, perSecond).source!.ip!;
    const lastHour = await median(() =>
      store.aggregate({
        where: { from: end - HOUR_MS, to: end },
        by: [{ intervalMs: 60_000 }, { field: 'event.action' }],
      }),
    );
    const top = await median(() => store.aggregate({ by: [{ field: 'source.ip', top: 10 }] }));
    const one = await median(() => store.query({ filters: [{ field: 'source.ip', op: 'eq', value: address }] }));
    const words = [];
    for (const text of ['zanzibar', 'failed password root', 'nothing-has-this-word'])
      words.push(await median(() => store.query({ words: text })));
    const { bytes } = await store.describe();
    return {
      events,
      load_per_second: seconds === 0 ? 0 : Math.round(events / seconds),
      last_hour_by_minute_and_kind_ms: lastHour,
      top_sources_ms: top,
      one_address_ms: one,
      words_ms: Math.max(...words),
      bytes_per_event: Math.round(bytes / events),
      rss_mb: Math.round(process.memoryUsage.rss() / 1e6),
    };
  } finally {
    await store.close();
  }
}

/** Seconds by the wall clock, with the making of the events on this thread while the store works on its own. */
async function load(store: DuckDbEventStore, events: number, perSecond: number): Promise<number> {
  const begin = performance.now();
  const underWay: Promise<void>[] = [];
  for (let i = 0; i < events; i += BATCH) {
    const packed: Uint8Array[] = [];
    for (let n = i; n < Math.min(events, i + BATCH); n++) packed.push(encodeEvent(sampleEvent(n, START_MS, perSecond)));
    underWay.push(store.appendEncoded(packed, [{ partition: 0, offset: BigInt(i + packed.length) }]));
    if (underWay.length > 12) await underWay.shift();
  }
  await Promise.all(underWay);
  return (performance.now() - begin) / 1000;
}

/** Milliseconds, of five. */
async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const begin = performance.now();
    await work();
    times.push(performance.now() - begin);
  }
  return Math.round(times.sort((a, b) => a - b)[2]! * 10) / 10;
}

if (import.meta.main) {
  const result = await benchQuery({
    events: Number(process.argv[2] ?? 10_000_000),
    directory: process.argv[3] ?? join(tmpdir(), 'netsentinel-bench-query'),
  });
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
