/** A log that is written to all the time, and the wait until it is read. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { askPlatform } from '../platform/control.ts';

const TICK_MS = 5;
/** So many failures are a brute force (`login-brute-force`). */
const FAILURES = 5;
/** Behind the background's lines. */
const CLIENTS = 500;
const READY_MS = 30_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** An sshd's log with many clients that are let in. */
export class BusyLog {
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

/** Until this collector reads. @param socket of the platform */
export async function untilRead(socket: string, collector: string): Promise<void> {
  const end = performance.now() + READY_MS;
  for (;;) {
    const status = (await askPlatform(socket, { ask: 'status' })) as PlatformStatus;
    if (status.collectors.some(({ id, events }) => id === collector && events > 0)) return;
    if (performance.now() > end)
      throw new NetSentinelError('BENCH_START', 'operational', 'the collector reads nothing', {
        hint: JSON.stringify(status.collectors),
      });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
