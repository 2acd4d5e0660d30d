/** What Amazon's front ends write of web requests: Application Load Balancer and classic ELB (words and quotes), CloudFront (tabs, `#Fields:`). */
import {
  Refusal,
  type EcsDocument,
  type Parsed,
  type Parser,
  type ParserDefinition,
  type ParseOptions,
} from '@netsentinel/contracts/parser';
import { numberIn, related } from '../../text/document.ts';
import { endpointOf, splitHostPort } from '../../text/endpoint.ts';
import { shareOf } from '../../text/share.ts';
import { isoTime, parseIsoTime } from '../../text/time.ts';
import { outcomeOf, requestUrl, userAgentOf } from '../../web/access-record.ts';
import { given } from '../../web/logged-text.ts';
import { requestLineOf, type RequestLine } from '../../web/request-line.ts';
import { clockOf, type LocalClock } from '../stateless.ts';

export const awsAccess: ParserDefinition = {
  id: 'aws-access',
  title: 'AWS access logs: Application Load Balancer, classic ELB, CloudFront',
  module: 'aws',
  dataset: 'aws.elb_logs',
  examples: [
    'https 2026-11-21T09:30:00.186641Z app/front/50dc6c495c0c9188 198.51.100.7:44740 192.0.2.10:80 0.086 0.048 0.037 404 404 120 57 "GET https://www.example.org:443/.env HTTP/1.1" "curl/8.5.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/t/73e2d6bc24d8a067 "Root=1-58337281" "www.example.org" "-" 1 2026-11-21T09:30:00.100000Z "forward" "-" "-" "192.0.2.10:80" "404" "-" "-"',
    '2026-11-21T09:30:01.186641Z classic-lb 198.51.100.7:44741 192.0.2.10:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://www.example.org:80/ HTTP/1.1" "curl/8.5.0" - -',
    '2026-11-21\t09:30:02\tFRA50-P2\t703\t198.51.100.7\tGET\td111111abcdef8.cloudfront.net\t/a/login\t401\t-\tcurl/8.5.0\tb=1\t-\tError\tabc==\twww.example.org\thttps\t62\t0.113\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tError\tHTTP/2.0\t-\t-\t51754\t0.113\tError\ttext/html\t20\t-\t-',
  ],
  recognise: ({ lines }) =>
    shareOf(lines, (line) => line.includes('x-edge-location') || BALANCER.test(line) || CLOUDFRONT.test(line)) * 0.96,
  isHeader: (line) => line.startsWith('#Fields:'),
  create: (options) => new AwsAccessParser(options),
};

const BALANCER =
  /^(?:(?:https?|h2|wss?|grpcs?) )?(\d{4}-\d\d-\d\dT[\d:.]+Z) (\S+) (\S+:\d{1,5}) (\S+) (-?[\d.]+) (-?[\d.]+) (-?[\d.]+) (\d{3}|-) (\d{3}|-) (\d+) (\d+) "([^"]*)" "([^"]*)"/;
const CLOUDFRONT = /^\d{4}-\d\d-\d\d\t\d\d:\d\d:\d\d\t[A-Z]{3}\d{1,3}(?:-\w+)?\t/;
/** The order of the standard log, where its header is lost. */
const STANDARD =
  'date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for'.split(
    ' ',
  );

class AwsAccessParser implements Parser {
  readonly #clock: LocalClock;
  #fields: readonly string[] = STANDARD;

  constructor(options: ParseOptions) {
    this.#clock = clockOf(options);
  }

  line(line: string): Parsed {
    if (line.startsWith('#')) {
      if (line.startsWith('#Fields:')) this.#fields = line.slice(8).trim().split(/\s+/, 64);
      return undefined;
    }
    const balancer = BALANCER.exec(line);
    if (balancer !== null) return this.#balancer(balancer, line);
    return line.includes('\t')
      ? this.#cloudFront(line)
      : new Refusal('neither a load balancer’s record nor CloudFront’s');
  }

  #balancer(match: RegExpExecArray, line: string): Parsed {
    const { host, port } = splitHostPort(match[3]!);
    const status = numberIn(match[8]) ?? numberIn(match[9]);
    return documentOf(line, {
      ms: parseIsoTime(match[1]!, this.#clock.zone),
      dataset: 'aws.elb_logs',
      source: endpointOf(host, port),
      request: requestLineOf(match[12]!),
      host: undefined,
      status,
      agent: match[13]!,
      referrer: undefined,
      bytes: numberIn(match[11]),
    });
  }

  #cloudFront(line: string): Parsed {
    const words = line.split('\t', 64);
    const row = new Map<string, string>();
    this.#fields.forEach((name, i) => {
      if (words[i] !== undefined && words[i] !== '-') row.set(name, words[i]);
    });
    const client = row.get('c-ip');
    const stem = row.get('cs-uri-stem');
    if (client === undefined || stem === undefined) return new Refusal('no client and path where CloudFront has them');
    const query = row.get('cs-uri-query');
    return documentOf(line, {
      ms: parseIsoTime(`${row.get('date')} ${row.get('time')}`, this.#clock.zone),
      dataset: 'aws.cloudfront_logs',
      source: endpointOf(client),
      request: {
        method: row.get('cs-method'),
        target: query === undefined ? stem : `${stem}?${query}`,
        version: row.get('cs-protocol-version')?.replace('HTTP/', ''),
      },
      host: row.get('x-host-header') ?? row.get('cs(Host)'),
      status: numberIn(row.get('sc-status')),
      // Written as a URL would be.
      agent: unescape(row.get('cs(User-Agent)')),
      referrer: unescape(row.get('cs(Referer)')),
      bytes: numberIn(row.get('sc-bytes')),
    });
  }
}

function unescape(text: string | undefined): string | undefined {
  return text?.replace(/%(?:25)?20/g, ' ').replace(/%(?:25)?22/g, '"');
}

interface Told {
  readonly ms: number | undefined;
  readonly dataset: string;
  readonly source: ReturnType<typeof endpointOf>;
  readonly request: RequestLine;
  readonly host: string | undefined;
  readonly status: number | undefined;
  readonly agent: string | undefined;
  readonly referrer: string | undefined;
  readonly bytes: number | undefined;
}

function documentOf(line: string, told: Told): EcsDocument {
  const { ms, dataset, source, request, host, status, agent, referrer, bytes } = told;
  return {
    '@timestamp': isoTime(ms),
    event: {
      kind: 'event',
      dataset,
      category: ['web'],
      type: ['access'],
      outcome: outcomeOf(status),
      original: line,
    },
    source,
    http: {
      request: { method: request.method, referrer: given(referrer) },
      response: { status_code: status, body: bytes === undefined ? undefined : { bytes } },
      version: request.version,
    },
    url: requestUrl(request, host),
    user_agent: userAgentOf(agent),
    related: { ip: related(source.ip) },
  };
}
