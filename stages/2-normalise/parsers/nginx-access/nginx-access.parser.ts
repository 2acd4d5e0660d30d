/** nginx's access log: `combined`, with and without the host in front, with `X-Forwarded-For` behind, or as a `log_format` says. */
import { Refusal, type Parsed, type ParserDefinition, type Sample } from '@netsentinel/contracts/parser';
import { zoneOf, type Zone } from '../../text/zone.ts';
import { accessDocument } from '../../web/access-document.ts';
import { accessLog } from '../../web/access-log.ts';
import type { AccessRecord } from '../../web/access-record.ts';
import type { Client } from '../../web/client.ts';
import { combinedLine } from '../../web/combined-line.ts';
import { given, unescaped } from '../../web/logged-text.ts';
import { accessShape } from '../../web/recognise-access.ts';
import { nginxError } from '../nginx-error/nginx-error.parser.ts';
import { nginxPattern } from './log-format.ts';
import { proxyManagerLine } from './proxy-manager.ts';

export const nginxAccess: ParserDefinition = {
  id: 'nginx-access',
  title: 'nginx access log',
  module: 'nginx',
  dataset: 'nginx.access',
  examples: [
    '198.51.100.7 - - [21/Nov/2026:09:30:00 +0000] "GET /index.html?a=1 HTTP/1.1" 200 612 "https://www.example.org/" "Mozilla/5.0 (X11; Linux x86_64)"',
    '198.51.100.7 - alice [21/Nov/2026:09:30:01 +0000] "POST /login HTTP/2.0" 401 179 "-" "curl/8.5.0" "192.0.2.77"',
    'www.example.org:443 198.51.100.8, 192.0.2.4 - - [21/Nov/2026:09:30:02 +0000] "GET / HTTP/1.1" 304 0 "-" "-" "-"',
    '[21/Nov/2026:09:30:04 +0000] - 404 404 - GET https www.example.org "/.env" [Client 198.51.100.7] [Length 192] [Gzip 3.10] [Sent-to 192.0.2.8] "curl/8.5.0" "-"',
    '203.0.113.66 - - [21/Nov/2026:09:30:03 +0000] "\\x16\\x03\\x01\\x02\\x00" 400 157 "-" "-"',
  ],
  recognise,
  create: accessLog({
    read: readLine,
    patternOf: nginxPattern,
    errors: nginxError,
    refused: new Refusal('not a line of an nginx access log of this format'),
    document: documentOf,
  }),
};

function readLine(line: string, zone: Zone): AccessRecord | undefined {
  const record = line.charCodeAt(0) === 0x5b ? proxyManagerLine(line, zone) : combinedLine(line, zone);
  if (record !== undefined) record.forwardedFor = lastQuoted(line, record);
  return record;
}

function documentOf(record: AccessRecord, client: Client, line: string): Parsed {
  record.referrer = given(record.referrer);
  const document = accessDocument(record, client, line);
  const user = given(record.user);
  if (user !== undefined) document.user = { name: unescaped(user) };
  document['nginx'] = { access: { remote_ip_list: client.hops, ...record.others } };
  return document;
}

/** Most logs in the common form are nginx's; what Apache alone writes takes away from that. */
function recognise({ lines, fileName }: Sample): number {
  if (lines.some((line) => line.startsWith('[') && proxyManagerLine(line, UTC) !== undefined)) return 0.95;
  const { read, withAgent, dashed, withHostPort } = accessShape(lines);
  const named = fileName !== undefined && /nginx/i.test(fileName) ? 0.1 : 0;
  return read * (0.6 + named) + (withAgent - withHostPort / 2) * 0.2 - dashed * 0.3;
}

const UTC = zoneOf('UTC')!;

/** The format `main` of nginx's own packages ends with `"$http_x_forwarded_for"`. */
function lastQuoted(line: string, { end }: AccessRecord): string | undefined {
  if (line.charCodeAt(end) !== 0x22) return undefined;
  const close = line.indexOf('"', end + 1);
  return close === -1 ? undefined : line.slice(end + 1, close);
}
