import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EcsDocument } from '@netsentinel/contracts/parser';
import { systemClock } from '@netsentinel/kernel/clock';
import { decodeEvent } from '@netsentinel/kernel/event-record';
import { silentLogger } from '@netsentinel/kernel/log';
import { socketPair } from '@netsentinel/kernel/socket-pair';
import type { Event } from '@netsentinel/contracts/event';
import { normaliseSensorEvent } from '@netsentinel/normalise/decoy/decoy.parser';
import { normaliseRecord } from '@netsentinel/normalise/event/collected';
import { passingKeyring } from '@netsentinel/kernel/keyring';
import { openFileBlobStore } from '@netsentinel/store/blobs/files/file-blob.store';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { openEmbeddedStream } from '@netsentinel/stream/embedded/embedded-stream';
import { StreamConfig } from '@netsentinel/stream/stream.config';
import { serveSensor, type SensorLinkPorts } from '../platform/sensor-link.ts';
import { CollectorLink } from './collector-link.ts';

const SENSOR = { id: 'auth', type: 'tail' };
const EPOCH = 'file000001';

let folder: string;
let ports: SensorLinkPorts;
let kept: number;
let reports: unknown[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ns-collector-'));
  kept = 0;
  reports = [];
  const common = { clock: systemClock, log: silentLogger };
  ports = {
    ...common,
    stream: await openEmbeddedStream({
      directory: join(folder, 'stream'),
      ...StreamConfig.parse({ partitions: 2 }),
      ...common,
    }),
    blobs: await openFileBlobStore({
      directory: join(folder, 'blobs'),
      maxBlobBytes: 1e6,
      keys: passingKeyring(),
      log: silentLogger,
    }),
    state: await openSqliteStateStore({ file: join(folder, 'state.db'), ...common }),
    normalise: normaliseSensorEvent,
    normaliseRecord,
    onTerminal: () => {},
    onHeartbeat: () => {},
    onCollecting: (_, report) => reports.push(report),
    onKept: (_, events) => (kept += events),
  };
});

afterEach(async () => {
  await Promise.all([ports.stream.close(), ports.blobs.close(), ports.state.close()]);
  rmSync(folder, { recursive: true, force: true });
});

function collector(): CollectorLink {
  return new CollectorLink({
    epoch: `start${Math.random().toString(36).slice(2, 10)}`,
    clock: systemClock,
    log: silentLogger,
    provesSource: (document) => document.event.category?.includes('authentication') === true,
  });
}

async function link(to: CollectorLink, over: Partial<SensorLinkPorts> = {}): Promise<{ near: Socket; far: Socket }> {
  const [near, far] = await socketPair(folder);
  serveSensor(near, SENSOR, { ...ports, ...over });
  to.link(far);
  return { near, far };
}

function login(ip: string, more: object = {}): EcsDocument {
  return {
    '@timestamp': '2026-11-21T09:30:00.000Z',
    event: { module: 'system', dataset: 'system.auth', category: ['authentication'], outcome: 'failure', ...more },
    source: { ip },
  };
}

async function stored(): Promise<Event[]> {
  const total = (await ports.stream.describe()).reduce((sum, { next }) => sum + Number(next), 0);
  const consumer = await ports.stream.consume({ group: `reader-${Math.random().toString(36).slice(2)}` });
  const events: Event[] = [];
  while (events.length < total) events.push(...(await consumer.next()).map(({ value }) => decodeEvent(value)));
  await consumer.close();
  return events;
}

