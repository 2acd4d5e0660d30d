/**
 * Many events through the ingest path with memory watched. The first half fills what is bounded: a hundred attackers who come back all the time
 * have filled their incidents after about 4 million events. From then on memory must stay where it is: what the last quarter takes the third one
 * must have taken. A short run is over before, so it is held to the bound that the product has altogether.
 */
import { ingestWatched } from '../bench/ingest.bench.ts';

const MAX_GROWTH = 1.1;
const MAX_RSS_MB = 700;

export async function faultSoak({
  events,
  short,
}: {
  readonly events: number;
  readonly short: boolean;
}): Promise<Record<string, unknown>> {
  const started = performance.now();
  const { result, resident } = await ingestWatched(events);
  const { third, fourth } = lastQuarters(resident);
  const growth = fourth / third;
  const missing = events - Math.min(result['stored'] ?? 0, result['analysed'] ?? 0);
  return {
    ...result,
    seconds: Math.round((performance.now() - started) / 1000),
    samples: resident.length,
    third_quarter_rss_mb: Math.round(third / 1024 / 1024),
    fourth_quarter_rss_mb: Math.round(fourth / 1024 / 1024),
    growth,
    missing,
    failed: missing !== 0 || (short ? (result['rss_mb'] ?? Infinity) > MAX_RSS_MB : !(growth <= MAX_GROWTH)),
  };
}

/** The level of each of the last two quarters of a run: its median, which a garbage collection more or less does not move. */
export function lastQuarters(samples: readonly number[]): { readonly third: number; readonly fourth: number } {
  const [half, threeQuarters] = [Math.floor(samples.length / 2), Math.floor((samples.length * 3) / 4)];
  return { third: median(samples.slice(half, threeQuarters)), fourth: median(samples.slice(threeQuarters)) };
}

function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
}
