import type { EcsDocument, JsonObject } from '@netsentinel/contracts/parser';
import { Refusal } from '@netsentinel/contracts/parser';
import { describe, expect, it } from 'vitest';
import { sampleOf } from '../../records/sample.ts';
import { zeek } from './zeek.parser.ts';

const options = { zone: 'UTC', referenceMs: 0, trustedProxies: [] };
const flow = {
  ts: 1795253400.125,
  uid: 'Cexample',
  'id.orig_h': '198.51.100.7',
  'id.orig_p': 40112,
  'id.resp_h': '203.0.113.9',
  'id.resp_p': 22,
};

/** The document of a record of this log, as JSON. */
function parsed(log: string, fields: JsonObject, common: JsonObject = flow): EcsDocument {
  const answer = zeek.create(options).object!({ _path: log, ...common, ...fields }, 'text');
  if (answer === undefined || answer instanceof Refusal) throw new Error('expected a document');
  return JSON.parse(JSON.stringify(answer)) as EcsDocument;
}

function rows(...lines: string[]) {
  const parser = zeek.create(options);
  return lines.map((line) => parser.line!(line));
}

describe('TSV', () => {
  it('takes names, types and the signs for nothing and empty from its headers', () => {
    const answers = rows(
      '#separator \\x7c',
      '#set_separator|;',
      '#empty_field|EMPTY',
      '#unset_field|NONE',
      '#path|ssh',
      '#fields|ts|uid|id.orig_h|id.orig_p|id.resp_h|id.resp_p|auth_success|auth_attempts|client|tags|sizes|note',
      '#types|time|string|addr|port|addr|port|bool|count|string|set[string]|vector[count]|string',
      '1795253400.125000|C1|198.51.100.7|40112|203.0.113.9|22|F|3|a\\x7cb\\\\c|x;y\\x3bz|1;2.5|EMPTY',
      '1795253400.125000|C1|198.51.100.7|40112|203.0.113.9|22|NONE|NONE|NONE|EMPTY|EMPTY|NONE',
    );
    expect(answers.slice(0, 7)).toEqual(Array.from({ length: 7 }));
    expect(answers[7]).toMatchObject({
      '@timestamp': '2026-11-21T09:30:00.125Z',
      event: { outcome: 'failure', dataset: 'zeek.ssh' },
      source: { ip: '198.51.100.7', port: 40112 },
      network: { transport: 'tcp', protocol: 'ssh', community_id: expect.stringMatching(/^1:.{27}=$/) },
      zeek: {
        ssh: { auth: { success: false, attempts: 3 }, client: 'a|b\\c', tags: ['x', 'y;z'], sizes: [1, 2.5], note: '' },
      },
    });
    expect((answers[8] as EcsDocument)['zeek']).toEqual({ session_id: 'C1', ssh: { tags: [], sizes: [] } });
  });

  it('reads numbers as Number does', () => {
    const texts = [
      '0',
      '-1',
      '1.5',
      '0.000001',
      '9007199254740993',
      '12345678901234567890.5',
      '1e3',
      '1.2.3',
      '',
      'x',
      '0x10',
    ];
    for (const text of texts) {
      const [, , , answer] = rows('#path\tx', '#fields\tn', '#types\tdouble', text);
      const number = text === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
      expect([text, ((answer as EcsDocument)['zeek'] as { x: { n?: number } }).x.n]).toEqual([text, number]);
    }
  });

  it('follows new headers in the middle of a file, as a restart leaves them', () => {
    const answers = rows(
      '#path\tweird',
      '#fields\tts\tname',
      '#types\ttime\tstring',
      '1\tone',
      '#fields\tname\tts',
      '#types\tstring\ttime',
      'two\t2',
    );
    expect(
      [answers[3], answers[6]].map((one) => ((one as EcsDocument)['zeek'] as { weird: { name: string } }).weird.name),
    ).toEqual(['one', 'two']);
  });

  it('refuses rows that no header explains, or that are cut', () => {
    expect(rows('1\t2')[0]).toBeInstanceOf(Refusal);
    expect(rows('#path\tconn', '#fields\tts\tuid', '1795253400')[2]).toBeInstanceOf(Refusal);
  });

  it('cannot reach the prototype of objects by names of fields', () => {
    rows('#path\tx', '#fields\t__proto__.polluted\t__proto__', '#types\tstring\tstring', 'a\tb');
    parsed('x', JSON.parse('{"__proto__":{"polluted":1},"a.__proto__.polluted":1}') as JsonObject);
    expect('polluted' in {}).toBe(false);
  });
});

