/**
 * Many events through the ingest path with memory watched: what it takes in the second half it must have taken in the first. A short run is
 * over before all caches are full, so it is held to the bound that the product has altogether.
 */
import { benchIngest } from '../bench/ingest.bench.ts';
import { residentBytes } from '../bench/whole-product.ts';

const EVERY_MS = 500;
/** Caches fill at first; the first half is judged without this share of the run. */
const WARM_UP = 0.1;
const MAX_GROWTH = 1.1;
const MAX_RSS_MB = 700;

export async function faultSoak({
  events,
  short,
}: {
  readonly events: number;
  readonly short: boolean;
}): Promise<Record<string, unknown>> {
  const samples: number[] = [];
  const watch = setInterval(() => samples.push(residentBytes(process.pid)), EVERY_MS);
  const started = performance.now();
  let result: Awaited<ReturnType<typeof benchIngest>>;
  try {
    result = await benchIngest({ events });
  } finally {
    clearInterval(watch);
  }
  const { first, second } = halves(samples);
  const growth = second / first;
  const peak = Math.max(...samples) / 1024 / 1024;
  const missing = events - Math.min(result['stored'] ?? 0, result['analysed'] ?? 0);
  return {
    ...result,
    seconds: Math.round((performance.now() - started) / 1000),
    samples: samples.length,
    first_half_rss_mb: Math.round(first / 1024 / 1024),
    second_half_rss_mb: Math.round(second / 1024 / 1024),
    growth,
    missing,
    failed: missing !== 0 || (short ? peak > MAX_RSS_MB : !(growth <= MAX_GROWTH)),
  };
}

/** The level of each half of a run: its median, which a garbage collection more or less does not move. */
export function halves(samples: readonly number[]): { readonly first: number; readonly second: number } {
  const middle = Math.floor(samples.length / 2);
  return {
    first: median(samples.slice(Math.floor(samples.length * WARM_UP), middle)),
    second: median(samples.slice(middle)),
  };
}

function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
}
