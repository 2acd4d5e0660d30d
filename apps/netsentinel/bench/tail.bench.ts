/**
 * From a line in a followed file to the incident that it leads to, measured from outside: beside a steady background of lines from many
 * harmless clients, one attacker after another fails to log in, and the time counts from the write of the line that completes the brute
 * force to the incident's line on the product's output.
 */
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { dataFolder } from '../launcher/data-folder.ts';
import { askPlatform } from '../platform/control.ts';
import { percentile, startWholeProduct, type WholeProduct } from './whole-product.ts';

const TICK_MS = 5;
/** So many failures are a brute force (`login-brute-force`). */
const FAILURES = 5;
/** Behind the background's lines. */
const CLIENTS = 500;
const WARM_UP = 20;
const PAUSE_MS = 100;
const GIVE_UP_MS = 5_000;
const READY_MS = 30_000;
const COLLECTOR = 'auth';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

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
    await ready(dataFolder(join(folder, 'data')).platformSocket);
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

/** Until the collector reads. */
async function ready(socket: string): Promise<void> {
  const end = performance.now() + READY_MS;
  for (;;) {
    const status = (await askPlatform(socket, { ask: 'status' })) as PlatformStatus;
    if (status.collectors.some(({ id, events }) => id === COLLECTOR && events > 0)) return;
    if (performance.now() > end)
      throw new NetSentinelError('BENCH_START', 'operational', 'the collector reads nothing', {
        hint: JSON.stringify(status.collectors),
      });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** An sshd's log with many clients that are let in. */
class BusyLog {
  readonly #fd: number;
  readonly #perSecond: number;
  #timer: NodeJS.Timeout | undefined;
  #startedAt = performance.now();
  #written = 0;

  constructor(file: string, perSecond: number) {
    this.#fd = openSync(file, 'a', 0o644);
    this.#perSecond = perSecond;
  }

  start(): void {
    this.#startedAt = performance.now();
    this.#timer = setInterval(() => {
      const due = ((performance.now() - this.#startedAt) / 1000) * this.#perSecond;
      let text = '';
      for (; this.#written < due; this.#written++) text += harmless(this.#written);
      if (text !== '') writeSync(this.#fd, text);
    }, TICK_MS);
  }

  /** Lines a second so far. */
  rate(): number {
    return this.#written / ((performance.now() - this.#startedAt) / 1000);
  }

  fail(address: string): void {
    let text = '';
    for (let i = 0; i < FAILURES; i++)
      text += `${head(60_000 + i)} Failed password for invalid user admin from ${address} port ${40_000 + i} ssh2\n`;
    writeSync(this.#fd, text);
  }

  close(): void {
    clearInterval(this.#timer);
    closeSync(this.#fd);
  }
}

function harmless(n: number): string {
  const user = (n * 7) % CLIENTS;
  const address = `10.1.${user >> 8}.${user & 255}`;
  return `${head(n % 30_000)} Accepted publickey for user${user} from ${address} port ${1024 + (n % 60_000)} ssh2: ED25519 SHA256:ZXhhbXBsZWV4YW1wbGVleGFtcGxlZXhhbXBsZWV4YW0\n`;
}

function head(pid: number): string {
  const now = new Date();
  return `${MONTHS[now.getUTCMonth()]} ${String(now.getUTCDate()).padStart(2)} ${now.toISOString().slice(11, 19)} www sshd[${1000 + pid}]:`;
}
