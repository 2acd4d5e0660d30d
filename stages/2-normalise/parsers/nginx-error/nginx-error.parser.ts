/** nginx's error log: `2026/11/21 09:30:00 [error] 12#12: *3 message, client: …, server: …, request: "…", host: "…"`. */
import { Refusal, type Parsed, type ParserDefinition } from '@netsentinel/contracts/parser';
import { Cursor } from '../../text/cursor.ts';
import { related } from '../../text/document.ts';
import { shareOf } from '../../text/share.ts';
import { isoTime, parseIsoTime } from '../../text/time.ts';
import { requestUrl } from '../../web/access-record.ts';
import { serverOf } from '../../web/client.ts';
import { requestLineOf } from '../../web/request-line.ts';
import { stateless, type LocalClock } from '../stateless.ts';
import { loginOutcome, userIn } from '../../application/login-words.ts';
import { guardVerdict } from '../../web/guard-verdict.ts';
import { contextOf } from './context.ts';

export const nginxError: ParserDefinition = {
  id: 'nginx-error',
  title: 'nginx error log',
  module: 'nginx',
  dataset: 'nginx.error',
  examples: [
    '2026/11/21 09:30:00 [error] 540#540: *1 open() "/srv/www/favicon.ico" failed (2: No such file or directory), client: 198.51.100.7, server: www.example.org, request: "GET /favicon.ico HTTP/1.1", host: "www.example.org", referrer: "https://www.example.org/"',
    '2026/11/21 09:30:01 [error] 540#540: *2 user "alice": password mismatch, client: 198.51.100.7, server: _, request: "GET /admin/ HTTP/1.1", host: "www.example.org:8080"',
    '2026/11/21 09:30:02 [notice] 540#540: signal process started',
  ],
  recognise: ({ lines }) => shareOf(lines, (line) => HEAD.test(line)) * 0.95,
  continues: (line) => !BEGIN.test(line),
  create: stateless({ line: readLine }),
};

const BEGIN = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /;
const HEAD = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[[a-z]+\] \d+#\d+: /;
const REFUSED_USER = /^user "([^"]{0,256})"(?: was not found in "|: password mismatch)|^client login failed: /;
const MILD = /^(?:notice|info|debug)$/;

const GUARD = ['web', 'intrusion_detection'];

/** `FastCGI sent in stderr: "PHP message: Failed login for bob" while reading …`. */
function isRefusedByProgram(message: string): boolean {
  const at = message.startsWith('FastCGI sent in stderr: ') ? message.indexOf('PHP message: ') : -1;
  return at !== -1 && at < 64 && loginOutcome(message.slice(at, at + 256)) === 'failure';
}

function readLine(line: string, clock: LocalClock): Parsed {
  const ms = HEAD.test(line) ? parseIsoTime(line, clock.zone) : undefined;
  if (ms === undefined) return new Refusal('no time, level and process of an nginx error log at the begin');
  const cursor = new Cursor(line, line.indexOf('[') + 1);
  const level = cursor.until('] ')!;
  const pid = cursor.integer();
  cursor.take('#');
  const thread = cursor.integer();
  cursor.take(': ');
  const connection = cursor.take('*') ? cursor.integer() : undefined;
  cursor.skipBlanks();
  const message = cursor.rest();
  const { client, host, request, referrer, login } = contextOf(message);
  const refused = REFUSED_USER.exec(message.slice(0, 512));
  const isByProgram = refused === null && isRefusedByProgram(message);
  const user = refused?.[1] ?? (refused !== null ? login : isByProgram ? userIn(message.slice(0, 512)) : undefined);
  const verdict = guardVerdict(message);
  const isLimited = message.startsWith('limiting requests, excess: ');
  const asked = request === undefined ? undefined : requestLineOf(request);
  const destination = serverOf(host);
  return {
    '@timestamp': isoTime(ms),
    message,
    event: {
      kind: verdict === undefined ? 'event' : 'alert',
      category: verdict !== undefined ? GUARD : refused === null && !isByProgram ? ['web'] : ['web', 'authentication'],
      type: MILD.test(level) ? ['info'] : ['error'],
      outcome: refused === null && !isByProgram && !isLimited ? undefined : 'failure',
      action: isLimited ? 'rate-limited' : undefined,
      severity: verdict?.severity,
      original: line,
    },
    log: { level },
    process: { pid, thread: { id: thread } },
    source: client,
    destination,
    http:
      asked?.method === undefined ? undefined : { request: { method: asked.method, referrer }, version: asked.version },
    url: asked === undefined ? undefined : requestUrl(asked, destination?.domain),
    rule: verdict?.rule,
    user: user === undefined ? undefined : { name: user },
    related: { ip: related(client?.ip, destination?.ip), user: related(user) },
    nginx: { error: { connection_id: connection } },
  };
}
