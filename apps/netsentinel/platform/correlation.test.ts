import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import type { Position } from '@netsentinel/contracts/stream';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger as log } from '@netsentinel/kernel/log';
import { rekey } from '@netsentinel/sigma/correlate/rekey';
import { rolesOf } from '@netsentinel/sigma/correlate/roles';
import { readRules } from '@netsentinel/sigma/read/read-rules';
import { openEmbeddedStream } from '@netsentinel/stream/embedded/embedded-stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { move, NOW } from './analysis.fixture.ts';
import type { Correlated, LateFinding } from './analysis.types.ts';
import { AddressTable } from '@netsentinel/enrich/places/address-table';
import { SubjectWatch } from '@netsentinel/detect/subjects/subject-watch';
import type { EventRules } from './analysis.types.ts';
import { withSubjects } from '../rules/watched-subjects.ts';
import { createCorrelation, type CorrelationStage } from './correlation.ts';

const RULES = readRules([
  {
    path: 'rules.yml',
    text: `
title: Base
id: base
logsource: { category: process_creation }
detection: { selection: { a: b }, condition: selection }
---
title: Thrice
id: thrice
correlation: { type: event_count, rules: [base], group-by: [user.name], timespan: 5m, condition: { gte: 3 } }
`,
  },
]);

let folder: string;
let clock: ManualClock;
let marks: Map<string, readonly Position[]>;
let stored: LateFinding[];
let failing: boolean;
let running: CorrelationStage | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'correlation-'));
  clock = new ManualClock(NOW);
  [marks, stored, failing] = [new Map(), [], false];
});

afterEach(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<CorrelationStage> {
  const state = { read: { watermarks: async (group: string) => marks.get(group) ?? [] } } as unknown as StateStore;
  running = createCorrelation({
    open: () => openEmbeddedStream({ directory: join(folder, 'stream'), partitions: 2, clock, log }),
    exists: true,
    state,
    clock,
    log,
    subjects: newSubjects(),
    fold: async (findings, write) => {
      if (failing) throw new Error('disk full');
      const next = new Map(marks);
      await write({
        setWatermarks: async (group: string, at: readonly Position[]) => void next.set(group, at),
      } as unknown as StateTransaction);
      marks = next;
      stored.push(...findings);
    },
  });
  running.use(RULES);
  await running.start();
  return running;
}

async function stop(): Promise<void> {
  await running?.stop();
  await running?.stream?.close();
  running = undefined;
}

/** The nth event of the stream, of a program that `user` ran. */
function event(n: number, user = 'ann'): Correlated {
  const seen = move('ssh-program', { user: { name: user }, ip: `192.0.2.${n}` });
  const record = {
    key: seen.netsentinel.actor,
    origin: { producer: 'ssh', epoch: 'e1234567', sequence: n },
    value: Buffer.alloc(0),
    partition: 0,
    offset: BigInt(n),
    appendedAt: NOW,
  };
  return { record, event: seen, groups: rekey({ ...seen }, ['base'], rolesOf(RULES)) };
}

function newSubjects(): SubjectWatch {
  const table = new AddressTable();
  for (const line of [
    'network,latitude,longitude,country',
    '192.0.2.0/24,52.52,13.40,Germany',
    '198.51.100.0/24,-33.87,151.21,Australia',
  ])
    table.line(line);
  table.finish();
  return new SubjectWatch({ placeOf: (address) => table.placeOf(address) });
}

/** The nth event of the stream: ann logged in to a real service. */
function loginFrom(n: number, ip: string): Correlated {
  const silent: EventRules = { memoryMs: 0, judge: () => undefined, judgeAgain: () => {} };
  const seen = move('ssh-login', { user: { name: 'ann' }, ip, atMs: NOW + n * 60_000 });
  seen.event = { ...seen.event, dataset: 'system.auth', category: ['authentication'], outcome: 'success' };
  delete seen.netsentinel.decoy;
  const judged = withSubjects(silent, newSubjects()).judge(seen, NOW);
  return { ...event(n), event: seen, groups: judged?.groups ?? [] };
}

it('finds what concerns an account, and takes it up after a restart', async () => {
  let correlation = await start();
  await correlation.take([loginFrom(1, '192.0.2.7')]);
  await stop();
  correlation = await start();
  await correlation.take([loginFrom(2, '198.51.100.7')]);
  await vi.waitFor(() => expect(stored).toHaveLength(1));
  expect(stored[0]?.detection).toMatchObject({
    actor: '198.51.100.7',
    rule: { id: 'impossible-travel' },
    techniques: ['T1078'],
  });
  expect(stored[0]?.detection.summary).toContain('within 1 minutes');
  expect(stored[0]?.detection.evidence).toHaveLength(2);
  await stop();
  await start();
  expect(stored).toHaveLength(1);
});

it('counts an event once, however often analysis hands it over', async () => {
  const correlation = await start();
  for (let n = 1; n <= 2; n++) for (let again = 0; again < 5; again++) await correlation.take([event(n)]);
  await correlation.take([event(3, 'bob')]);
  await vi.waitFor(() => expect(correlation.stats.groups).toBe(2));
  expect(stored).toEqual([]);
  await correlation.take([event(4)]);
  await vi.waitFor(() => expect(stored).toHaveLength(1));
  expect(stored[0]?.detection).toMatchObject({ actor: '192.0.2.4', rule: { id: 'thrice' } });
  expect(stored[0]?.detection.evidence).toHaveLength(3);
});

it('tries again when findings cannot be stored', async () => {
  const correlation = await start();
  failing = true;
  await correlation.take([event(1), event(2), event(3)]);
  await vi.waitFor(() => expect(correlation.stats.groups).toBe(1));
  failing = false;
  await vi.waitFor(() => {
    clock.advance(1000);
    expect(stored).toHaveLength(1);
  });
});

it('finds again after a restart what it could not store before', async () => {
  const correlation = await start();
  failing = true;
  await correlation.take([event(1), event(2), event(3)]);
  await vi.waitFor(() => expect(correlation.stats.groups).toBe(1));
  await stop();
  failing = false;
  await start();
  await vi.waitFor(() => expect(stored).toHaveLength(1));
});

it('skips what it cannot read, and goes on', async () => {
  const correlation = await start();
  await correlation.stream?.append([
    { key: 'x', origin: { producer: 'other', epoch: 'e1234567', sequence: 1 }, value: Buffer.from('no entry') },
  ]);
  await correlation.take([event(1), event(2), event(3)]);
  await vi.waitFor(() => expect(stored).toHaveLength(1));
  expect(correlation.stats.unreadable).toBe(1);
});

it('takes up groups in flight after a restart without reporting what was reported', async () => {
  let correlation = await start();
  await correlation.take([event(1), event(2), event(3), event(4, 'bob'), event(5, 'bob')]);
  await vi.waitFor(() => expect(stored).toHaveLength(1));
  await stop();
  correlation = await start();
  await correlation.take([event(6), event(7, 'bob')]);
  await vi.waitFor(() => expect(stored).toHaveLength(2));
  expect(stored[1]?.detection.summary).toBe('Thrice: 3 for user.name "bob"');
});
