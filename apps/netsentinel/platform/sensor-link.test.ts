import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlobStore } from '@netsentinel/contracts/blob-store';
import type { Event, SensorEvent } from '@netsentinel/contracts/event';
import type { StateStore } from '@netsentinel/contracts/state-store';
import type { EventStream } from '@netsentinel/contracts/stream';
import { systemClock } from '@netsentinel/kernel/clock';
import { encodeFrame } from '@netsentinel/kernel/frames';
import { silentLogger } from '@netsentinel/kernel/log';
import { decodeEvent } from '@netsentinel/kernel/event-record';
import { pack } from '@netsentinel/kernel/pack';
import { socketPair } from '@netsentinel/kernel/socket-pair';
import { normaliseSensorEvent } from '@netsentinel/normalise/decoy/decoy.parser';
import { passingKeyring } from '@netsentinel/kernel/keyring';
import { openFileBlobStore } from '@netsentinel/store/blobs/files/file-blob.store';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { openEmbeddedStream } from '@netsentinel/stream/embedded/embedded-stream';
import { StreamConfig } from '@netsentinel/stream/stream.config';
import { WireClient } from '../../decoy-host/wire-client.ts';
import { serveSensor, type SensorLinkPorts } from './sensor-link.ts';

const LIMITS = {
  maxConnections: 10,
  maxConnectionsPerSource: 10,
  maxSessionMs: 1e6,
  maxUploadBytes: 1e6,
  maxRecordingBytes: 1e6,
};
const EPOCH = 'testepoch1';

let folder: string;
let stream: EventStream;
let blobs: BlobStore;
let state: StateStore;
const terminal: { session: string; offset: number; text: string }[] = [];

const login = (n: number): SensorEvent => ({
  '@timestamp': '2026-11-21T09:30:00.000Z',
  event: {
    kind: 'event',
    category: ['authentication'],
    dataset: 'netsentinel.ssh',
    action: 'ssh-login',
    outcome: 'failure',
  },
  source: { ip: `198.51.100.${n % 200}`, port: 1024 + n },
  user: { name: `user${n}` },
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ns-link-'));
  terminal.length = 0;
  stream = await openEmbeddedStream({
    directory: join(folder, 'stream'),
    ...StreamConfig.parse({ partitions: 2 }),
    clock: systemClock,
    log: silentLogger,
  });
  blobs = await openFileBlobStore({
    directory: join(folder, 'blobs'),
    maxBlobBytes: 1e7,
    keys: passingKeyring(),
    log: silentLogger,
  });
  state = await openSqliteStateStore({ file: join(folder, 'state.db'), log: silentLogger, clock: systemClock });
});

afterEach(async () => {
  await Promise.all([stream.close(), blobs.close(), state.close()]);
  rmSync(folder, { recursive: true, force: true });
});

function ports(over: Partial<SensorLinkPorts> = {}): SensorLinkPorts {
  return {
    stream,
    blobs,
    state,
    clock: systemClock,
    log: silentLogger,
    normalise: normaliseSensorEvent,
    onTerminal: (session, offset, chunk) => terminal.push({ session, offset, text: Buffer.from(chunk).toString() }),
    onHeartbeat: () => {},
    onCollecting: () => {},
    onKept: () => {},
    ...over,
  };
}

function client(): WireClient {
  return new WireClient({ epoch: EPOCH, log: silentLogger, limits: LIMITS, decoys: () => ({}) });
}

async function link(
  wire: WireClient,
  over?: Partial<SensorLinkPorts>,
): Promise<{ near: Socket; far: Socket; served: ReturnType<typeof serveSensor> }> {
  const [near, far] = await socketPair(folder);
  const served = serveSensor(near, { id: 'decoys', type: 'decoy-host' }, ports(over));
  wire.link(far);
  return { near, far, served };
}

async function events(): Promise<Event[]> {
  const consumer = await stream.consume({ group: `reader-${Math.random().toString(36).slice(2)}`, maxRecords: 10_000 });
  const total = (await stream.describe()).reduce((sum, p) => sum + Number(p.next), 0);
  const out: Event[] = [];
  while (out.length < total) out.push(...(await consumer.next()).map((r) => decodeEvent(r.value)));
  await consumer.close();
  return out;
}

