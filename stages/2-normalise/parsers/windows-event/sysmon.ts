/** Sysmon's events to ECS. Source: Sysmon's schema (`sysmon -s`); the names are those of Elastic's integration. */
import type { EcsDocument, EcsGroup } from '@netsentinel/contracts/parser';
import { canonicalAddress } from '../../text/canonical-address.ts';
import { communityId } from '../../text/community-id.ts';
import { ifAny, put, related } from '../../text/document.ts';
import { portOf } from '../../text/endpoint.ts';
import { domainParts } from '../../text/registered-domain.ts';
import type { WindowsEvent } from './event-shapes.ts';
import { accountOf, baseName, commandOf, fileOf, hashesOf, processId, said } from './paths.ts';
import { registryOf } from './registry.ts';

type Data = WindowsEvent['data'];

/** Id, category, types. */
const EVENTS = new Map<string, readonly [readonly string[] | undefined, readonly string[]]>([
  ['1', [['process'], ['start']]],
  ['2', [['file'], ['change']]],
  ['3', [['network'], ['start', 'connection', 'protocol']]],
  ['4', [['process'], ['change']]],
  ['5', [['process'], ['end']]],
  ['6', [['driver'], ['start']]],
  ['7', [['process'], ['change']]],
  ['8', [['process'], ['change']]],
  ['9', [['process'], ['access']]],
  ['10', [['process'], ['access']]],
  ['11', [['file'], ['creation']]],
  ['12', [['configuration', 'registry'], ['change']]],
  ['13', [['configuration', 'registry'], ['change']]],
  ['14', [['configuration', 'registry'], ['change']]],
  ['15', [['file'], ['access']]],
  ['16', [['configuration'], ['change']]],
  ['17', [['file'], ['creation']]],
  ['18', [['file'], ['access']]],
  ['19', [['process'], ['creation']]],
  ['20', [['process'], ['creation']]],
  ['21', [['process'], ['access']]],
  ['22', [['network'], ['connection', 'protocol', 'info']]],
  ['23', [['file'], ['deletion']]],
  ['24', [undefined, ['change']]],
  ['25', [['process'], ['change']]],
  ['26', [['file'], ['deletion']]],
  ['27', [['file'], ['creation', 'denied']]],
  ['28', [['file'], ['deletion', 'denied']]],
  ['29', [['file'], ['creation']]],
  ['255', [['process'], ['error']]],
]);

export function addSysmon(document: EcsDocument, event: WindowsEvent): void {
  const { data, id } = event;
  const kind = EVENTS.get(id);
  document.event.category = kind?.[0];
  document.event.type = kind?.[1];
  const account = accountOf(said(data['User'] ?? data['SourceUser']));
  const sid = (event.winlog['user'] as EcsGroup | undefined)?.['identifier'];
  document['user'] = ifAny({ ...account, id: sid });
  const rule = said(data['RuleName']);
  if (rule !== undefined) document['rule'] = { name: rule };
  const hashes = hashesOf(data['Hashes'] ?? data['Hash']);
  const ofFile = id === '6' || id === '7' || id === '15';
  document['process'] = processOf(data, ofFile ? {} : hashes);
  document['file'] = fileOfEvent(id, data, ofFile ? hashes : {});
  document['registry'] = registryOf(said(data['TargetObject']), data['Details']);
  put(document, 'related.user', related(account.name));
  put(document, 'related.hash', related(...Object.values(hashes)));
  if (id === '3') addConnection(document, data);
  if (id === '22') addQuery(document, data);
  if (data['Archived'] !== undefined) put(document, 'sysmon.file.archived', data['Archived'].toLowerCase() === 'true');
  if (data['IsExecutable'] !== undefined)
    put(document, 'sysmon.file.is_executable', data['IsExecutable'].toLowerCase() === 'true');
  if (id === '25') document.message = said(data['Type']);
  if (id === '255') document['error'] = { code: said(data['ID']) };
}

function processOf(data: Data, { imphash, ...hash }: Record<string, string>): EcsGroup | undefined {
  const path = said(data['Image'] ?? data['SourceImage'] ?? data['Destination']);
  const parent = said(data['ParentImage']);
  const child = data['CommandLine'] !== undefined;
  return ifAny({
    entity_id: said(data['ProcessGuid'] ?? data['SourceProcessGuid'] ?? data['SourceProcessGUID']),
    pid: processId(data['ProcessId'] ?? data['SourceProcessId']),
    executable: path,
    name: baseName(path),
    ...commandOf(said(data['CommandLine'])),
    working_directory: said(data['CurrentDirectory']),
    thread: data['SourceThreadId'] === undefined ? undefined : { id: processId(data['SourceThreadId']) },
    hash: ifAny(hash),
    pe: ifAny({ imphash, ...(child || data['ID'] !== undefined ? productOf(data) : {}) }),
    parent: ifAny({
      entity_id: said(data['ParentProcessGuid']),
      pid: processId(data['ParentProcessId']),
      executable: parent,
      name: baseName(parent),
      ...commandOf(said(data['ParentCommandLine'])),
    }),
  });
}