describe('records of a collector', () => {
  it('are events of its name, whose ids are their places in the source', async () => {
    const wire = collector();
    await link(wire);
    const delivery = wire.open(EPOCH, { trusted: true });
    delivery.document(120, login('198.51.100.7'));
    delivery.refused(200, { reason: 'no time', original: 'what?' }, { module: 'system' });
    await delivery.allKept();
    expect(delivery.kept).toBe(200);
    expect(kept).toBe(2);
    const events = await stored();
    expect(events.map(({ event }) => event.id).toSorted()).toEqual([`auth~${EPOCH}~3c`, `auth~${EPOCH}~5k`]);
    expect(events.find(({ event }) => event.kind === 'event')).toMatchObject({
      netsentinel: { sensor: SENSOR, source_verified: true, actor: '198.51.100.7' },
    });
    expect(events.find(({ event }) => event.kind === 'pipeline_error')).toMatchObject({
      event: { dataset: 'system.pipeline_error', reason: 'no time', original: 'what?' },
    });
  });

  it('that come again, from the next process too, are stored once', async () => {
    for (let process = 0; process < 3; process++) {
      const wire = collector();
      await link(wire);
      const delivery = wire.open(EPOCH, { trusted: true });
      for (let at = 1; at <= 50; at++) delivery.document(at * 10, login(`198.51.100.${at % 7}`));
      await delivery.allKept();
      wire.close();
    }
    expect(await stored()).toHaveLength(50);
    expect(kept).toBe(50);
  });

  it('of a writer that nobody vouches for prove nothing, nor do those that prove nothing themselves', async () => {
    const wire = collector();
    await link(wire);
    wire.open(EPOCH, { trusted: false }).document(1, login('198.51.100.7'));
    const delivery = wire.open('file000002', { trusted: true });
    delivery.document(1, login('198.51.100.8', { category: ['network'] }));
    await delivery.allKept();
    expect((await stored()).map(({ netsentinel }) => netsentinel.source_verified)).toEqual([false, false]);
  });

  it('wait while the platform is away', async () => {
    const wire = collector();
    const delivery = wire.open(EPOCH, { trusted: true });
    const { near } = await link(wire);
    near.destroy();
    for (let at = 1; at <= 10; at++) delivery.document(at, login('198.51.100.7'));
    expect(delivery.kept).toBe(0);
    await link(wire);
    await delivery.allKept();
    expect(delivery.kept).toBe(10);
    expect(await stored()).toHaveLength(10);
  });

  it('that are too large, or nested without end, are refused and do not stop the others', async () => {
    const wire = collector();
    await link(wire);
    const delivery = wire.open(EPOCH, { trusted: true });
    let deep: object = {};
    for (let i = 0; i < 50_000; i++) deep = { deep };
    delivery.document(1, { ...login('198.51.100.7'), message: 'x'.repeat(3 * 1024 * 1024) });
    delivery.document(2, { ...login('198.51.100.7'), deep });
    delivery.document(3, login('198.51.100.7'));
    await delivery.allKept();
    expect((await stored()).map(({ event }) => event.kind).toSorted()).toEqual([
      'event',
      'pipeline_error',
      'pipeline_error',
    ]);
  });

  it('are not taken from a sensor that collects nothing', async () => {
    const wire = collector();
    const { near } = await link(wire, { normaliseRecord: undefined });
    wire.open(EPOCH, { trusted: true }).document(1, login('198.51.100.7'));
    await vi.waitFor(() => expect(near.destroyed).toBe(true));
    expect(await stored()).toEqual([]);
  });
});

describe('what the platform keeps for a collector', () => {
  it('is on disk once it says so, and there for the next', async () => {
    const wire = collector();
    const remembered = wire.remember('files', Buffer.from('here'));
    // Asked before there is a link: it waits.
    await link(wire);
    await remembered;
    expect(Buffer.from((await ports.state.read.memory('auth', 'files'))!).toString()).toBe('here');
    const next = collector();
    await link(next);
    expect(Buffer.from((await next.recall('files'))!).toString()).toBe('here');
    expect(await next.recall('nothing')).toBeUndefined();
  });

  it('has a bound', async () => {
    await expect(collector().remember('files', Buffer.alloc(1024 * 1024 + 1))).rejects.toMatchObject({
      code: 'COLLECTOR_MEMORY_TOO_LARGE',
    });
  });

  it('what it says of itself arrives', async () => {
    const wire = collector();
    await link(wire);
    const report = { sources: 1, lagBytes: 2, dropped: 0, problems: ['a file is away'] };
    wire.report(report);
    await vi.waitFor(() => expect(reports).toEqual([report]));
  });
});
