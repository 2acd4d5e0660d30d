/**
 * How many logins a second the SSH decoy serves, client included, and what a held shell costs. The decoy runs in a process of its own,
 * the client in this one: on two cores each has one. `node decoys/ssh/bench/ssh.bench.ts [--hold] [--logins=n] [--sessions=n]` prints JSON.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectSsh, type SshClient } from '../../../testkit/ssh-client/ssh-client.ts';
import type { BenchReply, BenchRequest } from './ssh-bench.server.ts';

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

/**
 * As the launcher starts the decoy host (`confinements.ts`). A small young generation: what a login leaves behind is not kept around as committed
 * memory, and one collection of it has little to copy.
 */
const SERVER_OPTIONS = ['--max-semi-space-size=2'];
const HOLD_MS = 5_000;
const USER = 'root';
const PASSWORD = 'benchmark';

class BenchServer {
  readonly #child: ChildProcess;
  readonly port: number;

  constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(port: number, nodeOptions: readonly string[] = []): Promise<BenchServer> {
    const child = fork(fileURLToPath(new URL('ssh-bench.server.ts', import.meta.url)), {
      execArgv: [
        ...nodeOptions,
        ...(process.env['BENCH_SERVER_OPTIONS'] ?? '').split(' ').filter((word) => word !== ''),
      ],
      env: { ...process.env, BENCH_PORT: String(port) },
    });
    const first = await nextReply(child);
    if (first.kind !== 'listening') throw new Error('The benchmark server did not start');
    return new BenchServer(child, first.port);
  }

  async measure(): Promise<BenchReply & { kind: 'measured' }> {
    this.#ask('measure');
    const reply = await nextReply(this.#child);
    if (reply.kind !== 'measured') throw new Error('The benchmark server answered something else');
    return reply;
  }

  reset(): void {
    this.#ask('reset');
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#ask('stop');
    await gone;
  }

  #ask(request: BenchRequest): void {
    this.#child.send(request);
  }
}

function nextReply(child: ChildProcess): Promise<BenchReply> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new Error('The benchmark server ended'));
    child.once('exit', gone);
    child.once('message', (message) => {
      child.off('exit', gone);
      resolve(message as BenchReply);
    });
  });
}

/** Logs in `logins` times, `concurrency` at a time. A login is timed from connecting to the server's word of success. */
export async function benchSsh(options: {
  readonly logins: number;
  readonly concurrency: number;
  readonly port?: number;
}): Promise<SshBenchResult> {
  const server = await BenchServer.start(options.port ?? 0, SERVER_OPTIONS);
  try {
    // A tenth on top, not counted, warms both compilers up.
    const warmUp = Math.ceil(options.logins / 10);
    await login(server.port, warmUp, options.concurrency);
    const started = performance.now();
    const { times, failures } = await login(server.port, options.logins, options.concurrency);
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
        const client = await open(port, left);
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
  const server = await BenchServer.start(0, SERVER_OPTIONS);
  const clients: SshClient[] = [];
  try {
    await shells(server.port, 50, clients);
    const before = await server.measure();
    server.reset();
    await shells(server.port, options.sessions, clients);
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
      node_options: SERVER_OPTIONS.join(' '),
    };
  } finally {
    for (const client of clients) client.close();
    await server.stop();
  }
}

async function shells(port: number, count: number, clients: SshClient[]): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const client = await open(port, left);
      clients.push(client);
      const shell = await client.shell();
      await shell.waitFor('# ');
      shell.onData(() => {});
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

function open(port: number, index: number): Promise<SshClient> {
  return connectSsh({
    host: '127.0.0.1',
    port,
    // Many attackers: one address in a thousand.
    localAddress: `127.0.${(index >> 8) & 3}.${((index & 0xff) % 250) + 2}`,
    user: USER,
    password: PASSWORD,
    verifyHostKey: false,
    reuseEphemeralKey: true,
  });
}

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
