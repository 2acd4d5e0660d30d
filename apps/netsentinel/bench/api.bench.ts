/**
 * The API's questions about events over HTTP, and what they cost whoever writes: a store filled with events of the SSH decoy, asked by one account, and
 * appended to all the while.
 */
import type { EventStore } from '@netsentinel/contracts/event-store';
import { sampleEvent } from '@netsentinel/store/bench/sample-events';
import { systemClock } from '@netsentinel/kernel/clock';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { quantile, queueRate } from './queue-rate.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BATCH = 500;
/** Batches under way when filling. */
const UNDER_WAY = 12;
/** A batch is appended so often while questions are asked: what a busy day brings, 5,000 events a second. */
const PACE_MS = 100;
const ROUNDS = 5;
/** Incidents of the last day, which the overview sums up. */
const INCIDENTS = 5_000;
/** So many that the first, which compiles what the others run, is no percentile. */
const OVERVIEW_ROUNDS = 100;
/** Longer than any answer is shared. */
const FORGOTTEN_MS = 60_000;
/** What a page asks that shows the state of things, and the queue. */
const OVERVIEW = [
  '/api/v1/metrics/summary',
  ...['technique', 'severity', 'service', 'country', 'latency', 'engagement', 'threat'].map(
    (of) => `/api/v1/metrics/series?of=${of}&range=24h`,
  ),
  '/api/v1/attackers?order=score&limit=10',
  '/api/v1/actions',
  '/api/v1/status',
  '/api/v1/incidents?limit=50',
  '/api/v1/incidents?limit=50&status=open&minScore=50',
];

export async function benchApi(options: {
  readonly events: number;
  readonly seconds: number;
}): Promise<Record<string, number>> {
  // Each round of the overview asks a minute later, so that no answer of the round before is shared.
  let later = 0;
  const clock = {
    ...systemClock,
    now: () => systemClock.now() + later,
    monotonicMs: () => systemClock.monotonicMs() + later,
  };
  const h = await startApi({ clock });
  try {
    const cookie = await h.setUp();
    const start = Date.now() - DAY_MS;
    await h.state.transaction(async (tx) => {
      for (let n = 0; n < INCIDENTS; n++)
        await tx.putIncident(sampleIncident(`inc-${n}`, start + (n * DAY_MS) / INCIDENTS));
    });
    const perSecond = options.events / (DAY_MS / 1000);
    const filled = await fill(h.events, options.events, start, perSecond);
    const refused = new Set<string>();
    const ask = async (path: string): Promise<number> => {
      const begin = performance.now();
      const response = await h.call('GET', path, { cookie });
      let bytes = 0;
      for await (const chunk of response.body!) bytes += chunk.byteLength;
      // More than the store has memory for: that, too, takes its time, and is said.
      if (response.status === 422) refused.add(path);
      else if (response.status !== 200 || bytes === 0) throw new Error(`${path} answered ${response.status}`);
      return performance.now() - begin;
    };
    const address = sampleEvent(Math.floor(options.events / 2), start, perSecond).source!.ip!;
    const day = `from=${start}&to=${start + DAY_MS}`;
    const questions = {
      page_ms: '/api/v1/events?limit=100',
      one_address_ms: `/api/v1/events?filter=source.ip:eq:${address}`,
      words_ms: '/api/v1/events?words=failed+password+oracle',
      top_sources_ms: `/api/v1/events/aggregate?by=source.ip&${day}`,
      by_hour_ms: `/api/v1/events/aggregate?by=event.action&interval=1h&${day}`,
      top_passwords_ms: `/api/v1/events/aggregate?by=netsentinel.credential.password&${day}`,
    };
    const times: Record<string, number> = {};
    for (const [name, path] of Object.entries(questions)) times[name] = await median(() => ask(path));
    const pages: Record<string, number[]> = {};
    for (let round = 0; round < OVERVIEW_ROUNDS; round++) {
      later += FORGOTTEN_MS;
      for (const path of OVERVIEW) (pages[path] ??= []).push(await ask(path));
    }
    const slowest = Object.entries(pages).map(([path, taken]) => [path, quantile(taken, 0.95)] as const);
    slowest.sort(([, a], [, b]) => b - a);
    const file = async (format: string): Promise<number> =>
      Math.round((options.events / (await ask(`/api/v1/events/export?format=${format}&to=${start + DAY_MS}`))) * 1000);
    const exports = {
      ndjson_events_per_second: await file('ndjson'),
      csv_events_per_second: await file('csv'),
      parquet_events_per_second: await file('parquet'),
    };
    const alone = await appendFor(h, options.seconds);
    const asking = asker(() => [...Object.values(questions).slice(2), '/api/v1/events/export?format=ndjson'], ask);
    const asked = await appendFor(h, options.seconds);
    const answered = await asking.stop();
    return {
      events: options.events,
      load_per_second: filled,
      ...times,
      overview_p95_ms: quantile(Object.values(pages).flat(), 0.95),
      ...Object.fromEntries(slowest.slice(0, 4).map(([path, ms]) => [`overview_p95_ms ${path}`, ms])),
      ...(await queueRate(options.seconds)),
      ...exports,
      append_alone_median_ms: alone.median,
      append_alone_worst_ms: alone.worst,
      append_while_asked_median_ms: asked.median,
      append_while_asked_worst_ms: asked.worst,
      answered_meanwhile: answered,
      refused: refused.size,
      rss_mb: Math.round(process.memoryUsage.rss() / 1e6),
    };
  } finally {
    await h.close();
  }
}

/** Events stored a second. */
async function fill(store: EventStore, events: number, start: number, perSecond: number): Promise<number> {
  const begin = performance.now();
  const underWay: Promise<void>[] = [];
  for (let at = 0; at < events; at += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, events - at) }, (_, n) => sampleEvent(at + n, start, perSecond));
    underWay.push(store.append(batch, []));
    if (underWay.length > UNDER_WAY) await underWay.shift();
  }
  await Promise.all(underWay);
  return Math.round((events / (performance.now() - begin)) * 1000);
}

/** How long it takes until a batch is on disk, when one is appended at a steady pace. */
async function appendFor({ events }: ApiHarness, seconds: number): Promise<{ median: number; worst: number }> {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  for (let round = 0; performance.now() < end; round++) {
    const begin = performance.now();
    const batch = Array.from({ length: BATCH }, (_, n) => sampleEvent(1e9 + round * BATCH + n, Date.now(), 1e6));
    await events.append(batch, []);
    const took = performance.now() - begin;
    times.push(took);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, PACE_MS - took)));
  }
  times.sort((a, b) => a - b);
  return { median: round1(times[Math.floor(times.length / 2)]!), worst: round1(times.at(-1)!) };
}

/** Asks one thing after another until it is stopped; answers how many were answered. */
function asker(paths: () => readonly string[], ask: (path: string) => Promise<number>): { stop(): Promise<number> } {
  let stopped = false;
  let answered = 0;
  const running = (async () => {
    for (let at = 0; !stopped; at++) {
      const list = paths();
      await ask(list[at % list.length]!);
      answered++;
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await running;
      return answered;
    },
  };
}

async function median(work: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await work());
  return round1(times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!);
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
