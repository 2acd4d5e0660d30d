/** Apache's error log, 2.2 and 2.4: `[time] [module:level] [pid 1:tid 2] [client 192.0.2.1:80] message`. */
import { Refusal, type Parsed, type ParserDefinition } from '@netsentinel/contracts/parser';
import { Cursor } from '../../text/cursor.ts';
import { numberIn, related } from '../../text/document.ts';
import { canonicalAddress } from '../../text/canonical-address.ts';
import { endpointOf, portOf, splitHostPort } from '../../text/endpoint.ts';
import { shareOf } from '../../text/share.ts';
import { digits } from '@netsentinel/kernel/iso-time';
import { isoTime, monthAt, utcOf } from '../../text/time.ts';
import type { Zone } from '../../text/zone.ts';
import { stateless, type LocalClock } from '../stateless.ts';
import { loginOutcome, userIn } from '../../application/login-words.ts';
import { requestUrl } from '../../web/access-record.ts';
import { guardVerdict, type GuardVerdict } from '../../web/guard-verdict.ts';
import { requestLineOf } from '../../web/request-line.ts';
import { refusedUser, type RefusedUser } from './refused-user.ts';

export const apacheError: ParserDefinition = {
  id: 'apache-error',
  title: 'Apache error log',
  module: 'apache',
  dataset: 'apache.error',
  examples: [
    '[Sat Nov 21 09:30:00 2026] [error] [client 198.51.100.7] File does not exist: /srv/www/favicon.ico',
    '[Sat Nov 21 09:30:01.902022 2026] [core:error] [pid 357:tid 140123104306944] [client 198.51.100.7:40112] AH00126: Invalid URI in request GET /../../etc/passwd HTTP/1.1',
    '[Sat Nov 21 09:30:02.000001 2026] [auth_basic:error] [pid 357] [client 198.51.100.7:40113] AH01617: user alice: authentication failure for "/admin": Password Mismatch',
    '[Sat Nov 21 09:30:03.000001 2026] [mpm_event:notice] [pid 1:tid 1] AH00489: Apache/2.4.62 configured -- resuming normal operations',
  ],
  recognise: ({ lines }) => shareOf(lines, (line) => HEAD.test(line)) * 0.95,
  continues: (line) => !HEAD.test(line),
  create: stateless({ line: readLine }),
};

const HEAD = /^\[(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,6})? \d{4}\] \[/;
const FILE_MISSING = /^(?:AH\d{5}: )?File does not exist: (.+)/;
const MILD = /^(?:notice|info|debug|trace\d)$/;

function readLine(line: string, clock: LocalClock): Parsed {
  const cursor = new Cursor(line);
  const ms = HEAD.test(line) ? timeOf(line, clock.zone) : undefined;
  if (ms === undefined || cursor.until('] [') === undefined)
    return new Refusal('no time of an Apache error log at the begin');
  const place = cursor.until('] ');
  if (place === undefined) return new Refusal('no level after the time');
  const [module, level] = place.includes(':') ? place.split(':', 2) : [undefined, place];
  const process = cursor.take('[pid ') ? processOf(cursor.until('] ') ?? '') : undefined;
  const errno = /^\(\d+\)[^[\]]{0,200}: (?=\[client )/.exec(line.slice(cursor.at, cursor.at + 256));
  if (errno !== null) cursor.at += errno[0].length;
  const peer = cursor.take('[client ') || cursor.take('[remote ') ? cursor.until('] ') : undefined;
  const message = cursor.rest();
  const source = peer === undefined ? undefined : clientOf(peer, process !== undefined);
  const refused = refusedUser(message) ?? refusedByProgram(message);
  const verdict = guardVerdict(message);
  const asked = askedFor(message, verdict);
  const path = FILE_MISSING.exec(message)?.[1];
  const mild = MILD.test(level ?? '');
  return {
    '@timestamp': isoTime(ms),
    message: errno === null ? message : errno[0] + message,
    event: {
      kind: verdict === undefined ? 'event' : 'alert',
      category: verdict !== undefined ? GUARD : refused === undefined ? ['web'] : ['web', 'authentication'],
      type: verdict?.isDenied === true ? ['denied'] : mild ? ['info'] : ['error'],
      outcome: refused === undefined ? undefined : 'failure',
      severity: verdict?.severity,
      original: line,
    },
    log: { level },
    process,
    source,
    http: asked?.method === undefined ? undefined : { request: { method: asked.method }, version: asked.version },
    url: asked === undefined ? undefined : requestUrl(asked, undefined),
    rule: verdict?.rule,
    file: path === undefined ? undefined : { path },
    user: refused?.name === undefined ? undefined : { name: refused.name },
    related: { ip: related(source?.ip), user: related(refused?.name) },
    apache: { error: { module } },
  };
}

const GUARD = ['web', 'intrusion_detection'];

/** A program behind the server (PHP, most of all) says in its own words that somebody was not let in. */
function refusedByProgram(message: string): RefusedUser | undefined {
  const at = message.indexOf('PHP message: ');
  if (at === -1 || at > 64) return undefined;
  const said = message.slice(at, at + 512);
  return loginOutcome(said) === 'failure' ? { name: userIn(said) } : undefined;
}

/** `Invalid URI in request GET /… HTTP/1.1`, or what a guard says was asked for. */
function askedFor(message: string, verdict: GuardVerdict | undefined): ReturnType<typeof requestLineOf> | undefined {
  const invalid = /^(?:AH\d{5}: )?Invalid URI in request (.{1,8192})$/.exec(message)?.[1]?.trim();
  if (invalid !== undefined) return requestLineOf(invalid);
  return verdict?.uri === undefined ? undefined : requestLineOf(`GET ${verdict.uri} HTTP/1.1`);
}

/** `[Sat Nov 21 09:30:00.902022 2026]`; fractions of milliseconds are cut. */
function timeOf(line: string, zone: Zone): number | undefined {
  const day = digits(line, line.charCodeAt(9) === 0x20 ? 10 : 9, line.charCodeAt(9) === 0x20 ? 1 : 2);
  const end = line.indexOf(']');
  const fraction = line.charCodeAt(20) === 0x2e ? Math.floor(Number(`0${line.slice(20, end - 5)}`) * 1000 + 1e-6) : 0;
  const year = digits(line, end - 4, 4);
  return utcOf(
    year,
    monthAt(line, 5),
    day,
    digits(line, 12, 2),
    digits(line, 15, 2),
    digits(line, 18, 2),
    fraction,
    zone,
  );
}

function processOf(text: string): { pid: number | undefined; thread: { id: number | undefined } | undefined } {
  const [pid, tid] = text.split(':tid ', 2);
  return { pid: numberIn(pid), thread: tid === undefined ? undefined : { id: numberIn(tid) } };
}

/** Apache 2.4 writes a port behind every address, without brackets around those of IPv6. */
function clientOf(peer: string, hasPort: boolean): ReturnType<typeof endpointOf> {
  const { host, port } = splitHostPort(peer);
  const six = hasPort && port === undefined ? /^([\da-f:.]{2,45}):(\d{1,5})$/i.exec(host) : null;
  return six !== null && canonicalAddress(six[1]!) !== undefined
    ? endpointOf(six[1]!, portOf(six[2]))
    : endpointOf(host, port);
}
