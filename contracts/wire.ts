/**
 * What passes between a sensor (a decoy host, a collector) and the platform, as msgpack inside length-prefixed frames (`kernel/frames.ts`) on an inherited
 * socket. The platform knows who is at the other end from the connection itself; nothing here can say otherwise.
 */
import { z } from 'zod';
import { CollectorReport } from './collector-report.ts';
import { SensorEvent } from './event.ts';
import type { EcsDocument } from './parser.ts';

const key = z.string().min(1).max(256);
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected bytes');
/** Where a collector's record came from: the collector's name, said by the connection, makes it an `Origin`. */
const place = {
  seq: z.number().int().positive(),
  epoch: z.string().regex(/^[a-z0-9]{8,32}$/),
  at: z.number().int().positive(),
};
const streamId = z.string().regex(/^[A-Za-z0-9~_-]{1,128}$/);

/** One frame from the sensor. `seq` grows by one with every event of an epoch; the platform acknowledges it once on disk. */
export const FromSensor = z.discriminatedUnion('t', [
  z.strictObject({ t: z.literal('hello'), version: z.literal(1), epoch: z.string().regex(/^[a-z0-9]{8,32}$/) }),
  z.strictObject({ t: z.literal('event'), seq: z.number().int().positive(), event: SensorEvent }),
  /** A record of somebody else's log as its parser understood it. Nothing of the document is believed: `toEvent` makes it fit. */
  z.strictObject({ t: z.literal('document'), ...place, verified: z.boolean(), document: z.custom<EcsDocument>() }),
  /** A record that could not be parsed. */
  z.strictObject({ t: z.literal('refused'), ...place, module: z.string(), reason: z.string(), original: z.string() }),
  z.strictObject({ t: z.literal('collecting'), report: CollectorReport }),
  z.strictObject({ t: z.literal('recording'), id: streamId, chunk: bytes }),
  z.strictObject({ t: z.literal('recording-end'), id: streamId }),
  z.strictObject({ t: z.literal('blob'), request: z.number().int().positive(), chunk: bytes, last: z.boolean() }),
  z.strictObject({ t: z.literal('recall'), request: z.number().int().positive(), key }),
  /** Answered once it is on disk where `request` asks for that. */
  z.strictObject({ t: z.literal('remember'), key, value: bytes, request: z.number().int().positive().optional() }),
  z.strictObject({
    t: z.literal('heartbeat'),
    connections: z.number().int(),
    queued: z.number().int(),
    dropped: z.number().int(),
    /** Of a decoy host: open connections of each decoy that listens. */
    decoys: z.record(z.string().max(64), z.number().int().min(0)).optional(),
  }),
]);
export type FromSensor = z.infer<typeof FromSensor>;

/** One frame to the sensor. */
export const ToSensor = z.discriminatedUnion('t', [
  /** Everything up to `seq` is on disk; up to `window` further events may be under way. */
  z.strictObject({ t: z.literal('ack'), seq: z.number().int().nonnegative(), window: z.number().int().nonnegative() }),
  z.strictObject({
    t: z.literal('blob-kept'),
    request: z.number().int().positive(),
    sha256: z.string(),
    bytes: z.number().int(),
  }),
  /** The platform could not keep it (a full disk, say); its hash is known all the same. */
  z.strictObject({ t: z.literal('blob-failed'), request: z.number().int().positive() }),
  z.strictObject({ t: z.literal('recalled'), request: z.number().int().positive(), value: bytes.optional() }),
  z.strictObject({ t: z.literal('remembered'), request: z.number().int().positive() }),
]);
export type ToSensor = z.infer<typeof ToSensor>;
