/** Rules over the stream, with real stores on disk: what a user's rule files say becomes incidents, and goes on after restarts and changes of rules. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event, SensorEvent } from '@netsentinel/contracts/event';
import type { Incident } from '@netsentinel/contracts/incident';
import { Behaviours } from '@netsentinel/detect/behaviour/behaviours';
import { ManualClock } from '@netsentinel/kernel/clock';
import { encodeEvent } from '@netsentinel/kernel/event-record';
import { silentLogger as log } from '@netsentinel/kernel/log';
import { normaliseSensorEvent } from '@netsentinel/normalise/decoy/decoy.parser';
import { compilePolicy } from '@netsentinel/respond/engine';
import { RespondConfig } from '@netsentinel/respond/respond.config';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { openEmbeddedStream } from '@netsentinel/stream/embedded/embedded-stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventJudge } from '../rules/event-judge.ts';
import { CompiledEventRules } from '../rules/event-rules.ts';
import { startLiveRules, type LiveRules } from '../rules/live-rules.ts';
import { createAnalysis } from './analysis.ts';
import { createCorrelation } from './correlation.ts';

const NOW = Date.parse('2026-11-21T10:00:00.000Z');
const CONTENT = join(import.meta.dirname, '../../../content');
const EPOCH = 'b1abcdef';

let folder: string;
let product: Awaited<ReturnType<typeof start>> | undefined;
let clock: ManualClock;
let sequence = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-detection-'));
  mkdirSync(join(folder, 'rules', 'mine'), { recursive: true });
  writeFileSync(
    join(folder, 'rules', 'mine', 'set.json'),
    JSON.stringify({ name: 'mine', version: '1', installedAt: '2026-11-21T00:00:00Z', files: {} }),
  );
  clock = new ManualClock(NOW);
  sequence = 0;
});

afterEach(async () => {
  await product?.stop();
  product = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function rule(name: string, text: string): void {
  writeFileSync(join(folder, 'rules', 'mine', `${name}.yml`), text);
}

/** The parts of the platform that a rule passes through, on this test's folder. */
async function start() {
  const stream = await openEmbeddedStream({ directory: join(folder, 'stream'), partitions: 4, clock, log });
  const state = await openSqliteStateStore({ file: join(folder, 'state.db'), clock, log });
  const rules = new CompiledEventRules(join(CONTENT, 'rules'));
  const correlation = createCorrelation({
    open: () => openEmbeddedStream({ directory: join(folder, 'correlation'), partitions: 4, clock, log }),
    exists: existsSync(join(folder, 'correlation')),
    state,
    clock,
    log,
    fold: (findings, write) => analysis.addFindings(findings, write),
  });
  const live: LiveRules = await startLiveRules({
    content: CONTENT,
    folder: join(folder, 'rules'),
    clock,
    log,
    onRules: (set) => {
      rules.use(set);
      correlation.use(set);
    },
  });
  const analysis = createAnalysis({
    stream,
    state,
    clock,
    log,
    rules: new EventJudge(rules, new Behaviours()),
    correlate: (seen) => correlation.take(seen),
    policy: compilePolicy(RespondConfig.parse({})),
    onIncident: () => {},
    onAction: () => {},
  });
  await correlation.start();
  await analysis.start();
  const before = sequence;
  return {
    rules,
    live,
    correlation,
    analysed: () => vi.waitFor(() => expect(analysis.counters.events).toBe(sequence - before), { interval: 1 }),
    feed: async (...events: SensorEvent[]): Promise<void> => {
      const records = events.map((sensed) => {
        const event = stamped(sensed);
        return {
          key: event.netsentinel.actor,
          origin: { producer: 'log', epoch: EPOCH, sequence },
          value: encodeEvent(event),
        };
      });
      await stream.append(records);
    },
    incidents: async (): Promise<Incident[]> => {
      const { incidents } = await state.read.incidents({ limit: 100 });
      const whole = await Promise.all(incidents.map(({ id }) => state.read.incident(id)));
      return whole.filter((one) => one !== undefined);
    },
    stop: async (): Promise<void> => {
      live.stop();
      await analysis.stop();
      await correlation.stop();
      await correlation.stream?.close();
      await stream.close();
      await state.close();
    },
  };
}

