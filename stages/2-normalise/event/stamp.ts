/** What only the platform may say of an event, and what it fills in: id, sensor, receive time, canonical addresses, `related.*`, the actor. */
import { NOBODY } from '@netsentinel/contracts/actor';
import { eventId, MAX_EVENT_BYTES, type Event, type SensorEvent } from '@netsentinel/contracts/event';
import { err, ok, type Result } from '@netsentinel/contracts/result';
import { actorOf } from '@netsentinel/kernel/address';
import { canonicalAddress, isDottedQuad } from '../text/canonical-address.ts';
import { isoMs } from '@netsentinel/kernel/iso-time';
import { fitEvent, serialisedAtMost } from './event-size.ts';

/** What is known of an event from where it came from. */
export interface Stamp {
  readonly sensor: { readonly id: string; readonly type: string };
  readonly epoch: string;
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly sourceVerified: boolean;
  /** Times before this one cannot be; default: the year 2000. Old captures begin at 0, which is as good a time as any where nothing else is compared with it. */
  readonly oldestMs?: number;
}

const MAX_LIST = 256;
const OLDEST = Date.UTC(2000, 0, 1);
const MAX_AHEAD_MS = 24 * 60 * 60 * 1000;
const UNKNOWN_ENDPOINT = 'is not an address';

/** What is known of it, and so is not looked at again. */
export interface Known {
  /** Its size is within bounds. */
  readonly isSurelySmall?: boolean;
  /** The addresses of its sides are in their canonical form. */
  readonly hasCanonicalSides?: boolean;
}

/** The event that a sensor's word becomes, which it shares objects with; the error says what is wrong with it. */
export function finishEvent(sensed: SensorEvent, stamp: Stamp, known: Known = {}): Result<Event> {
  return finishOwn({ ...sensed }, stamp, known);
}

/** The same for one that was made for it: it becomes the event itself, and shares what it holds. */
export function finishOwn(sensed: SensorEvent, stamp: Stamp, known: Known): Result<Event> {
  let event = stampEvent(sensed, stamp);
  const wrong = known.hasCanonicalSides === true ? undefined : canonicaliseSides(event);
  if (wrong !== undefined) return err(wrong);
  canonicaliseLists(event);
  const ip = event.source?.ip;
  event.netsentinel.actor = ip !== undefined && isDottedQuad(ip) ? ip : actorOf(ip);
  fillRelated(event);
  if (known.isSurelySmall === true || serialisedAtMost(event, MAX_EVENT_BYTES)) return ok(event);
  event = structuredClone(event);
  return fitEvent(event) ? ok(event) : err(`event is larger than ${MAX_EVENT_BYTES} bytes`);
}

/** In place. Its actor is not known before its addresses are. */
function stampEvent(sensed: SensorEvent, stamp: Stamp): Event {
  const { event, netsentinel } = sensed;
  const time = sensibleTime(sensed['@timestamp'], stamp);
  const stamped = sensed as Event;
  stamped.event = {
    ...event,
    id: eventId({ producer: stamp.sensor.id, epoch: stamp.epoch, sequence: stamp.sequence }),
    ingested: isoTime(stamp.receivedAt),
    sequence: stamp.sequence,
  };
  stamped.netsentinel = {
    ...netsentinel,
    sensor: { id: stamp.sensor.id, type: stamp.sensor.type },
    source_verified: stamp.sourceVerified,
    actor: NOBODY,
  };
  if (time !== undefined) {
    stamped['@timestamp'] = time;
    stamped.tags = [...(sensed.tags ?? []), 'time_adjusted'].slice(-MAX_LIST);
  }
  return stamped;
}

let latest = { ms: Number.NaN, text: '' };

/** Many events are received within the same millisecond. */
function isoTime(ms: number): string {
  if (latest.ms !== ms) latest = { ms, text: new Date(ms).toISOString() };
  return latest.text;
}

/** The receive time in place of a time that cannot be; undefined where the sensor's own is fine. */
function sensibleTime(text: string, { receivedAt, oldestMs = OLDEST }: Stamp): string | undefined {
  const time = isoMs(text);
  if (time >= oldestMs && time <= receivedAt + MAX_AHEAD_MS) return undefined;
  return new Date(receivedAt).toISOString();
}

/** Puts every address into its canonical form; answers what is wrong with the first that is none. The sensor's own objects stay as they are. */
function canonicaliseSides(event: Event): string | undefined {
  for (const side of ['source', 'destination', 'client', 'server'] as const) {
    const endpoint = event[side];
    if (endpoint === undefined) continue;
    const { ip, nat } = endpoint;
    if (ip !== undefined) {
      const canonical = canonicalAddress(ip);
      if (canonical === undefined) return `${side}.ip ${UNKNOWN_ENDPOINT}`;
      if (canonical !== ip) event[side] = { ...endpoint, ip: canonical };
    }
    if (nat?.ip !== undefined) {
      const canonical = canonicalAddress(nat.ip);
      if (canonical === undefined) return `${side}.nat.ip ${UNKNOWN_ENDPOINT}`;
      if (canonical !== nat.ip) event[side] = { ...event[side], nat: { ...nat, ip: canonical } };
    }
  }
  return undefined;
}

/** Those of the sides, which are canonical, stand in `related` as well, as a rule. */
function canonicaliseLists(event: Event): void {
  const { host, related, source, destination } = event;
  if (host?.ip !== undefined && !areCanonical(host.ip)) event.host = { ...host, ip: canonicalOnes(host.ip) };
  if (related?.ip !== undefined && !areCanonical(related.ip, source?.ip, destination?.ip))
    event.related = { ...related, ip: canonicalOnes(related.ip) };
}

function areCanonical(list: readonly string[], known?: string, alsoKnown?: string): boolean {
  for (let i = 0; i < list.length; i++) {
    const ip = list[i]!;
    if (ip !== known && ip !== alsoKnown && canonicalAddress(ip) !== ip) return false;
  }
  return true;
}

function canonicalOnes(list: readonly string[]): string[] {
  return list.flatMap((ip) => canonicalAddress(ip) ?? []);
}

/** `related.*` is what one searches when asking "anything about this address, user, hash?" */
function fillRelated(event: Event): void {
  const given = event.related;
  const ip = union(given?.ip, event.source?.ip, event.destination?.ip);
  const user = union(given?.user, event.user?.name);
  const hashes = event.file?.hash;
  const hash = union(given?.hash, hashes?.sha256, hashes?.sha1, hashes?.md5, event.netsentinel.upload?.sha256);
  const hosts = union(given?.hosts, event.host?.name, event.url?.domain, event.netsentinel.forward?.host);
  if (ip === given?.ip && user === given?.user && hash === given?.hash && hosts === given?.hosts) return;
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