describe('JSON', () => {
  it('is of the log that it says, that its file is called, or that its fields belong to', () => {
    const logOf = (fields: JsonObject, fileName?: string): unknown =>
      (zeek.create({ ...options, fileName }).object!({ ...flow, ...fields }, '') as EcsDocument).event['dataset'];
    expect(logOf({ _path: 'ftp' })).toBe('zeek.ftp');
    expect(logOf({}, 'smtp.2026-11-21-10-00-00.log.gz')).toBe('zeek.smtp');
    expect(logOf({ auth_attempts: 1 }, 'notes.json')).toBe('zeek.ssh');
    expect(logOf({ conn_state: 'SF', missed_bytes: 0 })).toBe('zeek.connection');
    expect(logOf({ anything: 1 })).toBe('zeek.log');
    expect(logOf({ _path: 'ldap_search', scope: 'tree' })).toBe('zeek.ldap_search');
  });

  it('may nest the flow, and write times as ISO 8601', () => {
    const { ts: _, ...rest } = flow;
    const document = parsed(
      'weird',
      { ts: '2026-11-21T09:30:00.125000Z', id: { orig_h: '192.0.2.1', orig_p: 1 }, uid: rest.uid },
      {},
    );
    expect(document).toMatchObject({ '@timestamp': '2026-11-21T09:30:00.125Z', source: { ip: '192.0.2.1', port: 1 } });
  });

  it('without a time and of no known log is refused', () => {
    expect(zeek.create(options).object!({ a: 1 }, '')).toBeInstanceOf(Refusal);
    expect(zeek.create(options).line!('{"ts":')).toBeInstanceOf(Refusal);
  });
});

