/**
 * How many units of work a decoy does a second, client included. The decoy runs in a process of its own, all clients in this one: on two cores each has
 * one. What a unit is, each decoy's own `*.bench.ts` says.
 */
import { describeError } from '@netsentinel/kernel/errors';
import { BenchServer } from './bench-server.ts';
import { addressOf, benchName, type DecoyBench } from './bench-target.ts';

const WARM_UP_SHARE = 0.2;
/** Longer than that nobody is served. */
export const MAX_STALL_MS = 50;

export interface DecoyBenchResult {
  readonly kind: string;
  readonly unit: string;
  readonly per_second: number;
  readonly wanted_per_second: number | undefined;
  /** Of one connection. */
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly failures: number;
  readonly first_failure: string | undefined;
  /** The longest that the decoy's process served nobody, and the processor time of its longest turn: the rest of a stall is waiting for a processor. */
  readonly max_event_loop_stall_ms: number;
  readonly max_turn_cpu_ms: number;
  readonly cpu_us_per_unit: number;
  readonly failed: boolean;
}

export async function benchDecoy(
  bench: DecoyBench,
  { seconds, concurrency }: { readonly seconds: number; readonly concurrency: number },
): Promise<DecoyBenchResult> {
  const server = await BenchServer.start([{ type: bench.type, config: bench.config, port: 0 }]);
  try {
    const port = server.ports[0]!;
    // Not counted: it warms both compilers up.
    await work(bench, port, seconds * WARM_UP_SHARE, concurrency);
    const before = await server.measure();
    server.reset();
    const started = performance.now();
    const { times, failures, firstFailure } = await work(bench, port, seconds, concurrency);
    const elapsed = (performance.now() - started) / 1000;
    const { maxStallMs, maxTurnCpuMs, cpuMs } = await server.measure();
    times.sort((a, b) => a - b);
    const at = (share: number): number => round(times[Math.floor(share * (times.length - 1))] ?? 0);
    const units = times.length * (bench.unitsOfARun ?? 1);
    const perSecond = round(units / elapsed);
    return {
      kind: benchName(bench),
      unit: bench.unit,
      per_second: perSecond,
      wanted_per_second: bench.wanted,
      p50_ms: at(0.5),
      p99_ms: at(0.99),
      failures,
      first_failure: firstFailure,
      max_event_loop_stall_ms: round(maxStallMs),
      max_turn_cpu_ms: round(maxTurnCpuMs),
      cpu_us_per_unit: Math.round(((cpuMs - before.cpuMs) * 1000) / Math.max(1, units)),
      failed: failures > 0 || perSecond < (bench.wanted ?? 0) || maxStallMs > MAX_STALL_MS,
    };
  } finally {
    await server.stop();
  }
}

async function work(
  bench: DecoyBench,
  port: number,
  seconds: number,
  concurrency: number,
): Promise<{ times: number[]; failures: number; firstFailure: string | undefined }> {
  const times: number[] = [];
  const until = performance.now() + seconds * 1000;
  let index = 0;
  let failures = 0;
  let firstFailure: string | undefined;
  const worker = async (): Promise<void> => {
    for (let started = performance.now(); started < until; started = performance.now()) {
      try {
        await bench.run({ port, localAddress: addressOf(index++) });
        times.push(performance.now() - started);
      } catch (error) {
        failures++;
        firstFailure ??= describeError(error);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return { times, failures, firstFailure };
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
