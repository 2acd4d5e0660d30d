/** Suricata's EVE records, every `event_type`: what ECS has names for in ECS, the rest under `suricata.eve` as it came. */
import {
  Refusal,
  type EcsDocument,
  type EcsEndpoint,
  type EcsGroup,
  type JsonObject,
  type Parsed,
  type ParserDefinition,
  type Sample,
} from '@netsentinel/contracts/parser';
import { canonicalAddress } from '../../text/canonical-address.ts';
import { communityId } from '../../text/community-id.ts';
import { isObject, numberOf, related, textOf } from '../../text/document.ts';
import { portOf } from '../../text/endpoint.ts';
import { isoTime, parseIsoTime } from '../../text/time.ts';
import { ofJsonLine, stateless, type LocalClock } from '../stateless.ts';
import { alert } from './alert.ts';
import { dns } from './dns.ts';
import { examples } from './examples.ts';
import { ownFields } from './own-fields.ts';
import { tls } from './tls.ts';
import { fileinfo, flow, http, netflow } from './traffic.ts';
import { userOf } from './users.ts';

export const suricata: ParserDefinition = {
  id: 'suricata',
  title: 'Suricata EVE',
  module: 'suricata',
  dataset: 'suricata.eve',
  examples,
  recognise,
  create: stateless({
    line: (line, clock) => ofJsonLine(line, (object, original) => readObject(object, original, clock)),
    object: readObject,
  }),
};

/** Records of Suricata itself, which are of no connection. */
const OF_ITSELF = new Set(['stats', 'engine']);
const NETWORK = ['network'];
const PROTOCOL = ['protocol'];

function readObject(record: JsonObject, original: string, clock: LocalClock): Parsed {
  const type = textOf(record['event_type']);
  const time = textOf(record['timestamp']);
  if (type === undefined || time === undefined)
    return new Refusal('an object without `event_type` and `timestamp` is no EVE record');
  const timestamp = isoTime(parseIsoTime(time, clock.zone));
  const own = ownFields(record);
  const suricataGroup = { eve: own };
  if (OF_ITSELF.has(type)) {
    const kind = type === 'stats' ? 'metric' : 'event';
    const message = isObject(record['engine']) ? textOf(record['engine']['message']) : undefined;
    return {
      '@timestamp': timestamp,
      message,
      event: { kind, category: NETWORK, original },
      suricata: suricataGroup,
    };
  }
  const document = connection(record, type, own, original);
  document['@timestamp'] = timestamp;
  document['suricata'] = suricataGroup;
  return document;
}

function connection(record: JsonObject, type: string, own: EcsGroup, original: string): EcsDocument {
  const ether = isObject(record['ether']) ? record['ether'] : undefined;
  const source = sideOf(record['src_ip'], record['src_port'], ether?.['src_mac']);
  const destination = sideOf(record['dest_ip'], record['dest_port'], ether?.['dest_mac']);
  const transport = textOf(record['proto'])?.toLowerCase();
  const document: EcsDocument = {
    '@timestamp': undefined,
    message: undefined,
    event: {
      kind: type === 'alert' ? 'alert' : 'event',
      category: NETWORK,
      type: typeOf(type),
      outcome: undefined,
      severity: undefined,
      start: undefined,
      end: undefined,
      duration: undefined,
      original,
    },
    source,
    destination,
    network: {
      transport,
      protocol: protocolOf(record, type),
      community_id: textOf(record['community_id']) ?? flowId(record, transport, source, destination),
      bytes: undefined,
      packets: undefined,
    },
  };
  addSections(record, type, own, document);
  return document;
}

/** Alerts and files carry the record of the protocol that they were seen in. */
function addSections(record: JsonObject, type: string, own: EcsGroup, document: EcsDocument): void {
  const {
    alert: rule,
    flow: flowed,
    http: web,
    tls: secured,
    dns: asked,
    fileinfo: file,
    netflow: oneWay,
    anomaly,
  } = record;
  if (isObject(rule)) alert(rule, document, own);
  if (isObject(flowed)) flow(flowed, document, type === 'flow');
  if (isObject(oneWay)) netflow(oneWay, document);
  if (isObject(web)) http(web, document, type === 'http');
  if (isObject(anomaly)) document.message = textOf(anomaly['event']);
  const names = isObject(secured) ? tls(secured, document, own) : undefined;
  const resolved = isObject(asked) ? dns(asked, document) : [];
  const hashes = isObject(file) ? fileinfo(file, document) : [];
  const { source, destination } = document;
  if (names?.serverName !== undefined && destination !== undefined) destination.domain = names.serverName;
  const user = userOf(record, type);
  if (user !== undefined) document['user'] = { name: user };
  document['related'] = {
    ip: related(source?.ip, destination?.ip, ...resolved),
    hosts: related(destination?.domain),
    hash: related(...(names?.hashes ?? []), ...hashes),
    user: related(user),
  };
}

function sideOf(address: unknown, port: unknown, mac: unknown): EcsEndpoint | undefined {
  const text = textOf(address);
  if (text === undefined) return undefined;
  return {
    address: text,
    ip: canonicalAddress(text),
    port: portOf(numberOf(port)),
    domain: undefined,
    bytes: undefined,
    packets: undefined,
    mac: textOf(mac)?.replaceAll(':', '-').toUpperCase(),
  };
}

function typeOf(type: string): readonly string[] | undefined {
  if (type === 'fileinfo' || type === 'anomaly') return undefined;
  return type === 'drop' ? ['connection', 'denied'] : PROTOCOL;
}

/** `failed` is Suricata's word for a protocol that it did not recognise. */
function protocolOf(record: JsonObject, type: string): string | undefined {
  const named = textOf(record['app_proto']);
  if (named !== undefined) return named === 'failed' ? undefined : named;
  return isObject(record[type]) && !NO_PROTOCOL.has(type) ? type : undefined;
}

const NO_PROTOCOL = new Set([
  'alert',
  'anomaly',
  'drop',
  'fileinfo',
  'flow',
  'frame',
  'metadata',
  'netflow',
  'packet',
  'stream_tcp',
  'verdict',
]);

function flowId(
  record: JsonObject,
  transport: string | undefined,
  source: EcsEndpoint | undefined,
  destination: EcsEndpoint | undefined,
): string | undefined {
  const icmp = transport === 'icmp' || transport === 'ipv6-icmp';
  const from = icmp ? numberOf(record['icmp_type']) : source?.port;
  const to = icmp ? numberOf(record['icmp_code']) : destination?.port;
  return communityId(transport, source?.ip, from, destination?.ip, to);
}

function recognise({ objects }: Sample): number {
  const alike = objects.filter(
    ({ event_type: type, timestamp, flow_id: flowed, src_ip: ip }) =>
      typeof type === 'string' &&
      typeof timestamp === 'string' &&
      (flowed !== undefined || ip !== undefined || OF_ITSELF.has(type)),
  );
  return objects.length === 0 ? 0 : (alike.length / objects.length) * 0.95;
}