describe('the wire between a decoy host and the platform', () => {
  it('keeps every event once, stamped with the sensor that the connection says, not the payload', async () => {
    const wire = client();
    await link(wire);
    for (let n = 1; n <= 500; n++) wire.emit(login(n));
    await wire.settle(5000);
    const kept = await events();
    expect(new Set(kept.map((e) => e.event.id)).size).toBe(500);
    expect(kept.every((e) => e.netsentinel.sensor.id === 'decoys' && e.netsentinel.source_verified)).toBe(true);
  });

  it('sends again what a broken link had not acknowledged, and nothing doubles', async () => {
    const wire = client();
    // A platform that takes events to its disk but dies before it can say so.
    const { near } = await link(wire, {
      stream: {
        ...stream,
        partitions: stream.partitions,
        append: async (batch) => {
          await stream.append(batch);
          near.destroy();
          return { appended: 0, duplicates: 0 };
        },
      },
    });
    for (let n = 1; n <= 50; n++) wire.emit(login(n));
    await new Promise((resolve) => near.once('close', resolve));
    for (let n = 51; n <= 100; n++) wire.emit(login(n));
    await link(wire);
    await wire.settle(5000);
    const users = (await events()).map((e) => e.user?.name);
    expect(users.length).toBe(100);
    expect(new Set(users).size).toBe(100);
  });

  it('says stop when the platform is away for long, and drops with a count, not with the memory', () => {
    const wire = client();
    let last = true;
    for (let n = 0; n < 40_000; n++) last = wire.emit(login(n));
    expect(last).toBe(false);
  });

  it('shows recordings while they grow and keeps them under the session', async () => {
    const wire = client();
    await link(wire);
    const sink = wire.record('decoys~testepoch1~1');
    sink.write(Buffer.from('{"version": 2}\n'));
    sink.write(Buffer.from('[0.5,"o","hi"]\n'));
    sink.close();
    wire.emit(login(1));
    await wire.settle(5000);
    await expect
      .poll(async () => Buffer.from((await blobs.readRecording('decoys~testepoch1~1')) ?? []).toString())
      .toBe('{"version": 2}\n[0.5,"o","hi"]\n');
    expect(terminal.map((t) => t.offset)).toEqual([0, 15]);
  });

  it("refuses another sensor's recording", async () => {
    const wire = client();
    const { served } = await link(wire);
    wire.record('other~epoch~1').write(Buffer.from('forged'));
    wire.emit(login(1));
    await wire.settle(5000);
    expect(served.counters.foreign).toBe(1);
    expect(await blobs.readRecording('other~epoch~1')).toBeUndefined();
  });

  it('keeps uploads by hash, cut to the limit, and remembers for the next visit', async () => {
    const wire = client();
    await link(wire);
    const kept = await wire.keep(new Uint8Array(1_500_000).fill(7));
    expect(kept).toMatchObject({ bytes: 1_000_000, truncated: true });
    expect((await blobs.get(kept.sha256))?.length).toBe(1_000_000);
    expect(wire.remember('198.51.100.7', Uint8Array.of(1, 2, 3))).toBe(true);
    await expect.poll(() => wire.recall('198.51.100.7')).toEqual(Buffer.from([1, 2, 3]));
    expect(await wire.recall('nobody')).toBeUndefined();
    expect(wire.remember('x', new Uint8Array(2_000_000))).toBe(false);
  });

  it('does not keep a decoy waiting for an upload that cannot be kept', async () => {
    const wire = client();
    await link(wire, { blobs: { ...blobs, put: () => Promise.reject(new Error('the disk is full')) } });
    const started = performance.now();
    expect(await wire.keep(Buffer.from('tool'))).toMatchObject({ bytes: 4, truncated: false });
    // The decoy gives up by itself after ten seconds: an answer must have come.
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('turns an event that breaks its schema into a pipeline error, also with a forged sensor in it', async () => {
    const wire = client();
    await link(wire);
    wire.emit({ ...login(1), netsentinel: { sensor: { id: 'other', type: 'x' } } } as unknown as SensorEvent);
    await wire.settle(5000);
    const [only] = await events();
    expect(only?.event.kind).toBe('pipeline_error');
    expect(only?.netsentinel.sensor.id).toBe('decoys');
  });

  it.each([
    ['bytes that are no frame', Buffer.from('GET / HTTP/1.1\r\n\r\n'.repeat(20))],
    ['an event before hello', encodeFrame(pack({ t: 'event', seq: 1, event: login(1) }))],
    ['a second hello', Buffer.concat([1, 2].map(() => encodeFrame(pack({ t: 'hello', version: 1, epoch: EPOCH }))))],
    [
      'an unknown message',
      Buffer.concat([
        encodeFrame(pack({ t: 'hello', version: 1, epoch: EPOCH })),
        encodeFrame(pack({ t: 'order', kind: 'block' })),
      ]),
    ],
    [
      'a sequence that is none',
      Buffer.concat([
        encodeFrame(pack({ t: 'hello', version: 1, epoch: EPOCH })),
        encodeFrame(pack({ t: 'event', seq: -1, event: login(1) })),
      ]),
    ],
  ])('ends the link on %s', async (_, bytes) => {
    const [near, far] = await socketPair(folder);
    serveSensor(near, { id: 'decoys', type: 'decoy-host' }, ports());
    far.resume();
    const closed = new Promise((resolve) => far.once('close', resolve));
    far.on('error', () => {});
    far.write(bytes);
    await closed;
    expect(await events()).toEqual([]);
  });
});
