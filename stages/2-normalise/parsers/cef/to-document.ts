/** From CEF's names to ECS's. Source of the names' meaning: the specification; of where they go: Elastic's integration. */
import type { EcsDocument, EcsGroup } from '@netsentinel/contracts/parser';
import { canonicalAddress } from '../../text/canonical-address.ts';
import { communityId } from '../../text/community-id.ts';
import { ifAny, numberOf, related, scalarOf, textOf } from '../../text/document.ts';
import type { CefRecord } from './read-cef.ts';
import { isoTime, parseIsoTime } from '../../text/time.ts';
import { zoneOf } from '../../text/zone.ts';
import { ecsMac, severityOf } from './values.ts';

interface Head {
  readonly time: string | undefined;
  readonly host: string | undefined;
}

const PROTOCOLS: Readonly<Record<string, string>> = { '1': 'icmp', '6': 'tcp', '17': 'udp', '58': 'ipv6-icmp' };

/** @param values by the keys' full names, typed */
export function toDocument(record: CefRecord, values: EcsGroup, original: string, head: Head): EcsDocument {
  const text = (name: string): string | undefined => textOf(values[name]);
  const source = sideOf(values, 'source', labelled(values, 'source ipv6 address'));
  const destination = sideOf(values, 'destination', labelled(values, 'destination ipv6 address'));
  const protocol = text('transportProtocol')?.toLowerCase();
  const transport = protocol === undefined ? undefined : (PROTOCOLS[protocol] ?? protocol);
  const fileHash = text('fileHash');
  const deviceAddress = canonicalAddress(text('deviceAddress') ?? '');
  const seconds = numberOf(labelled(values, 'duration in seconds'));
  const network = source?.ip !== undefined || destination?.ip !== undefined;
  return {
    '@timestamp':
      text('deviceReceiptTime') ?? text('endTime') ?? text('startTime') ?? utcTime(text('UNIFIutcTime')) ?? head.time,
    message: text('message') ?? record.name,
    event: {
      kind: 'event',
      category: network ? ['network'] : undefined,
      type: typesOf(text('deviceAction')),
      action: text('deviceAction'),
      code: record.classId,
      id: scalarOf(values['eventId']) ?? text('externalId'),
      severity: severityOf(record.severity),
      outcome: outcomeOf(text('categoryOutcome') ?? text('eventOutcome')),
      reason: text('reason'),
      duration: seconds === undefined ? undefined : seconds * 1e9,
      start: text('startTime'),
      end: text('endTime'),
      original,
    },
    source,
    destination,
    network: ifAny({
      transport,
      protocol: text('applicationProtocol')?.toLowerCase(),
      direction: directionOf(values['deviceDirection']),
      community_id: communityId(transport, source?.ip, source?.port, destination?.ip, destination?.port),
    }),
    observer: {
      vendor: record.vendor,
      product: record.product,
      version: record.deviceVersion === '' ? undefined : record.deviceVersion,
      hostname: text('deviceHostName') ?? head.host,
      ip: deviceAddress === undefined ? undefined : [deviceAddress],
      mac: ecsMac(text('deviceMacAddress')),
      ingress: sideOfObserver(text('deviceInboundInterface') ?? text('ifname'), text('inzone')),
      egress: sideOfObserver(text('deviceOutboundInterface'), text('outzone')),
    },
    file: ifAny({
      name: text('filename'),
      path: text('filePath'),
      size: numberOf(values['fileSize']),
      type: text('fileType'),
      hash: hashOf(fileHash),
    }),
    http: httpOf(text('requestMethod'), text('requestContext')),
    url: ifAny({ original: text('requestUrl') }),
    user_agent: ifAny({ original: text('requestClientApplication') }),
    process: ifAny({ name: text('deviceProcessName'), pid: numberOf(values['deviceProcessId']) }),
    rule: ifAny({ uuid: text('rule_uid'), category: textOf(labelled(values, 'matched category')) }),
    related: ifAny({
      ip: related(source?.ip, source?.nat?.ip, destination?.ip, destination?.nat?.ip),
      hosts: related(text('deviceHostName')),
      user: related(text('sourceUserName'), text('destinationUserName')),
      hash: related(fileHash, text('oldFileHash')),
    }),
    cef: {
      version: record.version,
      name: record.name,
      severity: record.severity,
      device: {
        vendor: record.vendor,
        product: record.product,
        version: record.deviceVersion === '' ? undefined : record.deviceVersion,
        event_class_id: record.classId,
      },
      extensions: ifAny(values),
    },
  };
}

const UTC = zoneOf('UTC')!;

/** Ubiquiti tells the time in a key of its own. */
function utcTime(text: string | undefined): string | undefined {
  return text === undefined ? undefined : isoTime(parseIsoTime(text, UTC));
}

function sideOf(values: EcsGroup, side: 'source' | 'destination', labelledIp: unknown) {
  const text = (name: string): string | undefined => textOf(values[`${side}${name}`]);
  const address = text('Address') ?? textOf(labelledIp);
  const group = text('UserPrivileges');
  const service = text('ServiceName');
  return ifAny({
    ip: canonicalAddress(address ?? ''),
    port: numberOf(values[`${side}Port`]),
    mac: ecsMac(text('MacAddress')),
    domain: text('HostName'),
    registered_domain: text('DnsDomain') ?? text('NtDomain'),
    bytes: numberOf(values[side === 'source' ? 'bytesIn' : 'bytesOut']),
    nat: ifAny({
      ip: canonicalAddress(text('TranslatedAddress') ?? ''),
      port: numberOf(values[`${side}TranslatedPort`]),
    }),
    service: service === undefined ? undefined : { name: service },
    process: ifAny({ name: text('ProcessName'), pid: numberOf(values[`${side}ProcessId`]) }),
    user: ifAny({
      name: text('UserName'),
      id: text('UserId'),
      group: group === undefined ? undefined : { name: group },
    }),
  });
}

/** The custom field whose label, in small letters, this is. */
function labelled(values: EcsGroup, label: string): unknown {
  for (const name in values) {
    const value = values[name];
    if (name.endsWith('Label') && typeof value === 'string' && value.toLowerCase() === label)
      return values[name.slice(0, -'Label'.length)];
  }
  return undefined;
}

function sideOfObserver(name: string | undefined, zone: string | undefined) {
  return ifAny({ interface: name === undefined ? undefined : { name }, zone });
}

function httpOf(method: string | undefined, referrer: string | undefined) {
  return method === undefined && referrer === undefined ? undefined : { request: { method, referrer } };
}

function directionOf(value: unknown): string | undefined {
  return value === 0 ? 'inbound' : value === 1 ? 'outbound' : undefined;
}

function outcomeOf(text: string | undefined): 'success' | 'failure' | undefined {
  if (text === undefined) return undefined;
  return /succe/i.test(text) ? 'success' : /fail/i.test(text) ? 'failure' : undefined;
}

function typesOf(action: string | undefined): string[] | undefined {
  if (action === undefined) return undefined;
  if (/block|den(y|ied)|drop|reject|prevent|reset/i.test(action)) return ['denied'];
  return /accept|allow|permit|pass/i.test(action) ? ['allowed'] : undefined;
}

const HASHES: Readonly<Record<number, string>> = { 32: 'md5', 40: 'sha1', 64: 'sha256', 128: 'sha512' };

function hashOf(hash: string | undefined): EcsGroup | undefined {
  if (hash === undefined || !/^[\da-f]+$/i.test(hash)) return undefined;
  const name = HASHES[hash.length];
  return name === undefined ? undefined : { [name]: hash };
}
