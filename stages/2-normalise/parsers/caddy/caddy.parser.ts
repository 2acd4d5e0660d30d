/** Caddy's JSON logs: requests (`http.log.access`), and what else the server writes in the same form. Elastic has no integration for it; the names below `caddy` are ours. */
import {
  Refusal,
  type EcsEndpoint,
  type JsonObject,
  type Parsed,
  type ParserDefinition,
  type Sample,
} from '@netsentinel/contracts/parser';
import { isObject, numberIn, numberOf, related, scalarOf, textOf } from '../../text/document.ts';
import { endpointOf, portOf, Proxies } from '../../text/endpoint.ts';
import { epochMs, isoTime, parseIsoTime } from '../../text/time.ts';
import { zoneOf, type Zone } from '../../text/zone.ts';
import { outcomeOf, requestUrl, userAgentOf } from '../../web/access-record.ts';
import { firstAddress, serverOf } from '../../web/client.ts';
import { versionOf } from '../../web/request-line.ts';
import { ofJsonLine, statelessWith } from '../stateless.ts';

export const caddy: ParserDefinition = {
  id: 'caddy',
  title: 'Caddy log, JSON',
  module: 'caddy',
  dataset: 'caddy.access',
  examples: [
    '{"level":"info","ts":1795253400.7564995,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"198.51.100.7","remote_port":"44790","client_ip":"198.51.100.7","proto":"HTTP/2.0","method":"GET","host":"www.example.org:8443","uri":"/a?b=1","headers":{"User-Agent":["curl/8.5.0"],"Accept":["*/*"]},"tls":{"resumed":false,"version":772,"cipher_suite":4865,"proto":"h2","server_name":"www.example.org"}},"bytes_read":0,"user_id":"alice","duration":0.000335,"size":12,"status":401,"resp_headers":{"Server":["Caddy"]}}',
    '{"level":"error","ts":"2026-11-21T09:30:01.000Z","logger":"http.log.error","msg":"dial tcp 192.0.2.3:80: connect: connection refused","request":{"remote_ip":"198.51.100.7","remote_port":"44791","proto":"HTTP/1.1","method":"GET","host":"www.example.org","uri":"/","headers":{}},"duration":0.0001,"status":502}',
    '{"level":"info","ts":1795253402.0,"logger":"tls","msg":"cleaning storage unit"}',
  ],
  recognise,
  create: statelessWith(
    ({ zone, trustedProxies }): Context => ({ zone: zoneOf(zone)!, proxies: new Proxies(trustedProxies) }),
    {
      line: (line, context) => ofJsonLine(line, (object, original) => record(object, original, context)),
      object: record,
    },
  ),
};

interface Context {
  readonly zone: Zone;
  readonly proxies: Proxies;
}

function record(object: JsonObject, original: string, { zone, proxies }: Context): Parsed {
  const ms = timeOf(object['ts'], zone);
  if (ms === undefined || typeof object['level'] !== 'string')
    return new Refusal('an object without `ts` and `level` is no record of Caddy');
  const request = object['request'];
  if (isObject(request)) return accessRecord(object, request, { ms, original, proxies });
  return {
    '@timestamp': isoTime(ms),
    message: textOf(object['msg']),
    event: { kind: 'event', dataset: 'caddy.log', original },
    log: { level: object['level'], logger: textOf(object['logger']) },
  };
}

function accessRecord(
  object: JsonObject,
  request: JsonObject,
  { ms, original, proxies }: { readonly ms: number; readonly original: string; readonly proxies: Proxies },
): Parsed {
  const headers = isObject(request['headers']) ? request['headers'] : {};
  const forwarded = headerOf(headers, 'X-Forwarded-For');
  const source = clientOf(request, forwarded, proxies);
  const destination = serverOf(textOf(request['host']));
  // 0: nothing was answered.
  const status = numberOf(object['status']) || undefined;
  const size = numberOf(object['size']);
  const user = textOf(object['user_id']);
  const logger = textOf(object['logger']);
  return {
    '@timestamp': isoTime(ms),
    message: textOf(object['msg']),
    event: {
      kind: 'event',
      category: ['web'],
      type: logger?.startsWith('http.log.error') === true ? ['error'] : ['access'],
      outcome: status === undefined ? undefined : outcomeOf(status),
      duration: durationNs(object['duration']),
      original,
    },
    log: { level: textOf(object['level']), logger },
    source,
    destination,
    http: {
      request: { method: textOf(request['method']), referrer: headerOf(headers, 'Referer') },
      response: { status_code: status, body: size === undefined ? undefined : { bytes: size } },
      version: versionOf(textOf(request['proto'])),
    },
    url: requestUrl({ method: undefined, target: textOf(request['uri']), version: undefined }, destination?.domain),
    user: user === undefined ? undefined : { name: user },
    user_agent: userAgentOf(headerOf(headers, 'User-Agent')),
    network: forwarded === undefined ? undefined : { forwarded_ip: firstAddress(forwarded) },
    related: { ip: related(source?.ip, destination?.ip), user: related(user) },
    caddy: { access: { tls: request['tls'], error_id: textOf(object['err_id']) } },
  };
}

/** `client_ip` is Caddy's own finding, with the proxies that it was told to trust. */
function clientOf(request: JsonObject, forwarded: string | undefined, proxies: Proxies): EcsEndpoint | undefined {
  const peer = textOf(request['remote_ip']);
  const found = textOf(request['client_ip']);
  if (found !== undefined && found !== peer) return endpointOf(found);
  if (peer === undefined) return undefined;
  const client = proxies.clientOf(peer, forwarded);
  return client === peer ? endpointOf(peer, portOf(scalarOf(request['remote_port']))) : endpointOf(client);
}

function headerOf(headers: JsonObject, name: string): string | undefined {
  const values = headers[name];
  return textOf(Array.isArray(values) ? (values as unknown[])[0] : values);
}

/** Seconds, or as `time_format` says: an ISO text, or `2026/11/21 09:30:00.000`. */
function timeOf(value: unknown, zone: Zone): number | undefined {
  if (typeof value === 'number') return epochMs(value);
  return typeof value === 'string' ? (parseIsoTime(value, zone) ?? epochMs(value)) : undefined;
}

const UNITS_NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9 };

/** Seconds, or a text such as `1.5ms`. */
function durationNs(value: unknown): number | undefined {
  if (typeof value === 'number') return value >= 0 ? Math.round(value * 1e9) : undefined;
  const found = typeof value === 'string' ? /^([\d.]{1,20})(ns|us|µs|ms|s)$/.exec(value) : null;
  const count = numberIn(found?.[1]);
  return count === undefined ? undefined : Math.round(count * UNITS_NS[found![2]!]!);
}

function recognise({ objects }: Sample): number {
  const alike = objects.filter(
    ({ logger, level, ts, msg, request }) =>
      ts !== undefined &&
      typeof level === 'string' &&
      typeof msg === 'string' &&
      (isObject(request) ? request['uri'] !== undefined : typeof logger === 'string'),
  );
  return objects.length === 0 ? 0 : (alike.length / objects.length) * 0.92;
}
