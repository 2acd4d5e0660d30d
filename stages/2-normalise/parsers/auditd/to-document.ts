/** From one audit record, or several of one event, to a document. */
import type { EcsDocument, EcsGroup } from '@netsentinel/contracts/parser';
import { canonicalAddress } from '../../text/canonical-address.ts';
import { ifAny, numberIn, put, related } from '../../text/document.ts';
import { epochMs, isoTime } from '../../text/time.ts';
import { argumentsOf, wordsOf } from './arguments.ts';
import { decoded, visible, type AuditRecord } from './read-record.ts';
import { RECORD_TYPES, type Users } from './record-types.ts';
import { socketOf } from './socket.ts';

/** Where a value of a record goes that ECS has a name for. */
const PLACES: Readonly<Record<string, string>> = {
  auid: 'user.audit.id',
  euid: 'user.effective.id',
  egid: 'user.effective.group.id',
  suid: 'user.saved.id',
  sgid: 'user.saved.group.id',
  fsuid: 'user.filesystem.id',
  fsgid: 'user.filesystem.group.id',
  gid: 'user.group.id',
  ouid: 'user.owner.id',
  ogid: 'user.owner.group.id',
  terminal: 'user.terminal',
};
/** The same for what the kernel may have written in hexadecimal. */
const TEXT_PLACES: Readonly<Record<string, string>> = {
  exe: 'process.executable',
  comm: 'process.name',
  cwd: 'process.working_directory',
};
const NUMBER_PLACES: Readonly<Record<string, string>> = {
  pid: 'process.pid',
  ppid: 'process.parent.pid',
  exit: 'process.exit_code',
};

const NUMBERS = new Set(['ksize', 'lport', 'rport', 'entries', 'src_prefixlen', 'dst_prefixlen']);
const ELSEWHERE = new Set(['addr', 'res', 'result', 'arch', 'cmd', 'uid', 'acct', 'argc']);
const ARCHITECTURES: Readonly<Record<string, string>> = {
  c000003e: 'x86_64',
  '40000003': 'i386',
  c00000b7: 'aarch64',
  '40000028': 'arm',
  c0000015: 'ppc64le',
  '80000016': 's390x',
};
/** Calls that open a connection or wait for one, on x86_64: connect, accept, sendto, recvfrom, sendmsg, recvmsg, accept4. */
const DIRECTIONS: Readonly<Record<string, string>> = {
  '42': 'egress',
  '44': 'egress',
  '46': 'egress',
  '43': 'ingress',
  '45': 'ingress',
  '47': 'ingress',
  '288': 'ingress',
};

export function toDocument(first: AuditRecord, others: readonly AuditRecord[], original: string): EcsDocument {
  const type = RECORD_TYPES.get(first.type);
  const document: EcsDocument = {
    '@timestamp': isoTime(epochMs(first.seconds)),
    message: first.seconds === undefined ? first.text : undefined,
    event: {
      kind: 'event',
      action: type?.action ?? first.type.toLowerCase(),
      category: type?.category,
      type: type?.type,
      outcome: outcomeOf(first.values.get('res') ?? first.values.get('result')),
      original,
    },
  };
  const log: EcsGroup = {
    record_type: type === undefined ? undefined : first.type,
    sequence: numberIn(first.sequence),
    node: first.node,
  };
  document['auditd'] = { log };
  for (const key of first.values.keys()) place(document, log, first, key);
  placeUsers(document, log, first, type?.users ?? 'process');
  for (const record of others) addOther(document, log, record);
  if (first.type === 'SYSCALL') addCall(document, log, first, others);
  const source = document.source?.ip;
  const users = document['user'] as { name?: string; effective?: { name?: string } } | undefined;
  document['related'] = ifAny({
    ip: related(source, document.destination?.ip),
    user: related(users?.name, users?.effective?.name),
  });
  return document;
}

function place(document: EcsDocument, log: EcsGroup, record: AuditRecord, key: string): void {
  const raw = record.values.get(key)!;
  if (raw === '?' || raw === '(null)' || raw === '') return;
  const to = PLACES[key];
  if (to !== undefined) return put(document, to, raw);
  const text = TEXT_PLACES[key];
  if (text !== undefined) return put(document, text, decoded(record, key));
  const number = NUMBER_PLACES[key];
  if (number !== undefined) return put(document, number, numberIn(raw));
  if (ELSEWHERE.has(key) || (record.type === 'EXECVE' && /^a\d/.test(key))) {
    if (key === 'addr') document.source = { address: raw, ip: canonicalAddress(raw) };
    if (key === 'arch') put(document, 'host.architecture', ARCHITECTURES[raw] ?? raw);
    if (key === 'cmd') putCommand(document, wordsOf(decoded(record, key) ?? ''));
    return undefined;
  }
  if (key === 'src' || key === 'dst') {
    document[key === 'src' ? 'source' : 'destination'] = { address: raw, ip: canonicalAddress(raw) };
    return undefined;
  }
  return put(log, key.replaceAll('.', '_'), valueOf(record, key, raw));
}

