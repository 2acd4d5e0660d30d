/**
 * Half of the wanted load for a long time: all kinds in one process, half of the held sessions in their mix all the while, and the kinds with a rate by turns at half
 * of it. By turns, because each rate is what a whole processor is for; all halves at once would be two of them. Every quarter holds whole rounds of turns, so that the
 * quarters' memory can be compared: flat is what does not grow from the second to the last.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeError } from '@netsentinel/kernel/errors';
import { BenchServer } from './bench-server.ts';
import { addressOf, benchName, type DecoyBench } from './bench-target.ts';
import { MAX_STALL_MS, round } from './decoy.bench.ts';
import { HeldSessions } from './held-sessions.ts';
import type { MixedKind } from './hold.bench.ts';
import { standAside } from './stand-aside.ts';

const ROUNDS = 12;
const SHARE = 0.5;
const TICK_MS = 5;
const MAX_AT_ONCE = 256;
const SAMPLE_MS = 5_000;
/** Of the second quarter: beyond that memory is not flat. */
const MAX_GROWTH = 0.05;
const MEGABYTE = 1024 * 1024;

export interface EnduranceResult {
  readonly minutes: number;
  readonly held_sessions: number;
  readonly reopened_sessions: number;
  readonly kinds: readonly KindResult[];
  /** Means of the four quarters, megabytes. */
  readonly rss_mb: readonly number[];
  readonly heap_used_mb: readonly number[];
  /** From the second quarter to the last, of the first of both. */
  readonly growth_percent: number;
  readonly growth_mb: number;
  readonly max_event_loop_stall_ms: number;
  readonly max_turn_cpu_ms: number;
  readonly failures: number;
  readonly failed: boolean;
}

interface KindResult {
  readonly kind: string;
  readonly unit: string;
  readonly per_second: number;
  readonly wanted_per_second: number;
  readonly failures: number;
  readonly first_failure: string | undefined;
  readonly max_event_loop_stall_ms: number;
  readonly max_turn_cpu_ms: number;
}

interface Tally {
  readonly bench: DecoyBench;
  readonly port: number;
  readonly rate: number;
  units: number;
  seconds: number;
  failures: number;
  firstFailure: string | undefined;
  stallMs: number;
  turnMs: number;
}

export interface EnduranceOptions {
  readonly minutes: number;
  /** To hold. */
  readonly sessions: number;
  readonly mix: readonly MixedKind[];
  /** Those with a rate. */
  readonly rated: readonly DecoyBench[];
  /** A line a minute. */
  readonly progress: (line: string) => void;
}

export async function benchEndurance(options: EnduranceOptions): Promise<EnduranceResult> {
  const { mix, rated, minutes } = options;
  const all = [...mix.map(({ bench }) => bench), ...rated];
  const server = await BenchServer.start(all.map(({ type, config }) => ({ type, config, port: 0 })));
  standAside();
  const held = new HeldSessions(mix.map((kind, i) => ({ ...kind, port: server.ports[i]! })));
  const tallies: Tally[] = rated.map((bench, i) => ({
    bench,
    port: server.ports[mix.length + i]!,
    rate: (bench.wanted ?? 0) * SHARE,
    units: 0,
    seconds: 0,
    failures: 0,
    firstFailure: undefined,
    stallMs: 0,
    turnMs: 0,
  }));
  const samples: { rss: number; heap: number }[] = [];
  const started = performance.now();
  const totalMs = minutes * 60_000;
  const turnMs = totalMs / (ROUNDS * rated.length);
  const sampling = new AbortController();
  try {
    await held.open(options.sessions);
    const sampled = sample(server, samples, Math.min(SAMPLE_MS, totalMs / 100), sampling.signal);
    let said = 0;
    for (let turn = 0; turn < ROUNDS * rated.length; turn++) {
      const tally = tallies[turn % tallies.length]!;
      server.reset();
      await pace(tally, turnMs);
      const cost = await server.measure();
      tally.stallMs = Math.max(tally.stallMs, cost.maxStallMs);
      tally.turnMs = Math.max(tally.turnMs, cost.maxTurnCpuMs);
      const minute = Math.floor((performance.now() - started) / 60_000);
      if (minute > said || turn === ROUNDS * rated.length - 1) {
        said = minute;
        options.progress(
          `minute ${minute}: ${benchName(tally.bench)}; RSS ${megabytes(cost.rssBytes)} MB, heap ${megabytes(cost.heapUsedBytes)} MB, ` +
            `${cost.connections} connections, longest stall of this turn ${round(cost.maxStallMs)} ms`,
        );
      }
    }
    sampling.abort();
    await sampled;
    return resultOf(minutes, held, tallies, samples);
  } finally {
    sampling.abort();
    held.close();
    await server.stop();
  }
}

