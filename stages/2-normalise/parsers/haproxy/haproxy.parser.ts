/** HAProxy's logs of requests (`option httplog`), of connections (`option tcplog`), its default form and its errors, with or without syslog's header. */
import { Refusal, type EcsDocument, type Parsed, type ParserDefinition } from '@netsentinel/contracts/parser';
import { Cursor } from '../../text/cursor.ts';
import { related } from '../../text/document.ts';
import { endpointOf, portOf } from '../../text/endpoint.ts';
import { shareOf } from '../../text/share.ts';
import { digits } from '@netsentinel/kernel/iso-time';
import { isoTime, parseClfTime } from '../../text/time.ts';
import { outcomeOf, requestUrl } from '../../web/access-record.ts';
import { stateless, type LocalClock } from '../stateless.ts';
import { readEnvelope } from '../syslog/envelope.ts';
import { readSession, type Session } from './session.ts';

export const haproxy: ParserDefinition = {
  id: 'haproxy',
  title: 'HAProxy log',
  module: 'haproxy',
  dataset: 'haproxy.log',
  examples: [
    'Nov 21 09:30:00 lb1 haproxy[350]: 198.51.100.7:40112 [21/Nov/2026:09:29:59.870] www~ app/app1 0/0/1/128/129 200 1541 - - ---- 10/8/2/1/0 0/0 {www.example.org|curl/8.5.0} {} "GET /a?b=1 HTTP/1.1"',
    '198.51.100.7:40113 [21/Nov/2026:09:30:01.000] www www/<NOSRV> 0/-1/-1/-1/0 503 213 - - SC-- 1/1/0/0/0 0/0 "<BADREQ>"',
    'Nov 21 09:30:02 lb1 haproxy[350]: 198.51.100.7:40114 [21/Nov/2026:09:30:02.285] ssh bastion/b1 1/0/5000 212 -- 1/1/0/0/0 0/0',
    'Nov 21 09:30:03 lb1 haproxy[350]: 198.51.100.7:40115 [21/Nov/2026:09:30:03.100] www/https: SSL handshake failure',
    'Nov 21 09:30:04 lb1 haproxy[350]: Connect from 198.51.100.7:40116 to 203.0.113.9:5000 (main/HTTP)',
    'Nov 21 09:30:05 lb1 haproxy[350]: Server app/app1 is DOWN, reason: Layer4 timeout.',
  ],
  recognise: ({ lines }) => shareOf(lines, (line) => HAPROXY.test(line)) * 0.95,
  create: stateless({ line: readLine }),
};

const HAPROXY =
  /(?:^|[ /])haproxy\[\d+\]: |^[\da-fA-F.:]+:\d+ \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d\.\d{3}\] \S+ /;
const CONNECT = /^Connect from (\S+):(\d+) to (\S+):(\d+) \(([^/)]+)\/([A-Z]+)\)/;

interface Head {
  readonly ms: number | undefined;
  readonly host: string | undefined;
  readonly pid: number | undefined;
  /** `haproxy`, also where nothing stands before the message. */
  readonly named: boolean;
  readonly at: number;
}

function readLine(line: string, clock: LocalClock): Parsed {
  const head = headOf(line, clock);
  const cursor = new Cursor(line, head.at);
  if (cursor.take('Connect from ')) return connectOf(line, head);
  const peer = cursor.word();
  if (line.charCodeAt(cursor.at) !== 0x5b) return ownLine(line, head);
  const ms = timeAt(line, cursor.at + 1, clock);
  cursor.until('] ');
  const colon = peer.lastIndexOf(':');
  const source = endpointOf(peer.slice(0, colon), portOf(peer.slice(colon + 1)));
  const session = readSession(cursor);
  if (ms === undefined || colon < 1 || session === undefined) return ownLine(line, head);
  return documentOf(line, head, ms, source, session);
}

/** A log file of HAProxy's own has no syslog header. */
function headOf(line: string, clock: LocalClock): Head {
  const envelope = readEnvelope(line, clock.zone, clock.referenceMs);
  if (envelope === undefined) return { ms: undefined, host: undefined, pid: undefined, named: false, at: 0 };
  const { ms, host, pid, program, at } = envelope;
  return { ms, host, pid, named: program !== undefined, at };
}

function timeAt(line: string, at: number, clock: LocalClock): number | undefined {
  const ms = parseClfTime(line, clock.zone, at);
  const fraction = line.charCodeAt(at + 20) === 0x2e ? digits(line, at + 21, 3) : 0;
  return ms === undefined || fraction < 0 ? ms : ms + fraction;
}

function documentOf(
  line: string,
  head: Head,
  ms: number,
  source: ReturnType<typeof endpointOf>,
  session: Session,
): EcsDocument {
  const { request, status, bytes, totalMs, error } = session;
  const isHttp = request !== undefined;
  return {
    '@timestamp': isoTime(ms),
    message: error,
    event: {
      kind: 'event',
      category: isHttp ? ['web'] : undefined,
      type: isHttp ? ['access'] : undefined,
      outcome: status === undefined ? undefined : outcomeOf(status),
      duration: totalMs === undefined || totalMs < 0 ? undefined : totalMs * 1_000_000,
      original: line,
    },
    source,
    http: isHttp
      ? {
          request: request.method === undefined ? undefined : { method: request.method },
          response: { bytes, status_code: status },
          version: request.version,
        }
      : undefined,
    url: isHttp ? requestUrl(request, undefined) : undefined,
    host: hostOf(head),
    process: processOf(head),
    related: { ip: related(source.ip) },
    haproxy: isHttp || error !== undefined ? session.own : { ...session.own, source: source.address },
  };
}

function connectOf(line: string, head: Head): Parsed {
  const found = CONNECT.exec(line.slice(head.at));
  if (found === null) return ownLine(line, head);
  const [, from = '', fromPort, to = '', toPort, frontend, mode] = found;
  const source = endpointOf(from, portOf(fromPort));
  const { ip, domain } = endpointOf(to);
  return {
    '@timestamp': isoTime(head.ms),
    event: { kind: 'event', category: ['web', 'network'], type: ['connection'], original: line },
    source,
    destination: { ip, domain, port: portOf(toPort) },
    host: hostOf(head),
    process: processOf(head),
    related: { ip: related(source.ip, ip) },
    haproxy: { frontend_name: frontend, mode, source: source.address },
  };
}

/** What HAProxy says of itself and of its servers. */
function ownLine(line: string, head: Head): Parsed {
  if (!head.named) return new Refusal('no line of an HAProxy log');
  return {
    '@timestamp': isoTime(head.ms),
    message: line.slice(head.at),
    event: { kind: 'event', original: line },
    host: hostOf(head),
    process: processOf(head),
  };
}

function hostOf({ host }: Head): { name: string } | undefined {
  return host === undefined ? undefined : { name: host };
}

function processOf({ named, pid }: Head): object | undefined {
  return named ? { name: 'haproxy', pid } : undefined;
}
