/**
 * For `api.bench.ts`: the API in a process of its own, over so many incidents, which appends events at a steady pace all the while. Says where it is, and
 * answers each line on its standard input with how long the appends since the last one took; ends with it.
 */
import { createInterface } from 'node:readline';
import { sampleEvent } from '@netsentinel/store/bench/sample-events';
import { startApi } from '@netsentinel/testkit/api-harness';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';

const AT_ONCE = 1000;
/** 1,000 events a second. */
const [BATCH, PACE_MS] = [100, 100];

const incidents = Number(process.argv[2]);
const h = await startApi();
const cookie = await h.setUp();
const now = Date.now();
for (let at = 0; at < incidents; at += AT_ONCE)
  await h.state.transaction(async (tx) => {
    for (let n = at; n < Math.min(at + AT_ONCE, incidents); n++)
      await tx.putIncident(sampleIncident(`inc-${n}`, now - n * 1000));
  });

let times: number[] = [];
let stopped = false;
const appending = (async () => {
  for (let round = 0; !stopped; round++) {
    const begin = performance.now();
    await h.events.append(
      Array.from({ length: BATCH }, (_, n) => sampleEvent(round * BATCH + n, Date.now(), 1e6)),
      [],
    );
    const took = performance.now() - begin;
    times.push(took);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, PACE_MS - took)));
  }
})();
process.stdout.write(`${JSON.stringify({ url: h.url, cookie })}\n`);
for await (const _ of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(times)}\n`);
  times = [];
}
stopped = true;
await appending;
await h.close();
