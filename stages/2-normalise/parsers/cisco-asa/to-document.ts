/** From a message's fields to a document. */
import type { EcsDocument } from '@netsentinel/contracts/parser';
import { communityId } from '../../text/community-id.ts';
import { ifAny, numberIn, put, related } from '../../text/document.ts';
import { prioritySyslog } from '../../text/syslog-head.ts';
import { isoTime } from '../../text/time.ts';
import { urlOf } from '../../text/url.ts';
import { INFO, kindOf, LEVELS } from './kinds.ts';
import type { Fields } from './pattern.ts';
import { durationNs, sideOf, type Side } from './side.ts';

export interface Message {
  readonly line: string;
  readonly time: string | undefined;
  readonly priority: number | undefined;
  readonly host: string | undefined;
  readonly processName: string | undefined;
  readonly processId: number | undefined;
  readonly severity: number;
  readonly id: string;
  readonly kind: string | undefined;
  readonly fields: Fields;
}

const IANA: Readonly<Record<string, string>> = { tcp: '6', udp: '17', icmp: '1', sctp: '132', gre: '47', esp: '50' };

/** Fields that become more than their text below `cisco.asa`. */
const PLACED = new Set(
  'src dst srcIf dstIf srcNat dstNat proto app dir conn duration bytes sent received reason acl verdict user admin person client group icmpType icmpCode filePath url email dapRecords eventId innerSrc innerDst dstHost'.split(
    ' ',
  ),
);

export function toDocument(message: Message): EcsDocument {
  const { fields, host, time } = message;
  const kind = message.kind === undefined ? INFO : kindOf(message.kind, fields.get('verdict'));
  const transport = fields.get('proto')?.toLowerCase();
  const icmp = transport === 'icmp' || fields.get('app') === 'icmp';
  // What a connection is "for" is the outer side: of an outbound one that is where it goes to.
  const outbound = message.kind === 'built' && fields.get('dir') === 'outbound';
  const [source, from, sourceNat] = sideOfFlow(fields, outbound ? 'dst' : 'src', icmp);
  const [destination, to, destinationNat] = sideOfFlow(fields, outbound ? 'src' : 'dst', icmp);
  const duration = durationNs(fields.get('duration'));
  const url = fields.get('url');
  const users = usersOf(fields, source);
  const document: EcsDocument = {
    '@timestamp': time,
    event: {
      kind: 'event',
      ...kind,
      code: message.id,
      id: fields.get('eventId'),
      severity: message.severity,
      reason: reasonOf(message),
      duration,
      start: duration === undefined || time === undefined ? undefined : isoTime(Date.parse(time) - duration / 1e6),
      end: duration === undefined ? undefined : time,
      original: message.line,
    },
    source: endpoint(source, sourceNat, fields.get('sent'), users.source),
    destination: endpoint(destination, destinationNat, fields.get('received'), undefined),
    user: users.user,
    client: users.client === undefined ? undefined : { user: users.client },
    server: users.server === undefined ? undefined : { user: users.server },
    network: ifAny({
      transport,
      protocol: fields.get('app')?.toLowerCase(),
      type: message.kind === 'created' || message.kind === 'deleted' ? 'ipsec' : undefined,
      direction: fields.get('dir')?.toLowerCase(),
      bytes: numberIn(fields.get('bytes')),
      iana_number: transport === undefined ? undefined : IANA[transport],
      community_id: icmp
        ? communityId(
            transport,
            source?.ip,
            icmpNumber(fields, 'icmpType'),
            destination?.ip,
            icmpNumber(fields, 'icmpCode'),
          )
        : communityId(transport, source?.ip, source?.port, destination?.ip, destination?.port),
    }),
    url: url === undefined ? undefined : urlOf(url),
    file: fields.has('filePath') ? { path: fields.get('filePath') } : undefined,
    process: message.processName === undefined ? undefined : { name: message.processName, pid: message.processId },
    host: host === undefined ? undefined : { hostname: host },
    observer: {
      vendor: 'Cisco',
      product: 'asa',
      type: 'firewall',
      hostname: host,
      ingress: from === undefined ? undefined : { interface: { name: from } },
      egress: to === undefined ? undefined : { interface: { name: to } },
    },
    log: { level: LEVELS[message.severity], syslog: prioritySyslog(message.priority) },
    related: ifAny({
      ip: related(source?.ip, sourceNat?.ip, destination?.ip, destinationNat?.ip, addressIn(fields.get('assigned_ip'))),
      hosts: related(host, source?.domain, destination?.domain, source?.user?.domain),
      user: related(...users.names),
    }),
    cisco: { asa: vendorOf(fields, from, to, sourceNat, destinationNat) },
  };
  return document;
}

