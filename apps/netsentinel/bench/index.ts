/** Every benchmark and fault of the command line: its name, its knobs, and how to load it. Benches live beside what they measure. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decoyBenchKinds } from './decoys.bench.ts';

export interface Bench {
  readonly name: string;
  readonly summary: string;
  /** Numbers that may be given, with their defaults. */
  readonly options: Readonly<Record<string, { readonly summary: string; readonly default: string }>>;
  readonly flags?: Readonly<Record<string, string>>;
  /** Texts that must be given unless they are optional, or that are one of `choices`, of which the first is meant otherwise. */
  readonly texts?: Readonly<
    Record<string, { readonly summary: string; readonly choices?: readonly string[]; readonly optional?: true }>
  >;
  /** `failed: true` in the result makes the exit code 1. */
  run(
    numbers: Readonly<Record<string, number>>,
    flags: ReadonlySet<string>,
    texts: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, unknown>>>;
}

const number = (summary: string, value: number): { summary: string; default: string } => ({
  summary,
  default: String(value),
});

const SIGMA = {
  rules: { summary: 'a folder of Sigma rules' },
  events: { summary: 'a file of JSON lines' },
  routing: { summary: 'whether an event meets only rules for its log source', choices: ['on', 'off'] },
};

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
    name: 'decoys',
    summary:
      'what each kind of decoy serves a second; with --hold, sessions of all kinds held open; with --minutes, half of both for so long',
    options: {
      seconds: number('seconds of each kind', 5),
      concurrency: number('connections at once', 32),
      sessions: number('sessions to hold with --hold; half of them with --minutes', 5_000),
      minutes: number('half of the wanted load for so many minutes, and whether memory stays flat', 0),
    },
    flags: { hold: 'hold sessions open instead' },
    texts: { kind: { summary: 'a kind of decoy', choices: decoyBenchKinds } },
    run: async ({ seconds, concurrency, sessions, minutes }, flags, { kind = 'all' }) =>
      (await import('./decoys.bench.ts')).benchDecoys({
        kind,
        seconds: seconds!,
        concurrency: concurrency!,
        sessions: sessions!,
        hold: flags.has('hold'),
        minutes: minutes!,
      }),
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
    name: 'flood',
    summary:
      'very many attackers at once in a followed log: written to blocked in the kernel, protected addresses left alone (root: network namespaces)',
    options: { attackers: number('attackers', 10_000), seconds: number('seconds that they come in', 10) },
    run: async ({ attackers, seconds }) => ({
      ...(await (await import('./flood.bench.ts')).benchFlood({ attackers: attackers!, seconds: seconds! })),
    }),
  },
  {
    name: 'entries',
    summary:
      'one block added, seen and deleted among many in force, and the memory for them (root: network namespaces)',
    options: { entries: number('blocks in force before', 100_000), samples: number('attackers', 200) },
    texts: { responder: { summary: 'whose firewall', choices: ['nftables', 'iptables'] } },
    run: async ({ entries, samples }, _, { responder }) => ({
      ...(await (
        await import('@netsentinel/enforcer/bench/block.bench')
      ).benchBlock({
        entries: entries!,
        samples: samples!,
        responder: responder as 'nftables' | 'iptables',
        nodeOptions: (await import('../launcher/sandbox.ts')).ENFORCER_OPTIONS,
      })),
    }),
  },
  {
    name: 'rivals',
    summary:
      'the same failed logins in one log for us, fail2ban and CrowdSec: written to dropped (root: network namespaces; both installed)',
    options: { samples: number('attackers', 30) },
    run: async ({ samples }) => ({
      ...(await (await import('./rivals/rivals.bench.ts')).benchRivals({ samples: samples! })),
    }),
  },
  {
    name: 'tail',
    summary: 'line written to a followed file to incident, beside a background of harmless lines',
    options: { samples: number('attackers', 200), lines: number('background lines a second', 2_000) },
    run: async ({ samples, lines }) => ({
      ...(await (await import('./tail.bench.ts')).benchTail({ samples: samples!, lines: lines! })),
    }),
  },
  {
    name: 'live',
    summary: 'a decoy touched to its incident drawn in Chromium, beside a busy log (the console built; chromium)',
    options: { touches: number('attackers', 150), background: number('background events a second', 2_000) },
    run: async ({ touches, background }) =>
      (await import('./live.bench.ts')).benchLive({ touches: touches!, background: background! }),
  },
  {
    name: 'keystrokes',
    summary: 'SSH keystroke to visible in Chromium, under background events',
    options: { keystrokes: number('keystrokes', 200), background: number('background events a second', 1_000) },
    run: async ({ keystrokes, background }) => ({
      ...(await (
        await import('./keystrokes.bench.ts')
      ).benchKeystrokes({ keystrokes: keystrokes!, background: background! })),
    }),
  },
  {
    name: 'sockets',
    summary:
      'the live channel: how soon messages arrive at many consoles, what a console costs, and whether any is lost',
    options: {
      clients: number('clients; 0 is 500 and then 2,000', 0),
      rate: number('messages a second to each client, with --clients', 20),
      seconds: number('of each load', 10),
    },
    run: async ({ clients, rate, seconds }) =>
      (await import('./sockets.bench.ts')).benchSockets(clients!, rate!, seconds!),
  },
  {
    name: 'ingest',
    summary: 'events through normalise, stream, detect (with the rules that come with us) and store',
    options: { events: number('events', 1_000_000) },
    texts: {
      rules: { summary: 'a folder of Sigma rules: 300 of its network and Linux rules are on too', optional: true },
    },
    run: async ({ events }, _flags, { rules }) => ({
      ...(await (await import('./ingest.bench.ts')).benchIngest({ events: events!, rules })),
    }),
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
    name: 'api',
    summary: 'the overview, the incident queue, questions about events and exports over HTTP, and appending meanwhile',
    options: {
      events: number('events stored', 200_000),
      seconds: number('of appending, alone and while asked, and of asking for the queue', 10),
    },
    run: async ({ events, seconds }) =>
      (await import('./api.bench.ts')).benchApi({ events: events!, seconds: seconds! }),
  },
  {
    name: 'parse',
    summary: 'lines of a log format to ECS events a second, on one thread',
    options: { records: number('records in each round', 400_000) },
    texts: {
      format: { summary: 'a format of `formats`' },
      input: { summary: 'a file of it (default: the format’s examples, repeated)', optional: true },
    },
    run: async ({ records }, _flags, { format, input }) =>
      (await import('@netsentinel/normalise/bench/parse.bench')).benchParse({
        format: format!,
        input: input ?? '',
        records: records!,
      }),
  },
  {
    name: 'analyze',
    summary:
      'analyze over mixed logs that are written first: time, memory, and which of the planted attackers are found',
    options: {
      gigabytes: number('gigabytes of logs: a day each', 1),
      attackers: number('addresses that attack', 300),
      moves: number('what each of them does', 20),
      seed: number('the same seed writes the same logs', 1),
    },
    texts: { folder: { summary: 'where to write the logs, which then stay for another run', optional: true } },
    run: async ({ gigabytes, attackers, moves, seed }, _flags, { folder = '' }) => ({
      ...(await (
        await import('./analyze.bench.ts')
      ).benchAnalyze({ gigabytes: gigabytes!, attackers: attackers!, moves: moves!, seed: seed!, folder })),
    }),
  },
  {
    name: 'receive',
    summary: 'syslog messages from the wire to the disk, through the whole product',
    options: { records: number('messages', 200_000), rate: number('datagrams a second, over UDP', 10_000) },
    texts: { transport: { summary: 'how they come', choices: ['udp', 'tcp'] } },
    run: async ({ records, rate }, _flags, { transport }) =>
      (await import('./receive.bench.ts')).benchReceive({
        transport: transport === 'tcp' ? 'tcp' : 'udp',
        records: records!,
        rate: rate!,
      }),
  },
  {
    name: 'sigma',
    summary: 'events a second through Sigma rules, on one thread, from JSON text',
    options: {},
    texts: SIGMA,
    run: async (_numbers, _flags, { rules, events, routing }) => ({
      ...(await (
        await import('@netsentinel/sigma/bench/sigma.bench')
      ).benchSigma({ rules: rules!, events: events!, routing: routing === 'on' })),
    }),
  },
  {
    name: 'sigma-growth',
    summary: 'what all Sigma rules cost beside 300 of them, on events that match none',
    options: { seed: number('the same seed draws the same 300', 1) },
    texts: SIGMA,
    run: async ({ seed }, _flags, { rules, events, routing }) => ({
      ...(await (
        await import('@netsentinel/sigma/bench/sigma.bench')
      ).benchSigmaGrowth({ rules: rules!, events: events!, routing: routing === 'on', seed: seed! })),
    }),
  },
  {
    name: 'guard',
    summary: 'microseconds that guard takes of a request, with everything on and a full blocklist',
    options: { entries: number('networks in the blocklist', 100_000), requests: number('requests', 200_000) },
    run: async ({ entries, requests }) => ({
      ...(await (
        await import('@netsentinel/guard/bench/guard.bench')
      ).benchGuard({ entries: entries!, requests: requests! })),
    }),
  },
  {
    name: 'idle',
    summary: 'memory of all processes when nothing happens, and the time until everything listens',
    options: { settle: number('seconds to wait before looking', 10) },
    run: async ({ settle }) => ({ ...(await (await import('./idle.bench.ts')).benchIdle({ settleS: settle! })) }),
  },
];

