/**
 * The two forms of Nginx Proxy Manager, whose configuration is not the user's to change:
 * `[time] cache upstream-status status - method scheme host "target" [Client address] [Length n] [Gzip r] [Sent-to server] "user agent" "referrer"`, and the same without the first two.
 */
import { Cursor } from '../../text/cursor.ts';
import { parseClfTime } from '../../text/time.ts';
import type { Zone } from '../../text/zone.ts';
import type { AccessRecord } from '../../web/access-record.ts';

/** Undefined for another form. */
export function proxyManagerLine(line: string, zone: Zone): AccessRecord | undefined {
  const timeMs = parseClfTime(line, zone, 1);
  const cursor = new Cursor(line, line.indexOf('] ') + 2);
  if (timeMs === undefined || cursor.at < 2) return undefined;
  let status = cursor.word();
  if (!/^\d{3}$/.test(status) || line.charCodeAt(cursor.at) !== 0x2d) {
    cursor.word();
    status = cursor.word();
  }
  if (!/^\d{3}$/.test(status) || !cursor.take('- ')) return undefined;
  const method = cursor.word();
  cursor.word();
  const host = cursor.word();
  const target = cursor.quoted();
  const remote = cursor.take(' [Client ') ? cursor.until('] ') : undefined;
  const bytes = cursor.take('[Length ') ? cursor.until('] ') : undefined;
  if (target === undefined || remote === undefined || bytes === undefined) return undefined;
  while (line.charCodeAt(cursor.at) === 0x5b && cursor.until('] ') !== undefined);
  const userAgent = cursor.quoted();
  cursor.skipBlanks();
  return {
    host,
    remote,
    ident: undefined,
    user: undefined,
    timeMs,
    request: { method, target, version: undefined },
    status,
    bytes,
    referrer: cursor.quoted(),
    userAgent,
    forwardedFor: undefined,
    durationNs: undefined,
    end: line.length,
    others: undefined,
  };
}
