/**
 * How many packets the watcher takes in a second, from their bytes to events: a scan of all ports from one source, and a flood from as many forged ones as there are. Reading
 * them from the kernel comes on top. `node apps/watcher/bench/watch.bench.ts`
 */
import { FLAG, ip4, tcp } from '@netsentinel/sense/watcher/packet.fixture';
import { Watch } from '../watch.ts';

const PACKETS = 1_000_000;
const TICK = 5000;

function measure(packetOf: (bytes: Buffer, i: number) => void): Record<string, number> {
  let events = 0;
  const watch = new Watch({
    addresses: { '192.0.2.1': 'web' },
    decoyPorts: [],
    clientPortsFrom: 32_768,
    nameServers: [],
    statistics: () => ({ packets: 0, dropped: 0 }),
    tables: () => ({ tcp: new Set(['22']), udp: new Set() }),
    isBusy: () => false,
    tell: () => void events++,
  });
  const bytes = ip4(6, tcp([40_000, 1], FLAG.syn, [2, 4, 5, 0xb4]));
  const started = process.cpuUsage();
  const from = Date.now();
  for (let i = 0; i < PACKETS; i++) {
    packetOf(bytes, i);
    // As if they came a hundred thousand a second.
    const nowMs = from + Math.floor(i / 100);
    watch.packet(bytes, false, nowMs);
    if (i % TICK === 0) watch.tick(nowMs);
  }
  watch.end(from + PACKETS / 100);
  const { user, system } = process.cpuUsage(started);
  return {
    packets_per_cpu_second: Math.round(PACKETS / ((user + system) / 1e6)),
    events,
    lost: watch.lost,
    rss_mb: Math.round(process.memoryUsage.rss() / 1024 / 1024),
  };
}

const scan = measure((bytes, i) => bytes.writeUInt16BE(i & 0xffff, 22));
const flood = measure((bytes, i) => bytes.writeUInt32BE(0x0b00_0000 + i, 12));
process.stdout.write(`${JSON.stringify({ scan, flood })}\n`);
