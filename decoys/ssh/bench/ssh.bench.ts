/**
 * How many logins a second the SSH decoy serves, client included, and what a held shell costs. The decoy runs in a process of its own,
 * the client in this one: on two cores each has one. `node decoys/ssh/bench/ssh.bench.ts [--hold] [--logins=n] [--sessions=n]` prints JSON.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectSsh, type SshClient } from '../../../testkit/ssh-client/ssh-client.ts';
import { HEAP_OPTIONS } from '../../heap-options.ts';
import { BenchServer } from '../../service/bench/bench-server.ts';
import { addressOf, type BenchTarget, type DecoyBench } from '../../service/bench/bench-target.ts';

export interface SshBenchResult {
  readonly logins_per_second: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly failures: number;
}

export interface SshHoldResult {
  readonly sessions: number;
  /** What the process grew by, garbage not yet collected included. */
  readonly bytes_per_session: number;
  /** The longest stall of all: `ramp`, while the shells were opened, and `hold`, while they were held. */
  readonly max_event_loop_stall_ms: number;
  readonly ramp_stall_ms: number;
  readonly hold_stall_ms: number;
  /** The processor time of the longest turn of the event loop; what a stall is longer than this, the machine was busy elsewhere. */
  readonly max_turn_cpu_ms: number;
  readonly hold_seconds: number;
  readonly node_options: string;
}

const HOLD_MS = 5_000;
const USER = 'root';
const PASSWORD = 'benchmark';
const CONFIG = {
  credentials: { any: true, remember: false },
  failureDelayMs: 0,
  successDelayMs: 0,
  maxStartups: { start: 10_000, full: 10_000 },
};

/** Logs in `logins` times, `concurrency` at a time. A login is timed from connecting to the server's word of success. */
export async function benchSsh(options: {
  readonly logins: number;
  readonly concurrency: number;
  readonly port?: number;
}): Promise<SshBenchResult> {
  const server = await BenchServer.start([{ type: 'ssh', config: CONFIG, port: options.port ?? 0 }]);
  try {
    // A tenth on top, not counted, warms both compilers up.
    const warmUp = Math.ceil(options.logins / 10);
    await login(server.ports[0]!, warmUp, options.concurrency);
    const started = performance.now();
    const { times, failures } = await login(server.ports[0]!, options.logins, options.concurrency);
    const seconds = (performance.now() - started) / 1000;
    times.sort((a, b) => a - b);
    const at = (share: number): number => round(times[Math.floor(share * (times.length - 1))] ?? 0);
    return { logins_per_second: round(times.length / seconds), p50_ms: at(0.5), p99_ms: at(0.99), failures };
  } finally {
    await server.stop();
  }
}

async function login(port: number, count: number, concurrency: number): Promise<{ times: number[]; failures: number }> {
  const times: number[] = [];
  let left = count;
  let failures = 0;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const started = performance.now();
      try {
        const client = await open({ port, localAddress: addressOf(left) });
        times.push(performance.now() - started);
        client.close();
        await client.closed;
      } catch {
        failures++;
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return { times, failures };
}

/** Holds `sessions` shells on terminals open, each at its prompt, and measures what the server's process grew by and how long it was away. */
export async function benchSshHold(options: {
  readonly sessions: number;
  readonly holdMs?: number;
}): Promise<SshHoldResult> {
  const holdMs = options.holdMs ?? HOLD_MS;
  const server = await BenchServer.start([{ type: 'ssh', config: CONFIG, port: 0 }]);
  const clients: SshClient[] = [];
  try {
    await shells(server.ports[0]!, 50, clients);
    const before = await server.measure();
    server.reset();
    await shells(server.ports[0]!, options.sessions, clients);
    const ramp = await server.measure();
    server.reset();
    await sleep(holdMs);
    const hold = await server.measure();
    return {
      sessions: hold.connections,
      bytes_per_session: Math.round((hold.rssBytes - before.rssBytes) / options.sessions),
      max_event_loop_stall_ms: round(Math.max(ramp.maxStallMs, hold.maxStallMs)),
      ramp_stall_ms: round(ramp.maxStallMs),
      hold_stall_ms: round(hold.maxStallMs),
      max_turn_cpu_ms: round(Math.max(ramp.maxTurnCpuMs, hold.maxTurnCpuMs)),
      hold_seconds: holdMs / 1000,
      node_options: HEAP_OPTIONS.join(' '),
    };
  } finally {
    for (const client of clients) client.close();
    await server.stop();
  }
}

async function shells(port: number, count: number, clients: SshClient[]): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) clients.push(await openShell({ port, localAddress: addressOf(left) }));
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

async function openShell(target: BenchTarget): Promise<SshClient> {
  const client = await open(target);
  const shell = await client.shell();
  await shell.waitFor('# ');
  shell.onData(() => {});
  return client;
}

function open({ port, localAddress }: BenchTarget): Promise<SshClient> {
  return connectSsh({
    host: '127.0.0.1',
    port,
    localAddress,
    user: USER,
    password: PASSWORD,
    verifyHostKey: false,
    reuseEphemeralKey: true,
  });
}

/** Beside the other kinds: what a login costs `benchSsh` says. */
export const sshBench: DecoyBench = {
  type: 'ssh',
  unit: 'logins',
  config: CONFIG,
  async run(target) {
    const client = await open(target);
    client.close();
    await client.closed;
  },
  hold: openShell,
};

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const number = (name: string, fallback: number): number =>
    Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? fallback);
  const result = process.argv.includes('--hold')
    ? await benchSshHold({ sessions: number('sessions', 1000) })
    : await benchSsh({ logins: number('logins', 3000), concurrency: number('concurrency', 32) });
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
