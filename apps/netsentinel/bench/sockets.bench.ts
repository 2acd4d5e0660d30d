/**
 * What the live channel delivers: one process serves the real API, another has all the clients, each in the rooms that a console joins. Measured is the time
 * from when a message was due to when its client has it, what a client costs the server in memory, and whether anything is lost.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { PLATFORM_OPTIONS } from '../launcher/confinements.ts';
import type { FromClients, FromServer, ToClients, ToServer } from './sockets-processes.types.ts';
import { percentile } from './whole-product.ts';

/** Each step of it, beside the time of the load. */
const STEP_MS = 60_000;
/** After the last message was sent. */
const ARRIVING_MS = 2_000;

interface Load {
  readonly clients: number;
  readonly perSecond: number;
  /** What must hold. */
  readonly p99Ms: number;
}

const LOADS: readonly Load[] = [
  { clients: 500, perSecond: 20, p99Ms: 15 },
  { clients: 2_000, perSecond: 10, p99Ms: 75 },
];
const KB_PER_CLIENT = 60;

/**
 * Each load on a server of its own; `clients` 0: both that have floors, otherwise one without. `failed` where anything was lost or a floor did not hold.
 */
export async function benchSockets(
  clients: number,
  perSecond: number,
  seconds: number,
): Promise<Record<string, unknown>> {
  const loads = clients === 0 ? LOADS : [{ clients, perSecond, p99Ms: Number.POSITIVE_INFINITY }];
  const results: Record<string, number | boolean>[] = [];
  for (const load of loads) results.push(await measure(load, seconds));
  return { loads: results, kb_floor: KB_PER_CLIENT, failed: results.some(({ holds }) => holds === false) };
}

async function measure(
  { clients, perSecond, p99Ms }: Load,
  seconds: number,
): Promise<Record<string, number | boolean>> {
  const server = start<ToServer, FromServer>('sockets-server.ts');
  const herd = start<ToClients, FromClients>('sockets-clients.ts');
  try {
    const { port, cookies } = await server.hear('listening');
    const memory = async (): Promise<number> => {
      server.say({ t: 'memory' });
      return (await server.hear('memory')).bytes;
    };
    const before = await memory();
    const began = performance.now();
    herd.say({ t: 'open', clients, port, cookies });
    await herd.hear('opened');
    const openedMs = performance.now() - began;
    const opened = await memory();
    server.say({ t: 'publish', perSecond, seconds });
    const { messages, cpuMs } = await server.hear('published', STEP_MS + seconds * 1000);
    await new Promise((resolve) => setTimeout(resolve, ARRIVING_MS));
    herd.say({ t: 'report' });
    const { took, received, outOfOrder, closed } = await herd.hear('report');
    const after = await memory();
    took.sort();
    const times = Array.from(took);
    const ms = (micros: number): number => Math.round(micros / 10) / 100;
    const lost = received.reduce((sum, count) => sum + messages - count, 0);
    const p99 = ms(percentile(times, 0.99));
    const kb = Math.round((Math.max(opened, after) - before) / clients / 1024);
    return {
      clients,
      messages_per_second: perSecond,
      seconds,
      delivered: times.length,
      lost,
      out_of_order: outOfOrder,
      cut_off: closed,
      p50_ms: ms(percentile(times, 0.5)),
      p99_ms: p99,
      max_ms: ms(times.at(-1) ?? Number.NaN),
      kb_per_client: kb,
      kb_per_client_before_load: Math.round((opened - before) / clients / 1024),
      server_cpu_share: Math.round((cpuMs / (seconds * 1000)) * 100) / 100,
      opened_ms: Math.round(openedMs),
      ...(Number.isFinite(p99Ms) ? { p99_floor_ms: p99Ms } : {}),
      holds: lost === 0 && outOfOrder === 0 && closed === 0 && p99 <= p99Ms && kb <= KB_PER_CLIENT,
    };
  } finally {
    await Promise.all([server.end(), herd.end()]);
  }
}

interface Part<To, From extends { readonly t: string }> {
  say(message: To): void;
  /** The next message of this kind; rejects where the process ends before it, or says that it failed. */
  hear<T extends From['t']>(t: T, withinMs?: number): Promise<Extract<From, { t: T }>>;
  end(): Promise<void>;
}

function start<To extends object, From extends { readonly t: string }>(file: string): Part<To, From> {
  const child: ChildProcess = fork(join(import.meta.dirname, file), [], {
    execArgv: [...PLATFORM_OPTIONS],
    env: { ...process.env, MALLOC_ARENA_MAX: '2' },
    serialization: 'advanced',
  });
  return {
    say: (message) => void child.send(message),
    hear: (t, withinMs = STEP_MS) =>
      new Promise((resolve, reject) => {
        const fail = (why: string): void => {
          done();
          reject(new NetSentinelError('BENCH_START', 'operational', `${file}: ${why}`));
        };
        const onMessage = (message: From | { readonly t: 'failed'; readonly why: string }): void => {
          if (message.t === 'failed') fail((message as { readonly why: string }).why);
          if (message.t !== t) return;
          done();
          resolve(message as never);
        };
        const onExit = (): void => fail('it ended too early');
        const timer = setTimeout(() => fail(`no word of "${t}" in ${withinMs / 1000} s`), withinMs);
        const done = (): void => {
          clearTimeout(timer);
          child.off('message', onMessage).off('exit', onExit);
        };
        child.on('message', onMessage).on('exit', onExit);
      }),
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}
