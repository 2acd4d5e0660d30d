/**
 * Reads a line of the common log format and of all that grew out of it:
 * `[host[:port]] client[, client…] ident user [time] "request" status bytes ["referrer" "user agent" ["x-forwarded-for"]]`.
 * Servers escape quotes in what clients send, so the first `] "` is the server's own: no name of a user can forge what follows it.
 */
import { Cursor } from '../text/cursor.ts';
import { parseClfTime } from '../text/time.ts';
import type { Zone } from '../text/zone.ts';
import type { AccessRecord } from './access-record.ts';
import { requestLineOf } from './request-line.ts';

/** Undefined for what is no such line. */
export function combinedLine(line: string, zone: Zone): AccessRecord | undefined {
  const timeEnd = line.indexOf('] "');
  if (timeEnd === -1) return undefined;
  const timeAt = line.lastIndexOf('[', timeEnd);
  if (timeAt < 1) return undefined;
  const timeMs = parseClfTime(line, zone, timeAt + 1);
  if (timeMs === undefined) return undefined;
  const cursor = new Cursor(line, timeEnd + 2);
  const request = cursor.quoted();
  if (request === undefined || !cursor.take(' ')) return undefined;
  const status = cursor.word();
  const bytes = cursor.word();
  const record: AccessRecord = {
    host: undefined,
    remote: '',
    ident: undefined,
    user: undefined,
    timeMs,
    request: requestLineOf(request),
    status,
    bytes,
    referrer: quotedOrDash(cursor),
    userAgent: quotedOrDash(cursor),
    forwardedFor: undefined,
    durationNs: undefined,
    end: 0,
    others: undefined,
  };
  record.end = cursor.at;
  return isStatus(status) && head(line, timeAt - 1, record) ? record : undefined;
}

/** Undefined, and skipped, where a bare `-` stands, as Traefik writes it for no referrer. */
function quotedOrDash(cursor: Cursor): string | undefined {
  const text = cursor.quoted();
  if (text === undefined) cursor.take('- ');
  cursor.skipBlanks();
  return text;
}

function isStatus(status: string): boolean {
  return status === '-' || (status.length === 3 && status >= '000' && status <= '999');
}

/** What stands before the time. A name of a user may hold blanks, so it is read from the left. */
function head(line: string, end: number, record: AccessRecord): boolean {
  const first = line.indexOf(' ');
  if (first <= 0 || first >= end) return false;
  let at = first + 1;
  let next = wordEnd(line, at, end);
  record.remote = line.slice(0, first);
  if (record.remote.endsWith(',') || (line.charCodeAt(at) !== 0x2d && wordEnd(line, next + 1, end) < end)) {
    // A word too many: the host stands in front, or hops stand in the place of the client.
    let from = 0;
    if (!record.remote.endsWith(',')) {
      record.host = record.remote;
      from = at;
    } else next = first;
    let clientsEnd = next;
    while (clientsEnd < end && line.charCodeAt(clientsEnd - 1) === 0x2c)
      clientsEnd = wordEnd(line, clientsEnd + 1, end);
    // `"client, proxy" peer`
    if (clientsEnd < end && line.charCodeAt(from) === 0x22 && line.charCodeAt(clientsEnd - 1) === 0x22)
      clientsEnd = wordEnd(line, clientsEnd + 1, end);
    else if (clientsEnd < end && line.charCodeAt(clientsEnd + 1) !== 0x2d && clientsEnd > next)
      clientsEnd = wordEnd(line, clientsEnd + 1, end);
    record.remote = line.slice(from, clientsEnd);
    at = clientsEnd + 1;
    next = wordEnd(line, at, end);
  }
  record.ident = line.slice(at, next);
  if (next < end) record.user = line.slice(next + 1, end);
  return at <= end;
}

function wordEnd(line: string, from: number, end: number): number {
  const blank = line.indexOf(' ', from);
  return blank === -1 || blank > end ? end : blank;
}
