/**
 * What a person sees: a decoy is touched, and the queue in Chromium has drawn the attacker's incident, while the platform takes in events of a busy log. Both
 * ends read the same machine's clock.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { drawnAt, openConsole, type OpenConsole } from '@netsentinel/testkit/browser';
import { dataFolder } from '../launcher/data-folder.ts';
import { askPlatform } from '../platform/control.ts';
import { BusyLog, untilRead } from './busy-log.ts';
import { percentile, startWholeProduct, type WholeProduct } from './whole-product.ts';

const COLLECTOR = 'auth';
const WARM_UP = 10;
const PAUSE_MS = 150;
const GIVE_UP_MS = 5_000;
/** Of the 99th percentile; beyond it the run has failed. */
const MOST_MS = 250;
/** Events that came in, of those that should have; with fewer the background was none. */
const ENOUGH = 0.95;

export async function benchLive(options: {
  readonly touches: number;
  readonly background: number;
}): Promise<Record<string, number | boolean>> {
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-bench-live-'));
  // The collector is another user.
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'log'), { mode: 0o755 });
  const file = join(folder, 'log', 'auth.log');
  const log = new BusyLog(file, options.background);
  const port = 21_000 + (process.pid % 20_000);
  let product: WholeProduct | undefined;
  let console: OpenConsole | undefined;
  try {
    if (options.background > 0) log.start();
    product = await startWholeProduct({
      folder,
      keepFolder: true,
      config: {
        console: { port },
        decoys: [{ id: 'http-1', type: 'http', address: '127.0.0.1', port: port + 1 }],
        collectors: [{ id: COLLECTOR, type: 'tail', options: { paths: [file] } }],
      },
    });
    const socket = dataFolder(join(folder, 'data')).platformSocket;
    const events = async (): Promise<number> =>
      ((await askPlatform(socket, { ask: 'status' })) as PlatformStatus).eventsTotal;
    if (options.background > 0) await untilRead(socket, COLLECTOR);
    const { origin, pathname, hash } = new URL(product.consoleUrl);
    console = await openConsole({ url: origin, signInPath: pathname + hash });
    await console.page.goto(`${origin}/incidents/`);
    await console.page.getByText('live', { exact: true }).waitFor();
    const [before, began] = [await events(), performance.now()];
    const { times, told, missed } = await touch(product, console, port + 1, options.touches);
    const perSecond = ((await events()) - before) / ((performance.now() - began) / 1000);
    const round = (ms: number): number => Math.round(ms * 10) / 10;
    const p99 = percentile(times, 0.99);
    return {
      touches: times.length,
      missed,
      p50_ms: round(percentile(times, 0.5)),
      p99_ms: round(p99),
      max_ms: round(times.at(-1) ?? Number.NaN),
      /** Until the incident is on the product's own output: what is not the browser's. */
      told_p50_ms: round(percentile(told, 0.5)),
      told_p99_ms: round(percentile(told, 0.99)),
      events_per_second: Math.round(perSecond),
      failed: missed > 0 || p99 > MOST_MS || perSecond < options.background * ENOUGH,
    };
  } finally {
    await console?.close();
    log.close();
    await product?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function touch(
  product: WholeProduct,
  { page }: OpenConsole,
  port: number,
  touches: number,
): Promise<{ readonly times: number[]; readonly told: number[]; readonly missed: number }> {
  const toldAt = new Map<string, number>();
  product.onLine(({ t, title }) => {
    const address = t === 'incident' ? / from (\S+)/.exec(String(title))?.[1] : undefined;
    if (address !== undefined && !toldAt.has(address)) toldAt.set(address, performance.timeOrigin + performance.now());
  });
  const told: number[] = [];
  const times: number[] = [];
  let missed = 0;
  for (let n = 0; n < touches + WARM_UP; n++) {
    // All equally long, so that none is found where two others meet.
    const address = `127.8.${100 + Math.floor(n / 100)}.${100 + (n % 100)}`;
    const drawn = drawnAt(page, address, GIVE_UP_MS, '[data-testid="incident"] code').catch(() => undefined);
    // Anywhere between two ticks of the background, and with the page's own timers out of step.
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * (0.5 + Math.random())));
    const at = await ask(port, address);
    const seen = await drawn;
    if (n < WARM_UP) continue;
    const line = toldAt.get(address);
    if (line !== undefined) told.push(line - at);
    if (seen === undefined) missed++;
    else times.push(seen - at);
  }
  const sorted = (list: number[]): number[] => list.toSorted((a, b) => a - b);
  return { times: sorted(times), told: sorted(told), missed };
}

/** Asks the decoy for what only an attacker does; answers when the connection was begun, in epoch ms. */
function ask(port: number, localAddress: string): Promise<number> {
  const at = performance.timeOrigin + performance.now();
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, localAddress }, () => {
      socket.write('GET /.env HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
    });
    socket
      .once('error', reject)
      .once('close', () => resolve(at))
      .resume();
  });
}
