/** Apache's access log: `common`, `combined`, `vhost_combined`, or as a `LogFormat` says. */
import { Refusal, type Parsed, type ParserDefinition, type Sample } from '@netsentinel/contracts/parser';
import { accessDocument } from '../../web/access-document.ts';
import { accessLog } from '../../web/access-log.ts';
import type { AccessRecord } from '../../web/access-record.ts';
import type { Client } from '../../web/client.ts';
import { combinedLine } from '../../web/combined-line.ts';
import { unescaped } from '../../web/logged-text.ts';
import { accessShape } from '../../web/recognise-access.ts';
import { apacheError } from '../apache-error/apache-error.parser.ts';
import { apachePattern } from './log-format.ts';

export const apacheAccess: ParserDefinition = {
  id: 'apache-access',
  title: 'Apache access log',
  module: 'apache',
  dataset: 'apache.access',
  examples: [
    '198.51.100.7 - - [21/Nov/2026:09:30:00 +0000] "GET /index.html HTTP/1.1" 200 45',
    '198.51.100.7 - alice [21/Nov/2026:09:30:01 +0000] "POST /login HTTP/1.1" 401 381',
    '2001:db8::7 - - [21/Nov/2026:09:30:02 +0000] "-" 408 - "-" "-"',
    'www.example.org:443 198.51.100.7 - - [21/Nov/2026:09:30:03 +0000] "GET /a?b=1 HTTP/1.1" 404 499 "-" "curl/8.5.0"',
  ],
  recognise,
  create: accessLog({
    read: combinedLine,
    patternOf: apachePattern,
    errors: apacheError,
    refused: new Refusal('not a line of an Apache access log of this format'),
    document: documentOf,
  }),
};

function documentOf(record: AccessRecord, client: Client, line: string): Parsed {
  const document = accessDocument(record, client, line);
  // Elastic keeps the `-` of who has not logged in, here and in the referrer; `related.user` names people only.
  if (record.user !== undefined) document.user = { name: unescaped(record.user) };
  document['apache'] = { access: { remote_addresses: client.hops, ...record.others } };
  return document;
}

/** `common` and `vhost_combined` are Apache's own; of `combined` nobody can tell. */
function recognise({ lines, fileName }: Sample): number {
  const { read, withAgent, dashed, withHostPort } = accessShape(lines);
  const named = fileName !== undefined && /apache|httpd|other_vhosts/i.test(fileName) ? 0.15 : 0;
  return Math.min(0.95, read * (0.7 + named) + withHostPort * 0.2 + dashed * 0.1 - (withAgent - dashed) * 0.05);
}