/** One side, its interface and its translation. */
function sideOfFlow(fields: Fields, name: 'src' | 'dst', icmp: boolean) {
  const inner = fields.get(name === 'src' ? 'innerSrc' : 'innerDst');
  const side = sideOf(fields.get(name) ?? (name === 'dst' ? fields.get('dstHost') : undefined), icmp);
  const withPort = side === undefined || inner === undefined ? side : { ...side, port: sideOf(inner)?.port };
  return [withPort, fields.get(`${name}If`)?.replace(/\(.*/, ''), sideOf(fields.get(`${name}Nat`), icmp)] as const;
}

function endpoint(side: Side | undefined, nat: Side | undefined, bytes: string | undefined, user: object | undefined) {
  return ifAny({
    address: side?.ip,
    ip: side?.ip,
    domain: side?.domain,
    port: side?.port,
    bytes: numberIn(bytes),
    nat: ifAny({
      ip: nat?.ip === side?.ip ? undefined : nat?.ip,
      port: nat?.port === side?.port ? undefined : nat?.port,
    }),
    user,
  });
}

function usersOf(fields: Fields, source: Side | undefined) {
  const group = fields.get('group');
  const named = fields.get('user') ?? source?.user?.name;
  const at = named?.indexOf('@') ?? -1;
  const name = at > 0 ? named!.slice(0, at) : named;
  const admin = fields.get('admin');
  const person = fields.get('person');
  const client = fields.get('client');
  const email = fields.get('email');
  const groupName = group ?? source?.user?.group;
  return {
    source: ifAny({
      name,
      domain: source?.user?.domain ?? (at > 0 ? named!.slice(at + 1) : undefined),
      group: groupName === undefined ? undefined : { name: groupName },
    }),
    server: ifAny({ name: admin }),
    client: ifAny({ name: client }),
    user: ifAny({ name: person, email }),
    names: [name, admin, person, client],
  };
}

function reasonOf({ kind, fields }: Message): string | undefined {
  if (kind === 'duplicate') return 'Duplicate TCP SYN with different initial sequence number';
  return fields.get('reason')?.replace(/\s*\([^()]*\\[^()]*\)$/, '');
}

function vendorOf(
  fields: Fields,
  from: string | undefined,
  to: string | undefined,
  sourceNat: Side | undefined,
  destinationNat: Side | undefined,
) {
  const vendor = {
    connection_id: fields.get('conn'),
    source_interface: from,
    destination_interface: to,
    mapped_source_ip: sourceNat?.ip,
    mapped_source_host: sourceNat?.domain,
    mapped_source_port: sourceNat?.port,
    mapped_destination_ip: destinationNat?.ip,
    mapped_destination_host: destinationNat?.domain,
    mapped_destination_port: destinationNat?.port,
    rule_name: fields.get('acl'),
    icmp_type: icmpNumber(fields, 'icmpType'),
    icmp_code: icmpNumber(fields, 'icmpCode'),
    dap_records: fields.get('dapRecords')?.split(/,\s*/),
  };
  for (const [name, value] of fields) if (!PLACED.has(name)) put(vendor, name, value);
  return vendor;
}

function icmpNumber(fields: Fields, name: string): number | undefined {
  return numberIn(fields.get(name));
}

function addressIn(text: string | undefined): string | undefined {
  return sideOf(text)?.ip;
}
