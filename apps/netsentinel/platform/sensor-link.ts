/**
 * The platform's end of a sensor's wire. Who the sensor is comes from the connection, never from what it says: its events get its name,
 * its recordings and memories live under its name, and whatever breaks the protocol ends the link.
 */
import type { Socket } from 'node:net';
import { NOBODY } from '@netsentinel/contracts/actor';
import type { BlobStore, RecordingWriter } from '@netsentinel/contracts/blob-store';
import type { Clock } from '@netsentinel/contracts/clock';
import type { CollectorReport } from '@netsentinel/contracts/collector-report';
import type { Event } from '@netsentinel/contracts/event';
import type { Logger } from '@netsentinel/contracts/log';
import type { Result } from '@netsentinel/contracts/result';
import type { StateStore } from '@netsentinel/contracts/state-store';
import type { EventStream, StreamRecord } from '@netsentinel/contracts/stream';
import { FromSensor, type ToSensor } from '@netsentinel/contracts/wire';
import { MAX_WIRE_FRAME } from '@netsentinel/contracts/wire-limits';
import { describeError } from '@netsentinel/kernel/errors';
import { PLAIN_RECORDS, type EventCodec } from '@netsentinel/kernel/event-record';
import { encodeFrame, FrameReader } from '@netsentinel/kernel/frames';
import { pack, tryUnpack } from '@netsentinel/kernel/pack';
import { createEventIntake } from './event-intake.ts';

/** Events that may be under way between the sensor and the disk. */
const WINDOW = 4096;
const MAX_BLOB_BYTES = 64 * 1024 * 1024;
const MAX_OPEN_BLOBS = 16;
const MAX_OPEN_RECORDINGS = 16_384;

interface SensorStamp {
  readonly sensor: { readonly id: string; readonly type: string };
  readonly epoch: string;
  readonly sequence: number;
  readonly receivedAt: number;
  readonly sourceVerified: boolean;
}

/** What a collector's frames hold besides where the record came from; nothing of it is known yet. */
export type CollectedRecord =
  | { readonly t: 'document'; readonly document: unknown }
  | { readonly t: 'refused'; readonly module: unknown; readonly reason: unknown; readonly original: unknown };

type RawFrame = { readonly [name: string]: unknown } | undefined;

const EPOCH = /^[a-z0-9]{8,32}$/;

export interface SensorLinkPorts {
  readonly stream: EventStream;
  /** How events become records; plainly where nothing is said. */
  readonly records?: EventCodec;
  readonly blobs: BlobStore;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Makes an `Event` of what the sensor sent; an error result is the `pipeline_error` event that stands for it. */
  normalise(input: unknown, stamp: SensorStamp): Result<Event, Event>;
  /** The same of a collector's record: a document, or a refusal, which is an error result. Without it the sensor has no such records. */
  readonly normaliseRecord?: ((record: CollectedRecord, stamp: SensorStamp) => Result<Event, Event>) | undefined;
  /** What a collector says of itself. */
  onCollecting(sensor: string, report: CollectorReport): void;
  /** Events of this sensor that are new on disk. */
  onKept(sensor: string, events: number): void;
  /** A piece of a recording is on its way to the disk: for those who watch. */
  onTerminal(session: string, offset: number, chunk: Uint8Array): void;
  onHeartbeat(sensor: string, heartbeat: Omit<Extract<FromSensor, { t: 'heartbeat' }>, 't'>): void;
}

interface Taken {
  readonly stamp: SensorStamp;
  readonly result: Result<Event, Event>;
}

export interface SensorLinkCounters {
  events: number;
  rejected: number;
  foreign: number;
}

