/**
 * From what a sensor of ours sent to an `Event`: strict validation, then the stamps that only the platform may give. What breaks the
 * schema becomes an event of kind `pipeline_error`, so that nothing an attacker does makes a sensor's word disappear.
 */
import { MAX_EVENT_BYTES, SensorEvent, eventId, type Event } from '@netsentinel/contracts/event';
import type { Result } from '@netsentinel/contracts/result';
import { actorOf } from '@netsentinel/kernel/address';
import { canonicalAddress } from './canonical-address.ts';
import { fitEvent, serialisedAtMost } from './event-size.ts';

/** What is known of an event from the connection that it came over. */
export interface Stamp {
  readonly sensor: { readonly id: string; readonly type: string };
  readonly epoch: string;
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly sourceVerified: boolean;
}

const MAX_LIST = 256;
const MAX_ORIGINAL = 8 * 1024;
const OLDEST = Date.UTC(2000, 0, 1);
const MAX_AHEAD_MS = 24 * 60 * 60 * 1000;
const UNKNOWN_ENDPOINT = 'is not an address';

/**
 * `ok` carries the event; the error carries the `pipeline_error` event that takes its place. Both are to be stored, both have the id
 * of their origin. Never throws.
 */
export function normaliseSensorEvent(input: unknown, stamp: Stamp): Result<Event, Event> {
  let reason: string;
  try {
    const parsed = SensorEvent.safeParse(input);
    if (parsed.success) {
      const wrong = canonicaliseAddresses(parsed.data);
      if (wrong === undefined) {
        const event = stampEvent(parsed.data, stamp);
        if (serialisedAtMost(event, MAX_EVENT_BYTES) || fitEvent(event)) return { ok: true, value: event };
        reason = `event is larger than ${MAX_EVENT_BYTES} bytes`;
      } else reason = wrong;
    } else {
      const issue = parsed.error.issues[0];
      reason =
        issue === undefined ? 'not an event' : `${issue.path.map(String).join('.') || 'event'}: ${issue.message}`;
    }
  } catch {
    // Getters, proxies and deep nesting: nothing that a decoded frame can hold, but this function promises not to throw.
    reason = 'unreadable value';
  }
  return { ok: false, error: pipelineError(input, reason.slice(0, 1024), stamp) };
}

function stampEvent(sensed: SensorEvent, stamp: Stamp): Event {
  const { event, netsentinel } = sensed;
  const time = sensibleTime(sensed['@timestamp'], stamp.receivedAt);
  const stamped: Event = {
    ...sensed,
    event: {
      ...event,
      id: eventId({ producer: stamp.sensor.id, epoch: stamp.epoch, sequence: stamp.sequence }),
      ingested: new Date(stamp.receivedAt).toISOString(),
      sequence: stamp.sequence,
    },
    netsentinel: {
      ...netsentinel,
      sensor: { id: stamp.sensor.id, type: stamp.sensor.type },
      source_verified: stamp.sourceVerified,
      actor: actorOf(sensed.source?.ip),
    },
  };
  if (time !== undefined) {
    stamped['@timestamp'] = time;
    stamped.tags = [...(sensed.tags ?? []), 'time_adjusted'].slice(-MAX_LIST);
  }
  fillRelated(stamped);
  return stamped;
}

/** The receive time in place of a time that cannot be; undefined where the sensor's own is fine. */
function sensibleTime(text: string, receivedAt: number): string | undefined {
  const time = Date.parse(text);
  if (time >= OLDEST && time <= receivedAt + MAX_AHEAD_MS) return undefined;
  return new Date(receivedAt).toISOString();
}

