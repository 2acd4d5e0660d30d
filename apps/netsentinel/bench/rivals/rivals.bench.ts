/**
 * The same failed logins in the same log, followed by us and by others at once, each with a network of its own to defend: from the write of the line
 * that is one too many to the first packet of that attacker that is dropped there.
 */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetworkLab, type NetworkLab } from '@netsentinel/testkit/netns';
import { PacketProbe } from '@netsentinel/testkit/packet-probe';
import { needNamespaces } from '../need-namespaces.ts';
import { percentile } from '../whole-product.ts';
import { crowdsec } from './crowdsec.ts';
import { fail2ban } from './fail2ban.ts';
import { netsentinel } from './netsentinel.ts';

const RIVALS = [netsentinel, fail2ban, crowdsec];
const THRESHOLD = 5;
/** Longer than the slowest looks again. */
const PATIENCE_MS = 60_000;
/** So that nobody's rhythm is met on purpose: the next attacker comes after up to so long. */
const MOST_PAUSE_MS = 10_000;
const SETTLE_MS = 5_000;
/** Three probes at once, beside those that they watch. */
const PROBE_EVERY_MS = 5;

export async function benchRivals({ samples }: { samples: number }): Promise<Record<string, number>> {
  needNamespaces('BENCH_UNAVAILABLE');
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-rivals-'));
  chmodSync(folder, 0o755);
  const log = join(folder, 'log', 'auth.log');
  mkdirSync(join(folder, 'log'), { mode: 0o755 });
  writeFileSync(log, `${head()} sshd[1]: Server listening on 0.0.0.0 port 22.\n`, { mode: 0o644 });
  const labs: NetworkLab[] = [];
  const running: { stop(): Promise<void> }[] = [];
  try {
    const sources = Array.from({ length: samples }, (_, n) => `198.18.${16 + (n >> 8)}.${n & 255}`);
    const probes: PacketProbe[] = [];
    for (const rival of RIVALS) {
      const lab = createNetworkLab();
      labs.push(lab);
      lab.addAttackers(sources.map((source) => `${source}/15`));
      const own = join(folder, rival.name);
      mkdirSync(own);
      running.push(await rival.start({ lab, folder: own, log, threshold: THRESHOLD }));
      probes.push(await PacketProbe.start(lab));
    }
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const times = RIVALS.map((): number[] => []);
    for (const source of sources) {
      const watches = probes.map((probe) => probe.watchDrop(source, PATIENCE_MS, PROBE_EVERY_MS));
      await Promise.all(watches.map(({ flowing }) => flowing));
      appendFileSync(log, failures(source));
      const writtenAtMs = Number(process.hrtime.bigint()) / 1e6;
      const dropped = await Promise.all(watches.map(({ droppedAtMs }) => droppedAtMs));
      for (const [n, at] of dropped.entries()) if (!Number.isNaN(at)) times[n]!.push(at - writtenAtMs);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * MOST_PAUSE_MS));
    }
    const figures: Record<string, number> = { samples, threshold: THRESHOLD };
    for (const [n, { name }] of RIVALS.entries()) {
      const sorted = times[n]!.toSorted((a, b) => a - b);
      figures[`${name}_p50_ms`] = Math.round(percentile(sorted, 0.5));
      figures[`${name}_p99_ms`] = Math.round(percentile(sorted, 0.99));
      figures[`${name}_missed`] = samples - sorted.length;
    }
    return figures;
  } finally {
    await Promise.all(running.map((one) => one.stop()));
    for (const lab of labs) lab.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}

function failures(source: string): string {
  const line = (n: number): string =>
    `${head()} sshd[${4000 + n}]: Failed password for invalid user admin from ${source} port ${40_000 + n} ssh2\n`;
  return Array.from({ length: THRESHOLD }, (_, n) => line(n)).join('');
}

/** In local time, as syslog writes it. */
function head(): string {
  const now = new Date();
  const month = now.toLocaleString('en', { month: 'short' });
  return `${month} ${String(now.getDate()).padStart(2)} ${now.toTimeString().slice(0, 8)} www`;
}
