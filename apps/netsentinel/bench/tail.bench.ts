/**
 * From a line in a followed file to the incident that it leads to, measured from outside: beside a steady background of lines from many
 * harmless clients, one attacker after another fails to log in, and the time counts from the write of the line that completes the brute
 * force to the incident's line on the product's output.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataFolder } from '../launcher/data-folder.ts';
import { BusyLog, untilRead } from './busy-log.ts';
import { percentile, startWholeProduct, type WholeProduct } from './whole-product.ts';

const WARM_UP = 20;
const PAUSE_MS = 100;
const GIVE_UP_MS = 5_000;
const COLLECTOR = 'auth';

export async function benchTail(options: { lines: number; samples: number }): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-bench-tail-'));
  // The collector is another user.
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'log'), { mode: 0o755 });
  const file = join(folder, 'log', 'auth.log');
  const log = new BusyLog(file, options.lines);
  const port = 21_000 + (process.pid % 20_000);
  let product: WholeProduct | undefined;
  try {
    log.start();
    product = await startWholeProduct({
      folder,
      keepFolder: true,
      config: {
        console: { port },
        decoys: [{ id: 'ssh-1', type: 'ssh', address: '127.0.0.1', port: port + 1 }],
        collectors: [{ id: COLLECTOR, type: 'tail', options: { paths: [file] } }],
      },
    });
    await untilRead(dataFolder(join(folder, 'data')).platformSocket, COLLECTOR);
    const { times, missed } = await attack(product, log, options.samples);
    const round = (ms: number): number => Math.round(ms * 10) / 10;
    return {
      lines_per_second: Math.round(log.rate()),
      samples: times.length,
      missed,
      p50_ms: round(percentile(times, 0.5)),
      p99_ms: round(percentile(times, 0.99)),
      max_ms: round(times.at(-1) ?? Number.NaN),
    };
  } finally {
    log.close();
    await product?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function attack(
  product: WholeProduct,
  log: BusyLog,
  samples: number,
): Promise<{ times: number[]; missed: number }> {
  const waiting = new Map<string, (at: number) => void>();
  product.onLine((line) => {
    if (line['t'] !== 'incident') return;
    const address = / from (\S+)/.exec(String(line['title']))?.[1];
    if (address !== undefined) waiting.get(address)?.(performance.now());
  });
  const times: number[] = [];
  let missed = 0;
  for (let n = 0; n < samples + WARM_UP; n++) {
    const address = `198.18.${n >> 8}.${n & 255}`;
    // Anywhere between two ticks of the background.
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * (0.5 + Math.random())));
    const seen = new Promise<number | undefined>((resolve) => {
      waiting.set(address, resolve);
      setTimeout(() => resolve(undefined), GIVE_UP_MS).unref();
    });
    const startedAt = performance.now();
    log.fail(address);
    const at = await seen;
    waiting.delete(address);
    if (n < WARM_UP) continue;
    if (at === undefined) missed++;
    else times.push(at - startedAt);
  }
  return { times: times.toSorted((a, b) => a - b), missed };
}
