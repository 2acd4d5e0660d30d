/**
 * Decoys in a process of their own, for the benchmarks: they listen on loopback, keep nothing, and answer over IPC what their process costs. Events are
 * dropped: the benchmark is of the decoys, not of the pipeline. Which decoys come in `BENCH_DECOYS`.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Decoy, DecoyContext } from '@netsentinel/contracts/decoy';
import { systemClock } from '@netsentinel/kernel/clock';
import { createLogger } from '@netsentinel/kernel/log';
import { findDecoy } from '../../index.ts';

/** What the benchmark asks, and what it is told. */
export type BenchRequest = 'measure' | 'reset' | 'stop';
export interface BenchedDecoy {
  readonly type: string;
  readonly config: object;
  /** 0: any. */
  readonly port: number;
}
export type BenchReply =
  | { readonly kind: 'listening'; readonly ports: readonly number[] }
  | {
      readonly kind: 'measured';
      readonly rssBytes: number;
      readonly heapUsedBytes: number;
      /** Processor time of the process so far. */
      readonly cpuMs: number;
      readonly connections: number;
      /** The longest that the event loop served nobody since the last `reset`. */
      readonly maxStallMs: number;
      /** The processor time of the longest turn of the event loop: the rest of a stall is waiting for a processor or for collector threads. */
      readonly maxTurnCpuMs: number;
    };

let sessions = 0;
const context: Omit<DecoyContext, 'decoy'> = {
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

const benched = JSON.parse(process.env['BENCH_DECOYS'] ?? '[]') as readonly BenchedDecoy[];
const decoys: Decoy[] = [];
const ports: number[] = [];
for (const { type, config, port } of benched) {
  const definition = await findDecoy(type);
  if (definition === undefined) throw new Error(`no decoy of type ${type}`);
  const decoy = definition.create({ ...context, decoy: type }, definition.config.parse(config));
  decoys.push(decoy);
  ports.push(await listen(decoy, port));
}
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

async function listen(decoy: Decoy, port: number): Promise<number> {
  const server = createServer({ noDelay: true }, (stream) => {
    stream.on('error', () => {});
    decoy.accept({
      stream,
      source: { ip: stream.remoteAddress ?? '127.0.0.1', port: stream.remotePort ?? 0 },
      destination: { ip: stream.localAddress ?? '127.0.0.1', port: stream.localPort ?? 0 },
    });
  });
  server.listen({ host: '127.0.0.1', port, backlog: 4096 });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

process.on('message', (request: BenchRequest) => {
  if (request === 'stop') process.exit(0);
  if (request === 'reset') {
    delay.reset();
    maxTurnCpuMs = 0;
    return;
  }
  // With `BENCH_SERVER_OPTIONS=--expose-gc` only what is really held is counted; then the stalls are those of the collector.
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  reply({
    kind: 'measured',
    rssBytes: process.memoryUsage.rss(),
    heapUsedBytes: process.memoryUsage().heapUsed,
    cpuMs: (user + system) / 1000,
    connections: decoys.reduce((sum, decoy) => sum + decoy.connections, 0),
    maxStallMs: delay.max / 1e6,
    maxTurnCpuMs,
  });
});
process.on('disconnect', () => process.exit(0));
reply({ kind: 'listening', ports });

function reply(message: BenchReply): void {
  process.send?.(message);
}