/** @param list undefined where the record has none */
export function putCommand(document: EcsDocument, list: readonly string[] | undefined): void {
  if (list === undefined || list.length === 0) return;
  put(document, 'process.args', list);
  put(document, 'process.args_count', list.length);
  put(document, 'process.command_line', list.join(' '));
}

function valueOf(record: AuditRecord, key: string, raw: string): unknown {
  if (key === 'success') return raw === 'yes';
  if (key === 'key_enforce') return raw === '1';
  if (NUMBERS.has(key)) return numberIn(raw);
  if (key === 'data') return visible(decoded(record, key) ?? raw);
  if (key === 'proctitle') return (decoded(record, key) ?? raw).replaceAll('\0', ' ').trim();
  return key === 'name' ? decoded(record, key) : raw;
}

function placeUsers(document: EcsDocument, log: EcsGroup, { values, ...record }: AuditRecord, users: Users): void {
  const uid = values.get('uid');
  const audit = values.get('auid') ?? values.get('old_auid') ?? values.get('old-auid');
  const account = decoded({ ...record, values }, 'acct');
  const id = values.get('id') ?? values.get('new_auid');
  if (users === 'process' || audit === undefined) {
    put(document, 'user.id', uid);
    put(document, 'user.name', account ?? (record.type.startsWith('VIRT_') ? values.get('user') : undefined));
    return;
  }
  put(log, 'uid', uid);
  put(document, 'user.id', audit);
  if (users === 'login') {
    put(document, 'user.effective.id', id);
    put(document, 'user.effective.name', account);
    put(document, 'user.name', account);
    return;
  }
  put(document, 'user.effective.id', uid);
  put(document, users === 'group' ? 'group.id' : 'user.target.id', id);
  put(document, users === 'group' ? 'group.name' : 'user.target.name', account);
}

/** What the records after the first add: none of them is an event by itself. */
function addOther(document: EcsDocument, log: EcsGroup, record: AuditRecord): void {
  switch (record.type) {
    case 'EXECVE':
      putCommand(document, argumentsOf(record));
      break;
    case 'CWD':
      put(document, 'process.working_directory', decoded(record, 'cwd'));
      break;
    case 'PATH': {
      const paths = (log['paths'] ?? []) as EcsGroup[];
      log['paths'] = [...paths, { name: decoded(record, 'name'), nametype: record.values.get('nametype') }];
      break;
    }
    case 'PROCTITLE':
      log['proctitle'] = (decoded(record, 'proctitle') ?? '').replaceAll('\0', ' ').trim();
      break;
    case 'SOCKADDR':
      document.destination = socketOf(record.values.get('saddr'));
      break;
    default:
      log['more'] = [...((log['more'] ?? []) as string[]), record.text];
  }
}

/** A system call is told apart by what its other records say of it. */
function addCall(document: EcsDocument, log: EcsGroup, { values }: AuditRecord, others: readonly AuditRecord[]): void {
  const call = values.get('syscall');
  const success = values.get('success');
  document.event.outcome ??= success === undefined ? undefined : success === 'yes' ? 'success' : 'failure';
  document.event.category = ['process'];
  document.event.type = ['info'];
  if (values.get('arch') === 'c000003e') put(document, 'network.direction', DIRECTIONS[call ?? '']);
  const ran = others.find(({ type }) => type === 'EXECVE');
  if (ran !== undefined) {
    document.event.action = 'executed';
    document.event.type = ['start'];
  } else if (document.destination !== undefined) {
    document.event.action = 'connected-to';
    document.event.category = ['network'];
    document.event.type = ['connection', 'start'];
  }
  const paths = (log['paths'] ?? []) as { name?: string; nametype?: string }[];
  const path = paths.find(({ nametype }) => nametype === 'CREATE' || nametype === 'DELETE') ?? paths[0];
  if (path !== undefined && ran === undefined) put(document, 'file.path', path.name);
}

function outcomeOf(result: string | undefined): 'success' | 'failure' | undefined {
  switch (result) {
    case '1':
    case 'yes':
    case 'success':
      return 'success';
    case '0':
    case 'no':
    case 'failed':
      return 'failure';
    default:
      return undefined;
  }
}
