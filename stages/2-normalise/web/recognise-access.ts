/** Tells by content whether lines are of an access log in the common form, and by small signs whose. */
import { zoneOf } from '../text/zone.ts';
import { combinedLine } from './combined-line.ts';
import { given } from './logged-text.ts';

const UTC = zoneOf('UTC')!;
const MAX_LOOKED_AT = 50;

/** Parts of the lines, 0 to 1. */
export interface AccessShape {
  readonly read: number;
  /** Has a referrer and a user agent: nginx always, Apache by `combined`. */
  readonly withAgent: number;
  /** `-` for no bytes, which nginx never writes. */
  readonly dashed: number;
  /** `host:port` in front of one client: Apache's `vhost_combined`. */
  readonly withHostPort: number;
}

export function accessShape(lines: readonly string[]): AccessShape {
  let [read, withAgent, dashed, withHostPort] = [0, 0, 0, 0];
  const looked = lines.slice(0, MAX_LOOKED_AT);
  for (const line of looked) {
    const record = combinedLine(line, UTC);
    if (record === undefined) continue;
    read++;
    if (record.userAgent !== undefined) withAgent++;
    if (given(record.bytes) === undefined) dashed++;
    if (record.host !== undefined && /:\d+$/.test(record.host) && !record.remote.includes(',')) withHostPort++;
  }
  const all = Math.max(1, looked.length);
  return { read: read / all, withAgent: withAgent / all, dashed: dashed / all, withHostPort: withHostPort / all };
}