/** Rewrites every address in place; answers what is wrong with the first that is none. */
function canonicaliseAddresses(event: SensorEvent): string | undefined {
  for (const side of ['source', 'destination', 'client', 'server'] as const) {
    const endpoint = event[side];
    if (endpoint === undefined) continue;
    if (endpoint.ip !== undefined) {
      const ip = canonicalAddress(endpoint.ip);
      if (ip === undefined) return `${side}.ip ${UNKNOWN_ENDPOINT}`;
      endpoint.ip = ip;
    }
    if (endpoint.nat?.ip !== undefined) {
      const ip = canonicalAddress(endpoint.nat.ip);
      if (ip === undefined) return `${side}.nat.ip ${UNKNOWN_ENDPOINT}`;
      endpoint.nat.ip = ip;
    }
  }
  if (event.host?.ip !== undefined) event.host.ip = event.host.ip.flatMap((ip) => canonicalAddress(ip) ?? []);
  if (event.related?.ip !== undefined) event.related.ip = event.related.ip.flatMap((ip) => canonicalAddress(ip) ?? []);
  return undefined;
}

/** `related.*` is what one searches when asking "anything about this address, user, hash?" */
function fillRelated(event: Event): void {
  const given = event.related;
  const ip = union(given?.ip, event.source?.ip, event.destination?.ip);
  const user = union(given?.user, event.user?.name);
  const hashes = event.file?.hash;
  const hash = union(given?.hash, hashes?.sha256, hashes?.sha1, hashes?.md5, event.netsentinel.upload?.sha256);
  const hosts = union(given?.hosts, event.host?.name, event.url?.domain, event.netsentinel.ssh?.forward?.host);
  if (ip === undefined && user === undefined && hash === undefined && hosts === undefined) return;
  event.related = {
    ...(ip === undefined ? {} : { ip }),
    ...(user === undefined ? {} : { user }),
    ...(hash === undefined ? {} : { hash }),
    ...(hosts === undefined ? {} : { hosts }),
  };
}

function union(given: string[] | undefined, ...more: (string | undefined)[]): string[] | undefined {
  let list = given;
  for (const value of more) {
    if (value === undefined || value === '' || list?.includes(value) === true) continue;
    if (list === given) list = given === undefined ? [] : given.slice(0, MAX_LIST);
    if (list!.length < MAX_LIST) list!.push(value);
  }
  return list;
}

function pipelineError(input: unknown, reason: string, stamp: Stamp): Event {
  const received = new Date(stamp.receivedAt).toISOString();
  const source = rawSource(input);
  return {
    '@timestamp': received,
    message: 'A sensor sent what is no event',
    event: {
      kind: 'pipeline_error',
      dataset: 'netsentinel.pipeline_error',
      module: 'netsentinel',
      reason,
      original: originalOf(input),
      id: eventId({ producer: stamp.sensor.id, epoch: stamp.epoch, sequence: stamp.sequence }),
      ingested: received,
      sequence: stamp.sequence,
    },
    error: { type: 'schema', message: reason },
    ...(source === undefined ? {} : { source: { ip: source }, related: { ip: [source] } }),
    netsentinel: {
      sensor: { id: stamp.sensor.id, type: stamp.sensor.type },
      source_verified: stamp.sourceVerified,
      actor: actorOf(source),
    },
  };
}

/** The attacker's address out of a broken event, so that breaking the schema is no way to stay nameless. */
function rawSource(input: unknown): string | undefined {
  try {
    const ip = (input as { source?: { ip?: unknown } } | null | undefined)?.source?.ip;
    return typeof ip === 'string' && ip.length <= 45 ? canonicalAddress(ip) : undefined;
  } catch {
    return undefined;
  }
}

function originalOf(input: unknown): string {
  try {
    const text = JSON.stringify(input, (_key, value: unknown) => {
      if (typeof value === 'bigint') return value.toString();
      if (value instanceof Uint8Array) return `<${value.length} bytes>`;
      if (typeof value === 'string' && value.length > MAX_ORIGINAL) return value.slice(0, MAX_ORIGINAL);
      return value;
    });
    return (text ?? String(input)).slice(0, MAX_ORIGINAL);
  } catch {
    return '<not serialisable>';
  }
}