function stamped(sensed: SensorEvent): Event {
  const result = normaliseSensorEvent(sensed, {
    sensor: { id: 'log', type: 'file' },
    epoch: EPOCH,
    sequence: ++sequence,
    receivedAt: clock.now(),
    sourceVerified: true,
  });
  if (!result.ok) throw new Error(result.error.event.reason);
  return result.value;
}

const program = (commandLine: string, more: Partial<SensorEvent> = {}): SensorEvent => ({
  '@timestamp': new Date(clock.now()).toISOString(),
  event: { kind: 'event', dataset: 'auditd.log', category: ['process'], type: ['start'] },
  host: { name: 'web1', os: { type: 'linux' } },
  process: { command_line: commandLine, executable: '/usr/bin/x' },
  ...more,
});
const from = (ip: string): Partial<SensorEvent> => ({ source: { ip } });
const byUser = (name: string, ip: string): SensorEvent =>
  program('corp-tool --login', { user: { name }, source: { ip } });

const TOOL = `
title: Corporate tool used
id: 5d1e9a52-5c3a-4f55-9d6a-5f0c8a5a6a01
name: corp_tool
status: stable
level: high
tags: [attack.execution, attack.t1059.004]
logsource: { product: linux, category: process_creation }
detection: { selection: { CommandLine|contains: 'corp-tool' }, condition: selection }
`;
const MANY = `${TOOL}
---
title: Corporate tool used too often
id: 5d1e9a52-5c3a-4f55-9d6a-5f0c8a5a6a02
level: high
tags: [attack.credential-access, attack.t1110]
correlation:
  type: event_count
  rules: [corp_tool]
  group-by: [User]
  timespan: 10m
  condition: { gte: 4 }
`;

const detected = (incidents: readonly Incident[]): string[] =>
  incidents.flatMap(({ detections }) => detections.map(({ title, count }) => `${title} x${count}`)).toSorted();