const SHORT = { short: 'the form that CI runs' };
const seed = number('the same seed draws the same order', 1);
const rounds = (full: number, short: number) => number(`kills; 0 is ${full}, or ${short} with --short`, 0);

export const faults: readonly Bench[] = [
  {
    name: 'stream-kill',
    summary: 'kill -9 while the stream appends: nothing acknowledged may be lost or doubled',
    options: { rounds: rounds(200, 12), seed },
    flags: SHORT,
    run: async (given, flags) =>
      (await import('../fault/parts.fault.ts')).faultStreamKill(formOf(given, flags, 200, 12)),
  },
  {
    name: 'stream-torn',
    summary: "a segment's tail cut, zeroed or overwritten from every byte on",
    options: { seed },
    flags: SHORT,
    run: async (given, flags) => (await import('../fault/parts.fault.ts')).faultStreamTorn(formOf(given, flags, 1, 1)),
  },
  {
    name: 'enforcer-kill',
    summary: 'kill -9 of the enforcer at work: the firewall must equal its journal (root: network namespace)',
    options: { rounds: rounds(200, 8), seed },
    flags: SHORT,
    run: async (given, flags) =>
      (await import('../fault/parts.fault.ts')).faultEnforcerKill(formOf(given, flags, 200, 8)),
  },
  {
    name: 'response',
    summary:
      'kill -9 of platform, enforcer, Redis and firewalld while blocks come and go: what is intended is what is (root: network namespaces; redis-server, firewalld)',
    options: {
      kills: number('kills in all; 0 is 1,000, or 20 with --short', 0),
      minutes: number('minutes after which nobody is killed any more; 0: no end but --kills', 0),
      seed,
    },
    flags: SHORT,
    run: async ({ kills, minutes, seed: drawn }, flags) =>
      (await import('../fault/response.fault.ts')).faultResponse({
        kills: kills || (flags.has('short') ? 20 : 1_000),
        seed: drawn ?? 1,
        minutes: minutes ?? 0,
      }),
  },
  {
    name: 'loop-kill',
    summary: 'kill -9 of each process of the whole product under attack (root: network namespaces)',
    options: { rounds: rounds(200, 3), seed },
    flags: SHORT,
    run: async (given, flags) =>
      (await import('../fault/loop-kill.fault.ts')).faultLoopKill({
        ...formOf(given, flags, 200, 3),
        strangers: flags.has('short') ? 400 : 2_000,
      }),
  },
  {
    name: 'collector-kill',
    summary: 'kill -9 of collector and platform while a log is written and rotated: every line once (root; logrotate)',
    options: { rounds: rounds(40, 3), seed, lines: number('lines a second; 0 is 2,000, or 500 with --short', 0) },
    flags: SHORT,
    run: async (given, flags) =>
      (await import('../fault/collector-kill.fault.ts')).faultCollectorKill({
        ...formOf(given, flags, 40, 3),
        linesPerSecond: given['lines'] || (flags.has('short') ? 500 : 2_000),
      }),
  },
  {
    name: 'disk-full',
    summary: 'a full disk under attack, and room again (root: tmpfs and network namespaces)',
    options: { rounds: number('times that the disk is filled; 0 is 10, or 2 with --short', 0) },
    flags: SHORT,
    run: async (given, flags) => {
      const { rounds, short } = formOf(given, flags, 10, 2);
      return (await import('../fault/disk-full.fault.ts')).faultDiskFull({
        rounds,
        sessions: short ? 8 : 40,
        strangers: short ? 200 : 1_000,
      });
    },
  },
  {
    name: 'clock',
    summary: 'the wall clock jumps an hour forth and back (root: network namespaces)',
    options: { rounds: number('series of three jumps; 0 is 10, or 1 with --short', 0) },
    flags: SHORT,
    run: async (given, flags) => {
      const { rounds, short } = formOf(given, flags, 10, 1);
      return (await import('../fault/clock.fault.ts')).faultClock({ rounds, attackers: short ? 10 : 50 });
    },
  },
  {
    name: 'soak',
    summary: 'many events through the ingest path with flat memory',
    options: { events: number('events; 0 is 10,000,000, or 200,000 with --short', 0) },
    flags: SHORT,
    run: async ({ events }, flags) =>
      (await import('../fault/soak.fault.ts')).faultSoak({
        events: events || (flags.has('short') ? 200_000 : 10_000_000),
        short: flags.has('short'),
      }),
  },
];

function formOf(
  given: Readonly<Record<string, number>>,
  flags: ReadonlySet<string>,
  full: number,
  short: number,
): { rounds: number; seed: number; short: boolean } {
  const isShort = flags.has('short');
  return { rounds: given['rounds'] || (isShort ? short : full), seed: given['seed'] ?? 1, short: isShort };
}