function productOf(data: Data): EcsGroup {
  return {
    company: said(data['Company']),
    description: said(data['Description']),
    file_version: said(data['FileVersion']),
    original_file_name: said(data['OriginalFileName']),
    product: said(data['Product']),
  };
}

function fileOfEvent(id: string, data: Data, { imphash, ...hash }: Record<string, string>): EcsGroup | undefined {
  const pipe = said(data['PipeName']);
  if (pipe !== undefined) return { name: pipe };
  const loaded = said(data['ImageLoaded']);
  const status = said(data['SignatureStatus']);
  const signature =
    status === undefined
      ? undefined
      : { status, subject_name: said(data['Signature']), valid: status === 'Valid', signed: data['Signed'] === 'true' };
  return ifAny({
    ...fileOf(loaded ?? said(data['TargetFilename'] ?? data['Device'])),
    hash: ifAny(hash),
    pe: ifAny({ imphash, ...(id === '6' || id === '7' ? productOf(data) : {}) }),
    code_signature: signature,
  });
}

function addConnection(document: EcsDocument, data: Data): void {
  const side = (name: string) => ({
    ip: canonicalAddress(data[`${name}Ip`] ?? ''),
    domain: said(data[`${name}Hostname`]),
    port: portOf(data[`${name}Port`]),
  });
  const source = side('Source');
  const destination = side('Destination');
  const transport = said(data['Protocol'])?.toLowerCase();
  const out = data['Initiated']?.toLowerCase() === 'true';
  document.source = source;
  document.destination = destination;
  document['network'] = {
    transport,
    protocol: said(data['DestinationPortName']) ?? said(data['SourcePortName']),
    direction: out ? 'egress' : 'ingress',
    type: source.ip?.includes(':') === true ? 'ipv6' : 'ipv4',
    community_id: communityId(transport, source.ip, source.port, destination.ip, destination.port),
  };
  put(document, 'related.ip', related(source.ip, destination.ip));
  put(document, 'related.hosts', related(source.domain, destination.domain));
}

/** Record types by number, as `type:  5 name` has them. */
const RECORD_TYPES: Readonly<Record<string, string>> = {
  '1': 'A',
  '2': 'NS',
  '5': 'CNAME',
  '6': 'SOA',
  '12': 'PTR',
  '15': 'MX',
  '16': 'TXT',
  '28': 'AAAA',
  '33': 'SRV',
};
const STATUS: Readonly<Record<string, string>> = {
  '0': 'SUCCESS',
  '9001': 'DNS_ERROR_RCODE_FORMAT_ERROR',
  '9002': 'DNS_ERROR_RCODE_SERVER_FAILURE',
  '9003': 'DNS_ERROR_RCODE_NAME_ERROR',
  '9501': 'DNS_INFO_NO_RECORDS',
  '9701': 'DNS_ERROR_RECORD_DOES_NOT_EXIST',
  '87': 'ERROR_INVALID_PARAMETER',
  '1460': 'ERROR_TIMEOUT',
};
const MAX_ANSWERS = 64;

function addQuery(document: EcsDocument, data: Data): void {
  const name = said(data['QueryName']) ?? '';
  const answers: { data: string; type: string }[] = [];
  for (const part of (said(data['QueryResults']) ?? '').split(';').slice(0, MAX_ANSWERS)) {
    const typed = /^type:\s+(\d+) (.+)$/.exec(part);
    const ip = canonicalAddress(part.replace(/^::ffff:/i, ''));
    if (typed !== null) answers.push({ data: typed[2]!, type: RECORD_TYPES[typed[1]!] ?? typed[1]! });
    else if (ip !== undefined) answers.push({ data: ip, type: ip.includes(':') ? 'AAAA' : 'A' });
  }
  const ips = answers.filter(({ type }) => type === 'A' || type === 'AAAA').map(({ data: ip }) => ip);
  const hosts = answers.filter(({ type }) => type !== 'A' && type !== 'AAAA').map(({ data: host }) => host);
  const { registered_domain, subdomain, top_level_domain } = domainParts(name);
  document['network'] = { protocol: 'dns' };
  document['dns'] = {
    question: { name, registered_domain, subdomain, top_level_domain },
    answers: answers.length === 0 ? undefined : answers,
    resolved_ip: related(...ips),
  };
  put(document, 'sysmon.dns.status', STATUS[data['QueryStatus'] ?? '']);
  put(document, 'related.ip', related(...ips));
  put(document, 'related.hosts', related(...hosts, name));
}
