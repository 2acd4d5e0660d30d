/** Events of the security log, and of the service manager, to ECS. */
import type { EcsDocument, EcsGroup } from '@netsentinel/contracts/parser';
import { canonicalAddress } from '../../text/canonical-address.ts';
import { communityId } from '../../text/community-id.ts';
import { ifAny, put, related } from '../../text/document.ts';
import { portOf } from '../../text/endpoint.ts';
import type { WindowsEvent } from './event-shapes.ts';
import { baseName, commandOf, fileOf, processId, said } from './paths.ts';
import {
  FAILURE_REASONS,
  LOGON_STATUS,
  LOGON_TYPES,
  SECURITY_EVENTS,
  SERVICE_TYPES,
  type Roles,
} from './security-table.ts';

type Data = WindowsEvent['data'];

export function addSecurity(document: EcsDocument, event: WindowsEvent): void {
  const known = SECURITY_EVENTS.get(event.id);
  const { data } = event;
  if (known !== undefined) {
    document.event.action = known.action;
    document.event.category = known.category;
    document.event.type = known.type;
  }
  document.event.outcome ??= outcomeOf(event.id, data);
  addPeople(document, data, known?.roles ?? 'subject');
  addSource(document, data);
  addProcess(document, event.id, data);
  addLogon(document, event.id, data);
  const service = said(data['ServiceName']);
  if (service !== undefined) document['service'] = serviceOf(service, data);
  const share = said(data['ShareLocalPath']);
  if (share !== undefined) addShare(document, share, data);
}

/** Where keywords are lost, some events still tell. */
function outcomeOf(id: string, data: Data): 'success' | 'failure' | undefined {
  if (id === '4625' || id === '4771') return 'failure';
  const status = data['Status'];
  if (status !== undefined && ['4768', '4769', '4776'].includes(id)) return status === '0x0' ? 'success' : 'failure';
  return id === '4624' ? 'success' : undefined;
}

interface Person {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly domain: string | undefined;
}

function subjectOf(data: Data): Person {
  return {
    id: said(data['SubjectUserSid']),
    name: said(data['SubjectUserName']),
    domain: said(data['SubjectDomainName']),
  };
}

function targetOf(data: Data): Person {
  return {
    id: said(data['TargetUserSid'] ?? data['TargetSid']),
    name: said(data['TargetUserName'])?.replace(/@.*/, ''),
    domain: said(data['TargetDomainName']),
  };
}

function addPeople(document: EcsDocument, data: Data, roles: Roles): void {
  const subject = subjectOf(data);
  const target = targetOf(data);
  const user = roles === 'target' ? target : roles === 'account' ? accountOf(data) : subject;
  const names = [user.name];
  document['user'] = ifAny({ ...user });
  if (roles === 'target' && subject.name !== undefined) names.push(subject.name);
  if (roles === 'user') {
    put(document, 'user.target', ifAny(target));
    names.push(target.name);
  }
  if (roles === 'group' || roles === 'member') {
    document['group'] = ifAny({ ...target });
    if (roles === 'member') {
      const member = memberOf(data);
      put(document, 'user.target', { ...member, group: target });
      names.push(member.name);
    }
  }
  if (roles === 'computer') put(document, 'winlog.computerObject', target);
  const renamed = said(data['NewTargetUserName']);
  if (renamed !== undefined) {
    const before = said(data['OldTargetUserName']);
    put(document, 'user.target', { name: before });
    put(document, 'user.changes', { name: renamed });
    names.push(before, renamed);
  }
  put(document, 'related.user', related(...names));
}

function accountOf(data: Data): Person {
  return { id: undefined, name: said(data['AccountName']), domain: said(data['AccountDomain']) };
}

/** `CN=ann,OU=staff,DC=example,DC=org`. */
function memberOf(data: Data): Person {
  const parts = said(data['MemberName'])?.split(',') ?? [];
  const name = parts.find((part) => /^cn=/i.test(part))?.slice(3);
  const domain = parts.filter((part) => /^dc=/i.test(part)).map((part) => part.slice(3));
  return { id: name === undefined ? said(data['MemberSid']) : undefined, name, domain: said(domain.join('.')) };
}

function addSource(document: EcsDocument, data: Data): void {
  const text = said(data['IpAddress'] ?? data['ClientAddress'] ?? data['SourceAddress']);
  const ip = canonicalAddress(text?.replace(/^::ffff:/i, '') ?? '');
  const domain = said(data['WorkstationName'] ?? data['ClientName'] ?? data['Workstation']);
  const port = portOf(said(data['IpPort'] ?? data['SourcePort']));
  const source = ifAny({ ip, domain, port: ip === undefined ? undefined : port });
  if (source !== undefined) document.source = source;
  const to = canonicalAddress(said(data['DestAddress']) ?? '');
  if (to !== undefined) {
    const toPort = portOf(data['DestPort']);
    const transport = data['Protocol'] === '6' ? 'tcp' : data['Protocol'] === '17' ? 'udp' : undefined;
    document.destination = { ip: to, port: toPort };
    document['network'] = { transport, community_id: communityId(transport, ip, port, to, toPort) };
  }
  put(document, 'related.ip', related(ip, to));
}

function addProcess(document: EcsDocument, id: string, data: Data): void {
  const started = id === '4688';
  const path = said(started ? data['NewProcessName'] : (data['ProcessName'] ?? data['Application']));
  const pid = processId(started ? data['NewProcessId'] : (data['ProcessId'] ?? data['ProcessID']));
  if (path === undefined && (pid === undefined || pid === 0)) return;
  const process: EcsGroup = { executable: path, name: baseName(path), pid };
  if (started) {
    const parent = said(data['ParentProcessName']);
    Object.assign(process, commandOf(said(data['CommandLine'])));
    process['parent'] = ifAny({ executable: parent, name: baseName(parent), pid: processId(data['ProcessId']) });
  }
  document['process'] = process;
}

function addLogon(document: EcsDocument, id: string, data: Data): void {
  const type = data['LogonType'];
  const failed = id === '4625';
  const logon = ifAny({
    id: said(data['SubjectLogonId'] ?? data['TargetLogonId'] ?? data['LogonID']),
    type: type === undefined ? undefined : LOGON_TYPES[type],
    failure:
      failed || id === '4776'
        ? ifAny({
            reason: failed ? FAILURE_REASONS[data['FailureReason'] ?? ''] : undefined,
            status: LOGON_STATUS[data['Status']?.toLowerCase() ?? ''],
            sub_status: failed ? LOGON_STATUS[data['SubStatus']?.toLowerCase() ?? ''] : undefined,
          })
        : undefined,
  });
  put(document, 'winlog.logon', logon);
}

function serviceOf(name: string, data: Data): EcsGroup {
  return { name, type: SERVICE_TYPES[data['ServiceType']?.toLowerCase() ?? ''] ?? said(data['ServiceType']) };
}

function addShare(document: EcsDocument, share: string, data: Data): void {
  const name = said(data['RelativeTargetName']);
  document['file'] =
    name === undefined
      ? { directory: share }
      : { ...fileOf(`${share}\\${name}`), directory: share, target_path: `${data['ShareName'] ?? ''}\\${name}` };
}
