/**
 * `Event`: one thing that happened, in the field names and types of the Elastic Common Schema 9. What ECS has no field
 * for stands under `netsentinel.*` (ours) or under the vendor's own namespace as Elastic's integrations name it
 * (`zeek.ssh.*`, `suricata.eve.*`). Strict: an unknown field is an error at the door, before anything is stored.
 *
 * A sensor sends a `SensorEvent`; the platform stamps what only it may say (id, sensor, receive time) and so makes an `Event`.
 */
import { z } from 'zod';
import { ecsFields, eventDetails } from './event-ecs.ts';
import { netsentinel } from './event-own.ts';
import { count, keyword, timestamp } from './event-values.ts';

/** The version of ECS that these fields follow; exporters write it as `ecs.version`. */
export const ECS_VERSION = '9.5.0';

/** An event is at most this large when serialised; larger things belong into the blob store. */
export const MAX_EVENT_BYTES = 64 * 1024;

/** What a sensor of ours sends: everything but what only the platform may say. */
export const SensorEvent = z.strictObject({ ...ecsFields, netsentinel: netsentinel.optional(), event: eventDetails });
export type SensorEvent = z.infer<typeof SensorEvent>;

/** What the platform alone says of an event; a payload that brings any of it is refused. */
const stamped = z.strictObject({
  /** From the connection the event came over, never from its payload. */
  sensor: z.strictObject({ id: keyword, type: keyword }),
  /** True where the address of `source.ip` was proven, by a completed handshake or by a trusted log. */
  source_verified: z.boolean(),
  /** The key of the stream: IPv4 address, IPv6 /64, or `-` where the event names nobody. */
  actor: keyword,
  /** A check of ours on our own decoys (`decoys verify`): kept, and nobody's attack. */
  own_test: z.literal(true).optional(),
});

export const Event = z.strictObject({
  ...ecsFields,
  event: eventDetails.extend({
    /** From the event's origin (sensor, boot epoch, sequence …), so one record delivered twice is one event. */
    id: keyword,
    ingested: timestamp,
    sequence: count.optional(),
  }),
  netsentinel: netsentinel.extend(stamped.shape),
});
export type Event = z.infer<typeof Event>;

/** Where an event came from, and so who it is. `epoch` changes when a sensor starts anew; `sequence` grows within it. */
export interface Origin {
  readonly producer: string;
  readonly epoch: string;
  readonly sequence: number;
}

/** The id of the event with this origin. */
export function eventId(origin: Origin): string {
  return `${origin.producer}~${origin.epoch}~${origin.sequence.toString(36)}`;
}