/** So many a second, whether or not those before have ended. */
async function pace(tally: Tally, forMs: number): Promise<void> {
  const { bench, port, rate } = tally;
  const perRun = bench.unitsOfARun ?? 1;
  const started = performance.now();
  const running = new Set<Promise<void>>();
  let runs = 0;
  for (;;) {
    const elapsed = performance.now() - started;
    if (elapsed >= forMs) break;
    const due = Math.floor((elapsed * rate) / 1000 / perRun);
    for (; runs < due && running.size < MAX_AT_ONCE; runs++) {
      const run = bench.run({ port, localAddress: addressOf(runs) }).then(
        () => void (tally.units += perRun),
        (error: unknown) => {
          tally.failures++;
          tally.firstFailure ??= describeError(error);
        },
      );
      running.add(run);
      void run.then(() => running.delete(run));
    }
    await sleep(TICK_MS);
  }
  await Promise.all(running);
  tally.seconds += (performance.now() - started) / 1000;
}

async function sample(
  server: BenchServer,
  samples: { rss: number; heap: number }[],
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(everyMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const { rssBytes, heapUsedBytes } = await server.measure();
    samples.push({ rss: rssBytes, heap: heapUsedBytes });
  }
}

function resultOf(
  minutes: number,
  held: HeldSessions,
  tallies: readonly Tally[],
  samples: readonly { rss: number; heap: number }[],
): EnduranceResult {
  const rss = quarters(samples.map((item) => item.rss));
  const growth = (rss[3]! - rss[1]!) / rss[1]!;
  const stall = Math.max(...tallies.map((tally) => tally.stallMs));
  const failures = held.failures + tallies.reduce((sum, tally) => sum + tally.failures, 0);
  const kinds = tallies.map((tally) => ({
    kind: benchName(tally.bench),
    unit: tally.bench.unit,
    per_second: round(tally.units / tally.seconds),
    wanted_per_second: tally.rate,
    failures: tally.failures,
    first_failure: tally.firstFailure,
    max_event_loop_stall_ms: round(tally.stallMs),
    max_turn_cpu_ms: round(tally.turnMs),
  }));
  return {
    minutes,
    held_sessions: held.size,
    reopened_sessions: held.reopened,
    kinds,
    rss_mb: rss.map(megabytes),
    heap_used_mb: quarters(samples.map((item) => item.heap)).map(megabytes),
    growth_percent: round(growth * 100),
    growth_mb: megabytes(rss[3]! - rss[1]!),
    max_event_loop_stall_ms: round(stall),
    max_turn_cpu_ms: round(Math.max(...tallies.map((tally) => tally.turnMs))),
    failures,
    failed:
      failures > 0 ||
      growth > MAX_GROWTH ||
      stall > MAX_STALL_MS ||
      kinds.some((kind) => kind.per_second < kind.wanted_per_second * 0.98),
  };
}

function quarters(values: readonly number[]): number[] {
  return [0, 1, 2, 3].map((quarter) => {
    const part = values.slice(
      Math.floor((values.length * quarter) / 4),
      Math.floor((values.length * (quarter + 1)) / 4),
    );
    return part.reduce((sum, value) => sum + value, 0) / Math.max(1, part.length);
  });
}

function megabytes(bytes: number): number {
  return Math.round((bytes / MEGABYTE) * 10) / 10;
}
