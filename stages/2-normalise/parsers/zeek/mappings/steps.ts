/** What several logs' mappings do. */
import type { EcsDocument } from '@netsentinel/contracts/parser';
import { put, related, textOf } from '../../../text/document.ts';
import { epochMs, isoTime, parseIsoTime } from '../../../text/time.ts';
import { zoneOf } from '../../../text/zone.ts';

const UTC = zoneOf('UTC')!;
const NANOSECONDS = 1e9;

/** Seconds since the epoch, or ISO 8601 where Zeek was told to write it so. */
export function timeOf(value: unknown): string | undefined {
  if (typeof value === 'number') return isoTime(epochMs(value));
  return typeof value === 'string' ? isoTime(parseIsoTime(value, UTC)) : undefined;
}

/** Writes times of the log's own as ISO 8601 where they stand as numbers. */
export function datesAt(own: Record<string, unknown>, names: readonly string[]): void {
  for (const name of names) if (own[name] !== undefined) own[name] = timeOf(own[name]);
}

/** Seconds as nanoseconds, as ECS has durations. */
export function nanosecondsOf(seconds: unknown): number | undefined {
  return typeof seconds === 'number' && seconds >= 0 ? Math.round(seconds * NANOSECONDS) : undefined;
}

export function setUser(document: EcsDocument, name: unknown): void {
  const user = textOf(name);
  if (user === undefined) return;
  put(document, 'user.name', user);
  document['related'] = { ...(document['related'] as object | undefined), user: [user] };
}

/** The sides under ECS's names for who asks and who answers. */
export function setClientServer(document: EcsDocument): void {
  if (document.source !== undefined) document['client'] = { address: document.source.address };
  if (document.destination !== undefined) document['server'] = { address: document.destination.address };
}

/** For logs whose addresses stand in fields of their own. */
export function setEndpoints(
  document: EcsDocument,
  from: unknown,
  to: unknown,
  fromPort?: number,
  toPort?: number,
): void {
  const source = textOf(from);
  const destination = textOf(to);
  if (source !== undefined) document.source = { address: source, ip: source, port: fromPort };
  if (destination !== undefined) document.destination = { address: destination, ip: destination, port: toPort };
  document['related'] = { ...(document['related'] as object | undefined), ip: related(source, destination) };
}

/** For logs about one machine: `host`. */
export function setHost(document: EcsDocument, value: unknown): string | undefined {
  const ip = textOf(value);
  if (ip === undefined) return undefined;
  document['host'] = { ip: [ip] };
  put(document, 'network.type', ip.includes(':') ? 'ipv6' : 'ipv4');
  document['related'] = { ip: [ip] };
  return ip;
}

export function outcomeOf(success: unknown): 'success' | 'failure' | undefined {
  return success === undefined ? undefined : success === true ? 'success' : 'failure';
}