describe('meaning', () => {
  it('a connection: sizes, direction, state', () => {
    expect(
      parsed('conn', {
        proto: 'tcp',
        service: 'ssh',
        duration: 2.5,
        conn_state: 'REJ',
        local_orig: false,
        local_resp: true,
        orig_pkts: 3,
        orig_ip_bytes: 180,
        resp_pkts: 2,
        resp_ip_bytes: 80,
      }),
    ).toMatchObject({
      event: { type: ['connection', 'start', 'denied'], duration: 2_500_000_000 },
      source: { bytes: 180, packets: 3 },
      network: { bytes: 260, packets: 5, direction: 'inbound', protocol: 'ssh', transport: 'tcp' },
      zeek: { connection: { state: 'REJ', state_message: 'Connection attempt rejected.' } },
    });
  });

  it('ICMP has types and no ports', () => {
    const { source, zeek: own } = parsed('conn', { proto: 'icmp' }, { ...flow, 'id.orig_p': 8, 'id.resp_p': 0 });
    expect(source!.port).toBeUndefined();
    expect(own).toMatchObject({ connection: { icmp: { type: 8, code: 0 } } });
  });

  it('a query for a name and its answers', () => {
    expect(
      parsed('dns', {
        proto: 'udp',
        trans_id: 7,
        query: 'www.example.co.uk',
        qtype_name: 'A',
        qclass: 1,
        rcode_name: 'NOERROR',
        RD: true,
        AA: false,
        answers: ['cdn.example.org', '203.0.113.5'],
        TTLs: [60, 30],
        rtt: 0.5,
      })['dns'],
    ).toEqual({
      id: '7',
      type: 'answer',
      header_flags: ['RD'],
      question: {
        name: 'www.example.co.uk',
        registered_domain: 'example.co.uk',
        subdomain: 'www',
        top_level_domain: 'co.uk',
        class: 'IN',
        type: 'A',
      },
      answers: [
        { data: 'cdn.example.org', ttl: 60 },
        { data: '203.0.113.5', ttl: 30 },
      ],
      resolved_ip: ['203.0.113.5'],
      response_code: 'NOERROR',
    });
  });

  it('a request to a web server', () => {
    expect(
      parsed('http', {
        method: 'GET',
        host: 'www.example.org',
        uri: '/a.php?x=1',
        username: 'bob',
        status_code: 404,
        user_agent: 'curl/8',
        version: '1.1',
      }),
    ).toMatchObject({
      event: { action: 'GET', outcome: 'failure' },
      url: { domain: 'www.example.org', path: '/a.php', query: 'x=1', original: '/a.php?x=1', username: 'bob' },
      http: { version: '1.1', request: { method: 'GET' }, response: { status_code: 404 } },
      user: { name: 'bob' },
      related: { user: ['bob'] },
      user_agent: { original: 'curl/8' },
    });
    expect(parsed('http', { uri: '/<script>x' })['url']).toEqual({ original: '/<script>x' });
  });

  it('names of certificates, with commas and repeated parts', () => {
    expect(
      parsed('ssl', {
        version: 'TLSv13',
        subject: 'CN=www.example.org,O=Example\\, Inc.,OU=a,OU=b,C=DE',
        client_cert_chain_fuids: [],
        established: true,
      })['tls'],
    ).toMatchObject({
      version: '1.3',
      version_protocol: 'tls',
      server: {
        subject: 'CN=www.example.org,O=Example Inc.,OU=a,OU=b,C=DE',
        x509: { subject: { common_name: ['www.example.org'], organization: ['Example Inc.'], country: ['DE'] } },
      },
    });
  });

  it.each([
    [
      'mysql',
      { cmd: 'connect', success: true },
      {
        category: ['network', 'database', 'session'],
        type: ['connection', 'protocol', 'access', 'start'],
        outcome: 'success',
      },
    ],
    ['mysql', { cmd: 'drop_db', success: false }, { type: ['connection', 'protocol', 'change'], outcome: 'failure' }],
    [
      'kerberos',
      { client: 'bob/EXAMPLE.ORG', request_type: 'AS', success: false },
      { action: 'AS', outcome: 'failure' },
    ],
    [
      'smb_cmd',
      { command: 'TREE', status: 'ACCESS_DENIED' },
      { action: 'TREE', outcome: 'failure', type: ['connection', 'protocol', 'error'] },
    ],
    ['notice', { note: 'Scan::Port_Scan', msg: 'x', dropped: true }, { kind: 'alert', type: ['info', 'denied'] }],
    ['signatures', { src_addr: '198.51.100.7', dst_addr: '203.0.113.9', sig_id: 's' }, { kind: 'alert' }],
    [
      'modbus',
      { func: 'READ', exception: 'ILLEGAL' },
      { outcome: 'failure', type: ['connection', 'protocol', 'error'] },
    ],
    ['socks', { status: 'general failure' }, { outcome: 'failure' }],
    ['radius', { username: 'bob', result: 'failed' }, { outcome: 'failure' }],
    ['rfb', { auth: true }, { category: ['network'] }],
    ['ftp', { user: 'bob', command: 'RETR' }, { action: 'RETR' }],
    ['stats', { pkts_proc: 1 }, { kind: 'metric' }],
  ])('%s %j', (log, fields, event) => {
    expect(parsed(log, fields).event).toMatchObject(event);
  });

  it('who stands where in logs without a flow', () => {
    const about = { ts: 1 };
    expect(
      parsed('known_services', { host: '2001:db8::1', port_num: 22, port_proto: 'tcp', service: ['SSH'] }, about),
    ).toMatchObject({
      host: { ip: ['2001:db8::1'] },
      server: { ip: '2001:db8::1', port: 22 },
      network: { type: 'ipv6', transport: 'tcp' },
    });
    expect(
      parsed('files', { tx_hosts: ['203.0.113.9'], rx_hosts: ['192.0.2.1'], conn_uids: ['C1'], md5: 'm' }, about),
    ).toMatchObject({
      server: { ip: '203.0.113.9' },
      client: { ip: '192.0.2.1' },
      related: { hash: ['m'], ip: ['203.0.113.9', '192.0.2.1'] },
      zeek: { session_id: 'C1' },
    });
    expect(
      parsed('dhcp', { uids: ['C1'], client_addr: '192.0.2.5', server_addr: '192.0.2.1', domain: 'lan' }, about),
    ).toMatchObject({
      source: { ip: '192.0.2.5', port: 68 },
      destination: { ip: '192.0.2.1', port: 67 },
      network: { name: 'lan' },
    });
    expect(
      parsed('software', { host: '192.0.2.5', software_type: 'SSH::SERVER', 'version.major': 9 }, about),
    ).toMatchObject({
      zeek: { software: { type: 'SSH::SERVER', version: { major: 9 } } },
    });
  });

  it.each([
    ['Intel::ADDR', '2001:db8::1', { type: 'ipv6-addr', ip: '2001:db8::1' }],
    ['Intel::DOMAIN', 'example.org', { type: 'domain-name', url: { domain: 'example.org' } }],
    ['Intel::FILE_HASH', 'a'.repeat(40), { type: 'file', file: { hash: { sha1: 'a'.repeat(40) } } }],
    ['Intel::URL', 'example.org/x.php', { type: 'url', url: { path: 'example.org/x.php', extension: 'php' } }],
  ])('an indicator of %s', (type, value, indicator) => {
    const document = parsed('intel', { 'seen.indicator': value, 'seen.indicator_type': type });
    expect(document['threat']).toEqual({ indicator });
  });

  it('times of the log’s own', () => {
    expect(parsed('ntp', { ref_time: 1795253400 })).toMatchObject({
      zeek: { ntp: { ref_time: '2026-11-21T09:30:00.000Z' } },
    });
    expect(parsed('ocsp', { thisUpdate: 1795253400, certStatus: 'good' })).toMatchObject({
      zeek: { ocsp: { status: 'good', update: { this: '2026-11-21T09:30:00.000Z' } } },
    });
    expect(parsed('smtp', { date: 'Sat, 21 Nov 2026 10:30:00 +0100 (CET)' })).toMatchObject({
      zeek: { smtp: { date: '2026-11-21T09:30:00.000Z' } },
    });
  });
});

it('is recognised by content', () => {
  const sure = (text: string, name?: string): number => zeek.recognise(sampleOf(Buffer.from(text), true, name));
  expect(sure('#separator \\x09\n#path\tconn\n')).toBe(1);
  expect(sure(JSON.stringify({ ...flow, conn_state: 'SF', missed_bytes: 0 }))).toBeGreaterThan(0.9);
  expect(sure(JSON.stringify({ ...flow, anything: 1 }))).toBeGreaterThan(0.9);
  expect(sure(JSON.stringify({ ts: 1, anything: 1 }))).toBe(0);
  expect(sure(JSON.stringify({ name: '/opt/zeek/init.zeek' }), 'loaded_scripts.log')).toBeGreaterThan(0.9);
  expect(sure(JSON.stringify({ name: 'x' }), 'notes.log')).toBe(0);
  expect(sure('#fields: a b c\nx')).toBe(0);
});