describe('rules in the stream', () => {
  it('a match in a network or host event opens an incident of its source', async () => {
    rule('tool', TOOL);
    product = await start();
    await product.feed(program('ls', from('192.0.2.1')), program('corp-tool -x', from('192.0.2.7')));
    await product.analysed();
    expect(await product.incidents()).toMatchObject([
      {
        actor: '192.0.2.7',
        title: 'Corporate tool used from 192.0.2.7',
        severity: 'high',
        techniques: ['T1059.004'],
        tactics: ['TA0002'],
        sourceVerified: true,
        detections: [{ rule: '5d1e9a52-5c3a-4f55-9d6a-5f0c8a5a6a01', count: 1 }],
      },
    ]);
  });

  it('a match in an event that names no address is an incident of its host', async () => {
    rule('tool', TOOL);
    product = await start();
    await product.feed(program('corp-tool -x'));
    await product.analysed();
    expect(await product.incidents()).toMatchObject([
      { actor: 'host:web1', title: 'Corporate tool used on web1', actions: [] },
    ]);
  });

  it('our own rules leave moves at decoys to the detectors', async () => {
    product = await start();
    const atDecoy = { netsentinel: { decoy: { id: 'ssh', type: 'ssh' }, session: { id: 'ssh~1' } } };
    const miner = './xmrig -o stratum+tcp://198.51.100.9:3333';
    await product.feed(
      program(miner, from('192.0.2.7')),
      program(miner, {
        ...from('192.0.2.8'),
        ...atDecoy,
        event: { kind: 'event', dataset: 'netsentinel.ssh', action: 'ssh-command' },
      }),
    );
    await product.analysed();
    const incidents = await product.incidents();
    expect(incidents.find(({ actor }) => actor === '192.0.2.7')?.detections.map(({ rule: id }) => id)).toEqual([
      'bbfaffaf-0053-40db-9afa-0801139b626e',
    ]);
    expect(incidents.find(({ actor }) => actor === '192.0.2.8')?.detections.map(({ rule: id }) => id)).toContain(
      'miner',
    );
    expect(incidents.find(({ actor }) => actor === '192.0.2.8')?.detections.map(({ rule: id }) => id)).not.toContain(
      'bbfaffaf-0053-40db-9afa-0801139b626e',
    );
  });

  it('rules that change on disk are in force without a restart, one that is off is not', async () => {
    product = await start();
    const { rules } = product;
    const has = (id: string): boolean => rules.rules.some((one) => one.id.endsWith(id));
    expect(has('6a01')).toBe(false);
    rule('tool', TOOL);
    // Changes are taken up once they have settled on this clock.
    await vi.waitFor(() => {
      clock.advance(1_000);
      expect(has('6a01')).toBe(true);
    });
    writeFileSync(
      join(folder, 'rules', 'exceptions.json'),
      JSON.stringify({
        disabled: [
          {
            rule: '5d1e9a52-5c3a-4f55-9d6a-5f0c8a5a6a01',
            reason: 'noise',
            until: new Date(clock.now() + 3_600_000).toISOString(),
            by: 'ann',
            at: '2026-11-21T00:00:00Z',
          },
        ],
        exceptions: [],
      }),
    );
    await product.live.reload();
    expect(has('6a01')).toBe(false);
    clock.advance(3_600_001);
    await vi.waitFor(() => expect(has('6a01')).toBe(true));
  });

  it('a rule that cannot be read says so, and those before stay', async () => {
    rule('tool', TOOL);
    product = await start();
    const before = product.rules.rules.length;
    writeFileSync(join(folder, 'rules', 'exceptions.json'), 'no json');
    await product.live.reload();
    expect(product.rules.rules).toHaveLength(before);
  });
});

