/** Logs about the web and files: `http`, `files`, `pe`, `ftp`, `smtp`. */
import { put, numberOf, related, textOf } from '../../../text/document.ts';
import { parseIsoTime, isoTime, monthAt, utcOf } from '../../../text/time.ts';
import { urlOf } from '../../../text/url.ts';
import { zoneOf } from '../../../text/zone.ts';
import { CONNECTION, CONNECTION_INFO, type ZeekMapping } from './mapping.types.ts';
import { datesAt, setUser } from './steps.ts';

export const http: ZeekMapping = {
  dataset: 'http',
  category: ['network', 'web'],
  type: CONNECTION_INFO,
  transport: 'tcp',
  signs: [['trans_depth', 'request_body_len', 'response_body_len']],
  fields: {
    method: '',
    referrer: '',
    status_code: '',
    version: '',
    request_body_len: '',
    response_body_len: '',
    uri: '',
    host: '',
    username: '',
    password: '',
    user_agent: '',
  },
  ecs: (record, document) => {
    const method = textOf(record['method']);
    const status = numberOf(record['status_code']);
    const host = textOf(record['host']);
    const uri = textOf(record['uri']);
    const username = textOf(record['username']);
    document.event.action = method;
    document.event.outcome = status === undefined ? undefined : status < 400 ? 'success' : 'failure';
    document['http'] = {
      version: textOf(record['version']),
      request: {
        method,
        referrer: textOf(record['referrer']),
        body: { bytes: numberOf(record['request_body_len']) },
      },
      response: { status_code: status, body: { bytes: numberOf(record['response_body_len']) } },
    };
    const url = uri === undefined ? undefined : targetOf(uri, host);
    if (url !== undefined || host !== undefined)
      document['url'] = { domain: host, ...url, username, password: textOf(record['password']) };
    document['user_agent'] = record['user_agent'] === undefined ? undefined : { original: record['user_agent'] };
    setUser(document, username);
  },
};

/** What is no URL at all stays whole. */
function targetOf(uri: string, host: string | undefined): object {
  if (/[\s"<>\\^`{|}]/.test(uri)) return { original: uri, domain: host };
  const url = urlOf(uri, host);
  return { ...url, domain: host ?? url.domain };
}

export const files: ZeekMapping = {
  dataset: 'files',
  category: ['file'],
  type: ['info'],
  signs: [['fuid', 'seen_bytes']],
  fields: { tx_hosts: '', rx_hosts: '', conn_uids: 'session_ids', uid: '', total_bytes: '' },
  ecs: (record, document, own) => {
    const sender = firstOf(record['tx_hosts']) ?? textOf(record['id.orig_h']);
    const receiver = firstOf(record['rx_hosts']) ?? textOf(record['id.resp_h']);
    const session = firstOf(record['conn_uids']) ?? textOf(record['uid']);
    own['tx_host'] = firstOf(record['tx_hosts']);
    own['rx_host'] = firstOf(record['rx_hosts']);
    own['session_ids'] ??= session === undefined ? undefined : [session];
    if (sender !== undefined) document['server'] = { ip: sender };
    if (receiver !== undefined) document['client'] = { ip: receiver };
    document.event['id'] = session;
    put(document, 'zeek.session_id', session);
    const hash = { md5: textOf(record['md5']), sha1: textOf(record['sha1']), sha256: textOf(record['sha256']) };
    const hashes = related(hash.md5, hash.sha1, hash.sha256);
    document['file'] = {
      hash: hashes === undefined ? undefined : hash,
      mime_type: textOf(record['mime_type']),
      name: textOf(record['filename']),
      size: numberOf(record['total_bytes']),
    };
    document['related'] = { hash: hashes, ip: related(sender, receiver) };
  },
};

function firstOf(list: unknown): string | undefined {
  return Array.isArray(list) ? textOf(list[0]) : undefined;
}

export const pe: ZeekMapping = {
  dataset: 'pe',
  category: ['file'],
  type: ['info'],
  signs: [
    ['machine', 'subsystem'],
    ['is_exe', 'compile_ts'],
  ],
  fields: { compile_ts: 'compile_time' },
  ecs: (_record, _document, own) => datesAt(own, ['compile_time']),
};

export const ftp: ZeekMapping = {
  dataset: 'ftp',
  category: ['network'],
  type: CONNECTION_INFO,
  transport: 'tcp',
  protocol: 'ftp',
  signs: [['command', 'reply_code'], ['data_channel.passive'], ['user', 'password', 'command']],
  fields: {
    file_size: '',
    mime_type: '',
    fuid: 'file.uid',
    reply_code: 'reply.code',
    reply_msg: 'reply.msg',
    'data_channel.orig_h': 'data_channel.originating_host',
    'data_channel.orig_p': 'data_channel.originating_port',
    'data_channel.resp_h': 'data_channel.response_host',
    'data_channel.resp_p': 'data_channel.response_port',
  },
  ecs: (record, document) => {
    document.event.action = textOf(record['command']);
    put(document, 'file.size', numberOf(record['file_size']));
    put(document, 'file.mime_type', textOf(record['mime_type']));
    setUser(document, record['user']);
  },
};

const UTC = zoneOf('UTC')!;

export const smtp: ZeekMapping = {
  dataset: 'smtp',
  category: ['network'],
  type: CONNECTION,
  transport: 'tcp',
  protocol: 'smtp',
  signs: [['trans_depth', 'tls', 'path'], ['helo'], ['mailfrom']],
  fields: { trans_depth: 'transaction_depth', mailfrom: 'mail_from', rcptto: 'rcpt_to' },
  ecs: (record, document, own) => {
    if (typeof record['tls'] === 'boolean') document['tls'] = { established: record['tls'] };
    own['date'] = mailTime(record['date']) ?? own['date'];
  },
};

/** RFC 5322, section 3.3: `Mon, 25 Aug 2014 10:41:06 -0400`. */
function mailTime(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const parts = /^(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d{4})/.exec(value);
  if (parts === null) return isoTime(parseIsoTime(value, UTC));
  const [, day, month, year, hour, minute, second, zone] = parts;
  return isoTime(
    utcOf(
      Number(year),
      monthAt(month!, 0),
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
      0,
      zoneOf(zone!) ?? UTC,
    ),
  );
}
