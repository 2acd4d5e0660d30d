/** Apache's access log: `common`, `combined`, `vhost_combined`, or as a `LogFormat` says. */
import {
  Refusal,
  type Parsed,
  type Parser,
  type ParserDefinition,
  type ParseOptions,
  type Sample,
} from '@netsentinel/contracts/parser';
import { related } from '../../text/document.ts';
import { isoTime } from '../../text/time.ts';
import { zoneOf, type Zone } from '../../text/zone.ts';
import { httpOf, outcomeOf, requestUrl, userAgentOf, type AccessRecord } from '../../web/access-record.ts';
import { Clients, serverOf } from '../../web/client.ts';
import { combinedLine } from '../../web/combined-line.ts';
import type { LinePattern } from '../../web/line-pattern.ts';
import { given, unescaped } from '../../web/logged-text.ts';
import { orError } from '../../web/or-error.ts';
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
  create: (options) => new ApacheAccessParser(options),
};

class ApacheAccessParser implements Parser {
  readonly #zone: Zone;
  readonly #clients: Clients;
  readonly #pattern: LinePattern | undefined;
  /** Containers write both logs to one stream. */
  readonly #errors: Parser;

  constructor(options: ParseOptions) {
    const { zone, trustedProxies, pattern } = options;
    this.#errors = apacheError.create(options);
    this.#zone = zoneOf(zone)!;
    this.#clients = new Clients(trustedProxies);
    this.#pattern = apachePattern(pattern);
  }

  line(line: string): Parsed {
    const record = this.#pattern === undefined ? combinedLine(line, this.#zone) : this.#pattern.read(line, this.#zone);
    return record === undefined
      ? orError(this.#errors.line!(line), 'apache.error', REFUSED)
      : this.#document(record, line);
  }

  #document(record: AccessRecord, line: string): Parsed {
    const { source, hops, forwarded } = this.#clients.of(record);
    const destination = serverOf(record.host);
    const status = given(record.status);
    const user = given(record.user);
    return {
      '@timestamp': isoTime(record.timeMs),
      event: {
        kind: 'event',
        category: WEB,
        type: ACCESS,
        outcome: status === undefined ? undefined : outcomeOf(Number(status)),
        duration: record.durationNs,
        original: line,
      },
      source,
      destination,
      http: httpOf(record),
      url: requestUrl(record.request, destination?.domain),
      // Elastic keeps the `-` of who has not logged in, here and in the referrer; `related.user` names people only.
      user: record.user === undefined ? undefined : { name: unescaped(record.user) },
      user_agent: userAgentOf(record.userAgent),
      network: forwarded === undefined ? undefined : { forwarded_ip: forwarded },
      related: { ip: related(source.ip, destination?.ip), user: related(user) },
      apache: {
        access: record.others === undefined ? { remote_addresses: hops } : { remote_addresses: hops, ...record.others },
      },
    };
  }
}

/** `common` and `vhost_combined` are Apache's own; of `combined` nobody can tell. */
function recognise({ lines, fileName }: Sample): number {
  const { read, withAgent, dashed, withHostPort } = accessShape(lines);
  const named = fileName !== undefined && /apache|httpd|other_vhosts/i.test(fileName) ? 0.15 : 0;
  return Math.min(0.95, read * (0.7 + named) + withHostPort * 0.2 + dashed * 0.1 - (withAgent - dashed) * 0.05);
}

const REFUSED = new Refusal('not a line of an Apache access log of this format');
const WEB = ['web'];
const ACCESS = ['access'];
