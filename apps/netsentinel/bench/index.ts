/** Every benchmark and fault of the command line: its name, its knobs, and how to load it. Benches live beside what they measure. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Bench {
  readonly name: string;
  readonly summary: string;
  /** Numbers that may be given, with their defaults. */
  readonly options: Readonly<Record<string, { readonly summary: string; readonly default: string }>>;
  readonly flags?: Readonly<Record<string, string>>;
  /** `failed: true` in the result makes the exit code 1. */
  run(
    numbers: Readonly<Record<string, number>>,
    flags: ReadonlySet<string>,
  ): Promise<Readonly<Record<string, unknown>>>;
}

const number = (summary: string, value: number): { summary: string; default: string } => ({
  summary,
  default: String(value),
});

export const benches: readonly Bench[] = [
  {
    name: 'stream',
    summary: 'durable appends of 600-byte records, acknowledged once on disk',
    options: { records: number('records to append', 2_000_000) },
    run: async ({ records }) => ({
      ...(await (await import('@netsentinel/stream/bench/stream.bench')).benchStream({ records: records! })),
    }),
  },
  {
    name: 'ssh',
    summary: 'logins a second over curve25519 and ed25519; with --hold, shells held open',
    options: {
      logins: number('logins', 5_000),
      concurrency: number('at once', 16),
      sessions: number('shells to hold, with --hold', 5_000),
    },
    flags: { hold: 'hold shells open instead' },
    run: async ({ logins, concurrency, sessions }, flags) => {
      const { benchSsh, benchSshHold } = await import('@netsentinel/decoys/ssh/bench/ssh.bench');
      return {
        ...(flags.has('hold')
          ? await benchSshHold({ sessions: sessions! })
          : await benchSsh({ logins: logins!, concurrency: concurrency! })),
      };
    },
  },
  {
    name: 'loop',
    summary:
      'SSH login to dropped packets, one attacker after another, with many blocks in force (root: network namespaces)',
    options: { entries: number('blocks in force before', 100_000), samples: number('attackers', 200) },
    run: async ({ entries, samples }) => ({
      ...(await (await import('./loop.bench.ts')).benchLoop({ entries: entries!, samples: samples! })),
    }),
  },
  {
    name: 'live',
    summary: 'SSH keystroke to visible in Chromium, under background events',
    options: { keystrokes: number('keystrokes', 200), background: number('background events a second', 1_000) },
    run: async ({ keystrokes, background }) => ({
      ...(await (await import('./live.bench.ts')).benchLive({ keystrokes: keystrokes!, background: background! })),
    }),
  },
  {
    name: 'ingest',
    summary: 'events through normalise, stream, detect and store',
    options: { events: number('events', 1_000_000) },
    run: async ({ events }) => ({ ...(await (await import('./ingest.bench.ts')).benchIngest({ events: events! })) }),
  },
  {
    name: 'query',
    summary: 'questions over stored events: a histogram, top sources, one address, words',
    options: { events: number('events stored', 10_000_000) },
    run: async ({ events }) => ({
      ...(await (
        await import('@netsentinel/store/bench/query.bench')
      ).benchQuery({ events: events!, directory: join(tmpdir(), 'netsentinel-bench-query') })),
    }),
  },
  {
    name: 'idle',
    summary: 'memory of all processes when nothing happens, and the time until everything listens',
    options: { settle: number('seconds to wait before looking', 10) },
    run: async ({ settle }) => ({ ...(await (await import('./idle.bench.ts')).benchIdle({ settleS: settle! })) }),
  },
];

export const faults: readonly Bench[] = [];