/** Serves one link until it closes. `sensor` is what the launcher says of the socket. */
export function serveSensor(
  socket: Socket,
  sensor: { readonly id: string; readonly type: string },
  ports: SensorLinkPorts,
): { readonly counters: SensorLinkCounters; close(): void } {
  const { log, clock, records = PLAIN_RECORDS } = ports;
  const counters: SensorLinkCounters = { events: 0, rejected: 0, foreign: 0 };
  const reader = new FrameReader(MAX_WIRE_FRAME);
  const recordings = new Map<string, { writer: Promise<RecordingWriter>; tail: Promise<void>; failed: boolean }>();
  const blobs = new Map<number, { chunks: Uint8Array[]; bytes: number }>();
  let epoch: string | undefined;
  let pending = 0;
  let closed = false;

  const send = (message: ToSensor): void => {
    if (!closed) socket.write(encodeFrame(pack(message)));
  };
  const reject = (reason: string): void => {
    counters.rejected++;
    log.warn('sensor broke the wire protocol; link closed', { sensor: sensor.id, reason });
    socket.destroy();
  };
  /** Sessions carry the sensor's name, so that no sensor writes into another's recording. */
  const own = (id: string): boolean => {
    if (id.startsWith(`${sensor.id}~`)) return true;
    counters.foreign++;
    return false;
  };

  const stampOf = (of: string, sequence: number, sourceVerified: boolean): SensorStamp => ({
    sensor: { id: sensor.id, type: sensor.type },
    epoch: of,
    sequence,
    receivedAt: clock.now(),
    sourceVerified,
  });
  /** A decoy saw it itself: its source shook hands with us, unless it was a datagram, that anybody can send in any name, as is what the watcher sees. Its origin is the wire's own. */
  const sensed = (raw: NonNullable<RawFrame>, of: string, sequence: number): Taken => {
    const stamp = stampOf(of, sequence, sensor.type !== 'watcher' && !isDatagram(raw['event']));
    return { stamp, result: ports.normalise(raw['event'], stamp) };
  };
  /** A record of somebody else's log. Its origin is in the log, so that the next process says the same of it. */
  const collected = (raw: NonNullable<RawFrame>): Taken | undefined => {
    const { epoch: of, at } = raw;
    const { normaliseRecord } = ports;
    if (normaliseRecord === undefined) return undefined;
    if (typeof of !== 'string' || !EPOCH.test(of) || !isSequence(at)) return undefined;
    const stamp = stampOf(of, at, raw['verified'] === true);
    return { stamp, result: normaliseRecord(raw as unknown as CollectedRecord, stamp) };
  };

  const intake = createEventIntake({
    stream: ports.stream,
    clock,
    log,
    sensor: sensor.id,
    onKept: (records, last, duplicates) => {
      pending -= records;
      counters.events += records;
      if (records > duplicates) ports.onKept(sensor.id, records - duplicates);
      send({ t: 'ack', seq: last, window: WINDOW });
      if (pending < WINDOW && !closed) socket.resume();
    },
    onRefused: (error) => {
      log.error('events could not be kept; the link is closed', { sensor: sensor.id, error: describeError(error) });
      socket.destroy();
    },
  });
  const appendEvents = (records: StreamRecord[], last: number): void => {
    pending += records.length;
    if (pending >= WINDOW) socket.pause();
    intake.append(records, last);
  };

  const record = (id: string, chunk: Uint8Array): void => {
    if (!own(id)) return;
    let open = recordings.get(id);
    if (open === undefined) {
      if (recordings.size >= MAX_OPEN_RECORDINGS) return;
      open = { writer: ports.blobs.openRecording(id), tail: Promise.resolve(), failed: false };
      recordings.set(id, open);
    }
    const { writer } = open;
    const current = open;
    open.tail = open.tail
      .then(async () => {
        const file = await writer;
        ports.onTerminal(id, file.bytes, chunk);
        await file.append(chunk);
      })
      .catch((error: unknown) => {
        // Said once: an attacker must not fill the log with a terminal while the disk is full.
        if (!current.failed) log.warn('a recording has a hole', { session: id, error: describeError(error) });
        current.failed = true;
      });
  };

  const endRecording = (id: string): void => {
    const open = recordings.get(id);
    if (open === undefined) return;
    recordings.delete(id);
    void open.tail
      .then(async () => (await open.writer).close())
      .catch((error: unknown) =>
        log.warn('a recording could not be closed', { session: id, error: describeError(error) }),
      );
  };

  const takeBlob = (request: number, chunk: Uint8Array, last: boolean): void => {
    const open = blobs.get(request) ?? { chunks: [], bytes: 0 };
    if (blobs.size >= MAX_OPEN_BLOBS && !blobs.has(request)) return reject('too many uploads at once');
    open.bytes += chunk.length;
    if (open.bytes > MAX_BLOB_BYTES) return reject('an upload beyond its bound');
    // The frame's memory is the socket's; the upload outlives it.
    open.chunks.push(Uint8Array.from(chunk));
    blobs.set(request, open);
    if (!last) return undefined;
    blobs.delete(request);
    ports.blobs.put(Buffer.concat(open.chunks, open.bytes)).then(
      (kept) => send({ t: 'blob-kept', request, sha256: kept.sha256, bytes: kept.bytes }),
      (error: unknown) => {
        log.warn('an upload could not be kept', { sensor: sensor.id, error: describeError(error) });
        send({ t: 'blob-failed', request });
      },
    );
    return undefined;
  };

  const receive = (message: FromSensor): void => {
    switch (message.t) {
      case 'hello':
        if (epoch !== undefined) return reject('a second hello');
        epoch = message.epoch;
        log.info('sensor linked', { sensor: sensor.id, epoch });
        return send({ t: 'ack', seq: 0, window: WINDOW });
      case 'recording':
        return record(message.id, Uint8Array.from(message.chunk));
      case 'recording-end':
        return endRecording(message.id);
      case 'blob':
        return takeBlob(message.request, message.chunk, message.last);
      case 'recall':
        ports.state.read.memory(sensor.id, message.key).then(
          (value) => send({ t: 'recalled', request: message.request, ...(value === undefined ? {} : { value }) }),
          (error: unknown) => log.warn('a memory could not be read', { error: describeError(error) }),
        );
        return undefined;
      case 'remember': {
        const value = Uint8Array.from(message.value);
        const { key, request } = message;
        ports.state
          .transaction((tx) => tx.putMemory(sensor.id, key, value, clock.now()))
          .then(() => (request === undefined ? undefined : send({ t: 'remembered', request })))
          .catch((error: unknown) => log.warn('a memory could not be kept', { error: describeError(error) }));
        return undefined;
      }
      case 'heartbeat':
        return ports.onHeartbeat(sensor.id, message);
      case 'collecting':
        return ports.onCollecting(sensor.id, message.report);
      case 'event':
      case 'document':
      case 'refused':
        return reject('an event outside the event path');
      default:
        return message satisfies never;
    }
  };

  socket.on('data', (chunk) => {
    const frames = reader.push(chunk);
    if (!frames.ok) return reject(frames.error);
    let batch: StreamRecord[] = [];
    let last = 0;
    for (const frame of frames.value) {
      const raw = tryUnpack(frame) as RawFrame;
      if (raw?.['t'] !== 'event' && raw?.['t'] !== 'document' && raw?.['t'] !== 'refused') {
        const message = FromSensor.safeParse(raw);
        if (!message.success) return reject('a frame that breaks its schema');
        receive(message.data);
        continue;
      }
      // Events are the hot path: their envelope is checked here by hand, their content by `normalise` against the strict schema.
      if (epoch === undefined) return reject('an event before hello');
      const sequence = raw['seq'];
      if (!isSequence(sequence)) return reject('an event without a sequence');
      const taken = raw['t'] === 'event' ? sensed(raw, epoch, sequence) : collected(raw);
      if (taken === undefined) return reject('a record without its origin');
      if (!taken.result.ok) counters.rejected++;
      const event = taken.result.ok ? taken.result.value : taken.result.error;
      batch.push({
        key: event.netsentinel.actor || NOBODY,
        origin: { producer: sensor.id, epoch: taken.stamp.epoch, sequence: taken.stamp.sequence },
        value: records.encode(event),
      });
      last = sequence;
      if (batch.length >= 1024) {
        appendEvents(batch, last);
        batch = [];
      }
    }
    if (batch.length > 0) appendEvents(batch, last);
    return undefined;
  });
  const end = (): void => {
    if (closed) return;
    closed = true;
    intake.close();
    for (const id of recordings.keys()) endRecording(id);
  };
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  socket.on('close', end);
  // Handed-over sockets come paused, so that nothing is lost on the way.
  socket.resume();
  return { counters, close: () => socket.destroy() };
}

function isSequence(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isDatagram(event: unknown): boolean {
  return (event as { network?: { transport?: unknown } } | null | undefined)?.network?.transport === 'udp';
}
