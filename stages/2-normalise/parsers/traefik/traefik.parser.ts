/** Traefik's access log, in common form and as JSON, and the connections that its own log tells of. */
import {
  Refusal,
  type EcsDocument,
  type EcsGroup,
  type JsonObject,
  type Parsed,
  type ParserDefinition,
  type Sample,
} from '@netsentinel/contracts/parser';
import { related } from '../../text/document.ts';
import { endpointOf, splitHostPort } from '../../text/endpoint.ts';
import { keyValues } from '../../text/key-values.ts';
import { isoTime, parseIsoTime } from '../../text/time.ts';
import { zoneOf, type Zone } from '../../text/zone.ts';
import { accessDocument } from '../../web/access-document.ts';
import type { AccessRecord } from '../../web/access-record.ts';
import { Clients } from '../../web/client.ts';
import { combinedLine } from '../../web/combined-line.ts';
import { ofJsonLine, statelessWith } from '../stateless.ts';
import { routeBehind } from './route.ts';
import { jsonRecord } from './json-record.ts';

export const traefik: ParserDefinition = {
  id: 'traefik',
  title: 'Traefik access log, common form and JSON',
  module: 'traefik',
  dataset: 'traefik.access',
  examples: [
    '198.51.100.7 - alice [21/Nov/2026:09:30:00 +0000] "GET /a?b=1 HTTP/2.0" 404 19 "-" "curl/8.5.0" 262 "web@docker" "http://192.0.2.3:5601" 2ms',
    '{"ClientAddr":"198.51.100.7:39496","ClientHost":"198.51.100.7","ClientPort":"39496","ClientUsername":"-","DownstreamContentSize":357,"DownstreamStatus":200,"Duration":357313,"RequestAddr":"www.example.org","RequestCount":190,"RequestHost":"www.example.org","RequestMethod":"GET","RequestPath":"/a.save","RequestPort":"-","RequestProtocol":"HTTP/1.1","RequestScheme":"http","RouterName":"web@docker","ServiceName":"web@docker","ServiceURL":"http://192.0.2.3:80","StartUTC":"2026-11-21T09:30:01.587782192Z","entryPointName":"http","level":"info","msg":"","request_User-Agent":"curl/8.5.0","time":"2026-11-21T09:30:01Z"}',
    'time="2026-11-21T09:30:02Z" level=debug msg="Handling TCP connection from 198.51.100.7:35501 to 192.0.2.3:21116"',
  ],
  recognise,
  create: statelessWith(
    ({ zone, trustedProxies }): Context => ({ zone: zoneOf(zone)!, clients: new Clients(trustedProxies) }),
    { line: readLine, object: readObject },
  ),
};

const HANDLING = /^Handling (TCP|UDP) (?:connection|stream) from (\S+) to (\S+)$/;

interface Context {
  readonly zone: Zone;
  readonly clients: Clients;
}

function readLine(line: string, context: Context): Parsed {
  if (line.charCodeAt(0) === 0x7b) return ofJsonLine(line, (object, original) => readObject(object, original, context));
  if (line.startsWith('time="')) return ownLog(line, context.zone);
  const record = combinedLine(line, context.zone);
  if (record === undefined) return new Refusal('not a line of a Traefik access log');
  const route = routeBehind(line, record.end);
  record.durationNs = route?.durationNs;
  return documentOf(record, line, { ...route?.fields, user_identifier: record.ident }, context);
}

function readObject(object: JsonObject, original: string, context: Context): Parsed {
  const found = jsonRecord(object, context.zone);
  if (found === undefined) return new Refusal('an object without `ClientHost` and `time` is no record of Traefik');
  return documentOf(found.record, original, found.fields, context);
}

function documentOf(record: AccessRecord, original: string, access: EcsGroup, { clients }: Context): EcsDocument {
  const client = clients.of(record);
  const document = accessDocument(record, client, original);
  // As Elastic has it: `-` where nobody has logged in.
  if (record.user !== undefined) document.user = { name: record.user };
  document['network'] = { transport: 'tcp', forwarded_ip: client.forwarded };
  document['traefik'] = { access };
  return document;
}

function ownLog(line: string, zone: Zone): Parsed {
  const pairs = keyValues(line);
  const ms = parseIsoTime(pairs.get('time') ?? '', zone);
  const message = pairs.get('msg');
  if (ms === undefined || message === undefined) return new Refusal('no time and message of a Traefik log');
  const handled = HANDLING.exec(message);
  const [source, destination] = [handled?.[2], handled?.[3]].map((peer) => {
    if (peer === undefined) return undefined;
    const { host, port } = splitHostPort(peer);
    return endpointOf(host, port);
  });
  return {
    '@timestamp': isoTime(ms),
    message,
    event: {
      kind: 'event',
      category: handled === null ? undefined : ['network'],
      type: handled === null ? undefined : ['connection', 'start'],
      dataset: 'traefik.log',
      original: line,
    },
    log: { level: pairs.get('level') },
    source,
    destination,
    network: handled === null ? undefined : { transport: handled[1]!.toLowerCase() },
    related: { ip: related(source?.ip, destination?.ip) },
  };
}

function recognise({ lines, objects }: Sample): number {
  if (objects.length > 0)
    return (
      (objects.filter((one) => one['ClientHost'] !== undefined && one['RequestPath'] !== undefined).length /
        objects.length) *
      0.95
    );
  const alike = lines.filter((line) => / "[^"]*" "[^"]*" \d+ms$/.test(line) || HANDLED_LINE.test(line));
  return (alike.length / Math.max(1, lines.length)) * 0.95;
}

const HANDLED_LINE = /^time="[^"]{10,40}" level=[a-z]+ msg="Handling (?:TCP|UDP) /;
