import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Event } from '@netsentinel/contracts/event';
import type { StateStore } from '@netsentinel/contracts/state-store';
import type { StreamRecord } from '@netsentinel/contracts/stream';
import { ManualClock } from '@netsentinel/kernel/clock';
import { decodeEvent } from '@netsentinel/kernel/event-record';
import { silentLogger } from '@netsentinel/kernel/log';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { startSourceHealth, type SourceHealth } from './source-health.ts';

const MINUTE = 60_000;
const sensors = [
  { id: 'decoys', heartbeatAfterMs: 30_000, silenceAfterMs: 0 },
  { id: 'beats', heartbeatAfterMs: 30_000, silenceAfterMs: 10 * MINUTE },
];

let folder: string;
let state: StateStore;
let clock: ManualClock;
let health: SourceHealth;
let events: Event[];
let told: string[];
let isFull: boolean;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ns-health-'));
  clock = new ManualClock(Date.UTC(2026, 10, 21, 9, 30));
  state = await openSqliteStateStore({ file: join(folder, 'state.db'), log: silentLogger, clock });
  [events, told, isFull] = [[], [], false];
  await start();
});
afterEach(async () => {
  await health.stop();
  await state.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  health = await startSourceHealth({
    sensors,
    state,
    clock,
    log: silentLogger,
    stream: {
      append: (batch: readonly StreamRecord[]) => {
        if (isFull) return Promise.reject(new Error('full'));
        events.push(...batch.map(({ value }) => decodeEvent(value)));
        return Promise.resolve({ appended: batch.length, duplicates: 0 });
      },
    },
    onChange: ({ what, record }) => told.push(`${what} ${record.sensor} ${record.source}`.trim()),
  });
}

const record = (host: string, path: string): Event =>
  ({ event: { dataset: 'x.y' }, host: { name: host }, log: { file: { path } } }) as unknown as Event;

/** Lets time pass by the second; sensors beat, and these write. */
async function pass(ms: number, writers: readonly Event[] = [], beating = ['decoys', 'beats']): Promise<void> {
  for (let left = ms; left > 0; left -= 10_000) {
    for (const sensor of beating) health.heartbeat(sensor);
    for (const writer of writers) health.seen('beats', writer);
    clock.advance(10_000);
    // The round's own steps: the stream, then the state.
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  }
}

const [a, b] = [record('web-1', '/var/log/a.log'), record('web-2', '/var/log/b.log')];

describe('silence', () => {
  test('is an event, a line and a state, once; and so is the return', async () => {
    await pass(20 * MINUTE, [a, b]);
    expect(health.status()).toEqual({ known: 4, silent: 0, latest: [] });
    const lastSeen = clock.now() - 10_000;
    await pass(15 * MINUTE, [b]);
    expect(told).toEqual(['silent beats web-1 /var/log/a.log']);
    expect(health.status()).toMatchObject({
      silent: 1,
      latest: [{ sensor: 'beats', source: 'web-1 /var/log/a.log', lastSeen, silentSince: lastSeen }],
    });
    expect(events).toMatchObject([
      {
        message: 'web-1 /var/log/a.log is silent',
        event: { kind: 'alert', dataset: 'netsentinel.health', action: 'source-silent' },
        netsentinel: {
          sensor: { id: 'platform' },
          actor: '-',
          health: { sensor: 'beats', source: 'web-1 /var/log/a.log', last_seen: new Date(lastSeen).toISOString() },
        },
      },
    ]);
    await pass(MINUTE, [a, b]);
    expect(told.slice(1)).toEqual(['back beats web-1 /var/log/a.log']);
    expect(events[1]).toMatchObject({ event: { action: 'source-back' } });
    expect(health.status().silent).toBe(0);
  });

  test('of a sensor of ours is told by its heartbeat', async () => {
    await pass(MINUTE, [], ['decoys']);
    expect(told).toEqual(['silent beats']);
    expect(events).toMatchObject([{ message: 'beats is silent', netsentinel: { health: { sensor: 'beats' } } }]);
  });

  test('is remembered over a restart, and not said again', async () => {
    await pass(20 * MINUTE, [a, b]);
    await pass(12 * MINUTE, [b]);
    await health.stop();
    clock.setWall(clock.now() + 60 * MINUTE);
    await start();
    await pass(12 * MINUTE, [b]);
    expect(told).toHaveLength(1);
    expect(health.status()).toMatchObject({ known: 4, silent: 1 });
    await pass(MINUTE, [a, b]);
    expect(told.slice(1)).toEqual(['back beats web-1 /var/log/a.log']);
  });

  test('that cannot be written is written once it can', async () => {
    await pass(20 * MINUTE, [a]);
    isFull = true;
    await pass(15 * MINUTE);
    expect([told.length, events.length]).toEqual([1, 0]);
    isFull = false;
    await pass(10_000);
    expect(events).toHaveLength(1);
  });

  test('is no matter of wall time', async () => {
    await pass(20 * MINUTE, [a, b]);
    clock.setWall(clock.now() + 24 * 60 * MINUTE);
    await pass(MINUTE, [a, b]);
    expect(told).toEqual([]);
  });

  test('of records that tell neither host nor file is that of their kind', async () => {
    await pass(20 * MINUTE, [{ event: { dataset: 'zeek.conn' } } as unknown as Event]);
    await pass(15 * MINUTE);
    expect(told).toEqual(['silent beats zeek.conn']);
  });
});