describe('correlations in the stream', () => {
  it('count by any field, over attackers of different partitions, and report once', async () => {
    rule('many', MANY);
    product = await start();
    for (let n = 1; n <= 9; n++) await product.feed(byUser('ann', `192.0.2.${n}`), byUser(`user${n}`, '192.0.2.99'));
    await product.analysed();
    const { correlation, incidents } = product;
    await vi.waitFor(() => expect(correlation.stats.found).toBe(1));
    const found = await incidents();
    // A rule that a correlation refers to does not report by itself.
    expect(detected(found)).toEqual(['Corporate tool used too often x1']);
    expect(found).toMatchObject([{ actor: '192.0.2.4', techniques: ['T1110'], sourceVerified: true }]);
    expect(found[0]?.timeline.at(-1)?.detail).toContain('User "ann"');
  });

  it('go on after a restart, and do not report again', async () => {
    rule('many', MANY);
    product = await start();
    for (let n = 1; n <= 3; n++) await product.feed(byUser('ann', `192.0.2.${n}`));
    await product.analysed();
    await product.stop();
    product = await start();
    await product.feed(byUser('ann', '192.0.2.4'));
    await vi.waitFor(async () =>
      expect(detected(await product!.incidents())).toEqual(['Corporate tool used too often x1']),
    );
    await product.stop();
    product = await start();
    await product.feed(byUser('ann', '192.0.2.5'), byUser('bob', '192.0.2.5'));
    await product.analysed();
    const { correlation } = product;
    await vi.waitFor(() => expect(correlation.stats.groups).toBe(2));
    expect(detected(await product.incidents())).toEqual(['Corporate tool used too often x1']);
  });

  it('count within one attacker where the event is analysed, and go on after a restart', async () => {
    rule('many', MANY.replace('group-by: [User]', 'group-by: [source.ip]'));
    product = await start();
    await product.feed(byUser('a', '192.0.2.1'), byUser('b', '192.0.2.1'), byUser('c', '192.0.2.2'));
    await product.analysed();
    await product.stop();
    product = await start();
    await product.feed(byUser('d', '192.0.2.2'), byUser('e', '192.0.2.1'), byUser('f', '192.0.2.1'));
    await product.analysed();
    expect(await product.incidents()).toMatchObject([
      { actor: '192.0.2.1', detections: [{ title: 'Corporate tool used too often', count: 1 }] },
    ]);
    await product.stop();
    product = await start();
    await product.feed(byUser('g', '192.0.2.1'));
    await product.analysed();
    expect(detected(await product.incidents())).toEqual(['Corporate tool used too often x1']);
    expect(product.correlation.stream).toBeUndefined();
  });

  it('keep what is in flight when other rules change', async () => {
    rule('many', MANY);
    rule('other', TOOL.replaceAll('corp_tool', 'other').replace('6a01', '6a09').replaceAll('corp-tool', 'other-tool'));
    product = await start();
    for (let n = 1; n <= 3; n++) await product.feed(byUser('ann', `192.0.2.${n}`));
    await product.analysed();
    unlinkSync(join(folder, 'rules', 'mine', 'other.yml'));
    await product.live.reload();
    await product.feed(byUser('ann', '192.0.2.4'));
    const { correlation } = product;
    await vi.waitFor(() => expect(correlation.stats.found).toBe(1));
  });

  it('judge by the clock what only the end of a window can tell', async () => {
    rule('few', MANY.replace('gte: 4', 'lt: 3').replace('too often', 'too seldom'));
    product = await start();
    await product.feed(byUser('ann', '192.0.2.1'), byUser('ann', '192.0.2.2'));
    const { correlation } = product;
    await vi.waitFor(() => expect(correlation.stats.groups).toBe(1));
    expect(correlation.stats.found).toBe(0);
    await vi.waitFor(() => {
      clock.advance(61_000);
      expect(correlation.stats.found).toBe(1);
    });
    await product.stop();
    product = await start();
    await product.feed(byUser('bob', '192.0.2.1'));
    await vi.waitFor(() => expect(product?.correlation.stats.groups).toBe(1));
    expect(detected(await product.incidents())).toEqual(['Corporate tool used too seldom x1']);
  });
});

describe('behaviours in the stream', () => {
  const refused = (host: number, ip = '10.0.0.5'): SensorEvent => ({
    '@timestamp': new Date(clock.now() + host).toISOString(),
    event: { kind: 'event', dataset: 'zeek.connection', category: ['network'], type: ['connection', 'denied'] },
    source: { ip, port: 40_000 + host },
    destination: { ip: `10.0.1.${host}`, port: 22 },
    network: { transport: 'tcp' },
    zeek: { connection: { state: 'REJ' } },
  });

  it('a scan becomes an incident of the host that scans, in the batch that shows it', async () => {
    product = await start();
    await product.feed(...[1, 2, 3].map((host) => refused(host)), refused(9, '10.0.0.6'));
    await product.analysed();
    expect(await product.incidents()).toEqual([]);
    await product.feed(refused(4));
    await product.analysed();
    expect(await product.incidents()).toMatchObject([
      {
        actor: '10.0.0.5',
        severity: 'medium',
        techniques: ['T1046'],
        detections: [{ rule: 'horizontal-scan', count: 1 }],
      },
    ]);
  });

  it('half of a scan from before a restart is known after it, and what was reported is not reported again', async () => {
    product = await start();
    await product.feed(...[1, 2].map((host) => refused(host)));
    await product.analysed();
    await product.stop();
    product = await start();
    await product.feed(...[3, 4].map((host) => refused(host)));
    await product.analysed();
    expect(detected(await product.incidents())).toEqual(['Scan of many hosts x1']);
    await product.stop();
    product = await start();
    await product.feed(...[5, 6, 7].map((host) => refused(host)));
    await product.analysed();
    expect(detected(await product.incidents())).toEqual(['Scan of many hosts x1']);
  });
});
