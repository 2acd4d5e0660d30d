/**
 * The decoy in a process of its own, for the benchmarks: listens on loopback, keeps nothing, and answers over IPC what its process costs.
 * Events are dropped: the benchmark is of the decoy, not of the pipeline.
 */
import { createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { DecoyContext } from '@netsentinel/contracts/decoy';
import { systemClock } from '@netsentinel/kernel/clock';
import { createLogger } from '@netsentinel/kernel/log';
import { sshDecoy } from '../ssh.decoy.ts';

/** What the benchmark asks, and what it is told. */
export type BenchRequest = 'measure' | 'reset' | 'stop';
export type BenchReply =
  | { readonly kind: 'listening'; readonly port: number }
  | {
      readonly kind: 'measured';
      readonly rssBytes: number;
      readonly connections: number;
      /** The longest that the event loop served nobody since the last `reset`. */
      readonly maxStallMs: number;
      /** The processor time of the longest turn of the event loop: the rest of a stall is waiting for a processor or for collector threads. */
      readonly maxTurnCpuMs: number;
    };

let sessions = 0;
const context: DecoyContext = {
  decoy: 'ssh-bench',
  seed: new Uint8Array(32).fill(7),
  clock: systemClock,
  log: createLogger('bench', { level: 'warn' }),
  limits: {
    maxConnections: 100_000,
    maxConnectionsPerSource: 100_000,
    maxSessionMs: 3_600_000,
    maxUploadBytes: 1 << 20,
    maxRecordingBytes: 1 << 20,
  },
  newSessionId: () => `bench~${++sessions}`,
  emit: () => true,
  drained: () => Promise.resolve(),
  blobs: {
    record: () => ({ write: () => {}, close: () => {}, bytes: 0 }),
    keep: (content) => Promise.resolve({ sha256: '', bytes: content.length, truncated: false }),
  },
  memory: { recall: () => Promise.resolve(undefined), remember: () => true },
};

const config = sshDecoy.config.parse({
  credentials: { any: true, remember: false },
  failureDelayMs: 0,
  successDelayMs: 0,
  maxStartups: { start: 10_000, full: 10_000 },
});
const decoy = sshDecoy.create(context, config);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();

let maxTurnCpuMs = 0;
let lastCpuMs = threadCpuMs();
setInterval(() => {
  const now = threadCpuMs();
  maxTurnCpuMs = Math.max(maxTurnCpuMs, now - lastCpuMs);
  lastCpuMs = now;
}, 1);

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

const server = createServer({ noDelay: true }, (stream) => {
  decoy.accept({
    stream,
    source: { ip: stream.remoteAddress ?? '127.0.0.1', port: stream.remotePort ?? 0 },
    destination: { ip: stream.localAddress ?? '127.0.0.1', port: stream.localPort ?? 0 },
  });
});
server.listen({ host: '127.0.0.1', port: Number(process.env['BENCH_PORT'] ?? 0), backlog: 4096 }, () => {
  const address = server.address();
  reply({ kind: 'listening', port: typeof address === 'object' && address !== null ? address.port : 0 });
});

process.on('message', (request: BenchRequest) => {
  if (request === 'stop') process.exit(0);
  if (request === 'reset') {
    delay.reset();
    maxTurnCpuMs = 0;
    return;
  }
  reply({
    kind: 'measured',
    rssBytes: process.memoryUsage.rss(),
    connections: decoy.connections,
    maxStallMs: delay.max / 1e6,
    maxTurnCpuMs,
  });
});
process.on('disconnect', () => process.exit(0));

function reply(message: BenchReply): void {
  process.send?.(message);
}
