/**
 * Text logs of programs that nobody listed: a time somewhere near the begin of a line, and words. A login that failed or worked is understood with the address it
 * came from, and so is a web request; everything else is kept as a message. The form is general: any other format that knows a log is surer of it.
 */
import { Refusal, type Parsed, type ParserDefinition } from '@netsentinel/contracts/parser';
import { clientIn } from '../../application/client-address.ts';
import { requestFields, requestIn, type RequestInLine } from '../../application/request-words.ts';
import { timeIn } from '../../application/time-in-line.ts';
import { related } from '../../text/document.ts';
import { shareOf } from '../../text/share.ts';
import { isoTime } from '../../text/time.ts';
import { zoneOf } from '../../text/zone.ts';
import { stateless, type LocalClock } from '../stateless.ts';
import { generic } from '../syslog/readers/generic.ts';
import { MAX_MESSAGE } from '../syslog/reading.ts';
import { knownApplication } from './known-applications.ts';

const UTC = zoneOf('UTC')!;

export const application: ParserDefinition = {
  id: 'application',
  title: 'Text logs of applications: lines with a time; their logins and web requests are understood',
  module: 'application',
  dataset: 'application.log',
  examples: [
    '2026/11/21 09:30:00 ...ers/web/auth/auth.go:200:SignInPost() [I] Failed authentication attempt for alice from 198.51.100.7:39522: user does not exist',
    '[2026-11-21 09:30:01.266][vault::api::identity][ERROR] Username or password is incorrect. Try again. IP: 198.51.100.7. Username: alice@example.org.',
    'portal  | time=2026-11-21T09:30:02Z level=WARN msg="Incorrect username or password" client_ip=198.51.100.7 username=alice',
    '[GIN] 2026/11/21 - 09:30:03 | 401 |     505.317µs |    198.51.100.7 | POST     "/client"',
    '11/21/2026-09:30:04.123456  [**] [1:2010935:3] ET SCAN Suspicious inbound to MSSQL port 1433 [**] [Classification: Potentially Bad Traffic] [Priority: 2] {TCP} 198.51.100.7:6000 -> 192.0.2.10:1433',
    '11/21/2026, 9:30:04 AM LOG [Api] listening on port 2283',
  ],
  recognise: ({ lines }) => {
    const records = lines.filter((line) => !isContinuation(line));
    const timed = shareOf(records, (line) => timeIn(line, UTC, REFERENCE_MS) !== undefined);
    return Math.max(timed * 0.35, records.some(tellsOfClient) ? 0.22 : 0);
  },
  continues: isContinuation,
  create: stateless({ line: readLine }),
};

const REFERENCE_MS = Date.UTC(2026, 0, 1);

/** A stack trace below its error, a record that goes on. */
function isContinuation(line: string): boolean {
  const first = line.charCodeAt(0);
  return first === 0x09 || line.startsWith('  ') || line.startsWith('Caused by: ');
}

function tellsOfClient(line: string): boolean {
  return line.length <= MAX_MESSAGE && (generic(line)?.source ?? (requestIn(line) && clientIn(line))) !== undefined;
}

const LEVEL = /(?:^|[\s[|<:"=])(trace|debug|info|notice|warn(?:ing)?|err(?:or)?|crit(?:ical)?|fatal)(?=[\s\]|>:",]|$)/i;

function readLine(given: string, clock: LocalClock): Parsed {
  const line = withoutColours(given);
  const time = timeIn(line, clock.zone, clock.referenceMs);
  const text = time === undefined ? line : withoutTime(line, time.from, time.end);
  const isShort = text.length <= MAX_MESSAGE;
  const reading = isShort ? (knownApplication(text) ?? generic(text)) : undefined;
  const request = isShort ? requestIn(text) : undefined;
  if (time === undefined && reading?.source === undefined && request === undefined)
    return new Refusal('no time near the begin of the line');
  const source = reading?.source ?? (request === undefined ? undefined : clientOf(text, request));
  const web = request === undefined || source === undefined ? undefined : requestFields(request);
  const told = reading ?? web;
  return {
    '@timestamp': isoTime(time?.ms),
    message: text,
    event: {
      kind: reading?.kind ?? 'event',
      severity: reading?.severity,
      category: told?.category,
      type: told?.type,
      outcome: told?.outcome,
      action: reading?.action,
      reason: reading?.reason,
      original: given,
    },
    log: { level: LEVEL.exec(line.slice(0, 256))?.[1]?.toLowerCase() },
    source,
    destination: reading?.destination,
    network: reading?.transport === undefined ? undefined : { transport: reading.transport },
    rule: reading?.rule === undefined ? undefined : { name: reading.rule },
    http: web?.http,
    url: web?.url,
    user: reading?.user,
    related: { ip: related(source?.ip), user: related(reading?.user?.name) },
  };
}

/** Programs that think they write to a terminal; some escape the escape. */
function withoutColours(line: string): string {
  return line.includes('[39m') || line.includes('[0m') || line.includes('\u001b[')
    ? line.replace(/(?:\u001b|\\x1b|\\u001b|\\e|\^\[)(?:\[[\d;]*m)?/g, '')
    : line;
}

function withoutTime(line: string, from: number, end: number): string {
  const before = line.slice(0, from).replace(/[[(|\s]*(?:time(?:stamp)?=|ts=|t=|date=)?"?$/, '');
  const after = line.slice(end).replace(/^["\])|,:;\s-]+/, '');
  return before === '' ? after : `${before} ${after}`;
}

/** A path may hold an address that is nobody's. */
function clientOf(text: string, { target }: RequestInLine): ReturnType<typeof clientIn> {
  return clientIn(text.replace(target, '/'));
}
