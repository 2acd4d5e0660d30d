import { Refusal, type EcsDocument } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { suricata } from './suricata.parser.ts';

function read(record: object | string): EcsDocument {
  const parser = suricata.create({ zone: 'UTC', referenceMs: 0, trustedProxies: [] });
  const parsed = parser.line!(typeof record === 'string' ? record : JSON.stringify(record));
  if (parsed === undefined || parsed instanceof Refusal) throw new Error(parsed?.reason ?? 'nothing');
  return parsed;
}

const base = {
  timestamp: '2026-11-21T10:30:00.123456+0100',
  flow_id: 1182910203040506,
  src_ip: '198.51.100.7',
  src_port: 40112,
  dest_ip: '203.0.113.9',
  dest_port: 80,
  proto: 'TCP',
};

it('reads alerts with their rule, technique, flow and request', () => {
  const document = read(suricata.examples[0]!);
  expect(document).toMatchObject({
    '@timestamp': '2026-11-21T09:30:00.123Z',
    event: { kind: 'alert', severity: 1, type: ['allowed'], start: '2026-11-21T09:29:59.900Z' },
    source: { ip: '198.51.100.7', bytes: 347, packets: 4 },
    network: { transport: 'tcp', protocol: 'http', bytes: 2001, packets: 7 },
    rule: { id: '2900001', name: 'EXAMPLE web attack', category: 'Web Application Attack' },
    threat: { tactic: { id: ['TA0001'], name: ['Initial Access'] }, technique: { id: ['T1190'] } },
    url: { path: '/a.php', query: 'id=1' },
    suricata: { eve: { alert: { created_at: '2026-01-31T00:00:00.000Z', rev: 2 }, flow_id: '1182910203040506' } },
  });
  expect(document.event.outcome).toBeUndefined();
  expect(read({ ...base, event_type: 'alert', alert: { action: 'blocked' } }).event.type).toEqual(['denied']);
});

it.each([
  ['new', ['connection', 'start']],
  ['closed', ['connection', 'end']],
  ['established', ['connection']],
])('a flow that is %s is %j', (state, type) => {
  const flow = { state, start: '2026-11-21T09:30:00.000+0000', end: '2026-11-21T09:30:01.500+0000' };
  expect(read({ ...base, event_type: 'flow', flow }).event).toMatchObject({ type, duration: 1_500_000_000 });
});

it.each([
  [{ type: 'answer', rrname: 'a.example.org', rrtype: 'A', rdata: '203.0.113.80', ttl: 5 }, 'answer'],
  [
    {
      type: 'answer',
      rrname: 'a.example.org',
      rrtype: 'A',
      answers: [{ rrname: 'a.example.org', rdata: '203.0.113.80' }],
    },
    'answer',
  ],
  [
    { type: 'response', queries: [{ rrname: 'a.example.org', rrtype: 'A' }], answers: [{ rdata: '203.0.113.80' }] },
    'answer',
  ],
])('reads names and addresses out of %j', (dns, type) => {
  expect(read({ ...base, event_type: 'dns', dns })).toMatchObject({
    dns: {
      type,
      question: { name: 'a.example.org', type: 'A', registered_domain: 'example.org' },
      resolved_ip: ['203.0.113.80'],
    },
    related: { ip: ['198.51.100.7', '203.0.113.9', '203.0.113.80'] },
  });
});

it('reads certificates whose names hold commas', () => {
  expect(read(suricata.examples[4]!)['tls']).toMatchObject({
    version: '1.2',
    client: { server_name: 'www.example.org' },
    server: {
      hash: { sha1: '6AFFACA65F8A05E7A98C7629B908C769ADDC7247' },
      x509: { subject: { organization: 'Example, Inc.', country: 'DE' }, serial_number: '5C9CE1' },
    },
  });
});

it.each([
  ['ftp', { command: 'USER', command_data: 'alice' }],
  ['krb5', { cname: 'alice' }],
  ['smb', { ntlmssp: { user: 'alice' } }],
  ['mqtt', { connect: { username: 'alice' } }],
  ['pgsql', { request: { startup_parameters: { user: 'alice' } } }],
])('finds the user of %s', (type, section) => {
  const document = read({ ...base, event_type: type, [type]: section });
  expect(document['user']).toEqual({ name: 'alice' });
  expect(document['network']).toMatchObject({ protocol: type });
  expect(document['suricata']).toMatchObject({ eve: { [type]: section } });
});

it('keeps what of a file and a one-way flow is known', () => {
  expect(read(suricata.examples[5]!)).toMatchObject({
    file: { path: '/a.exe', size: 1071 },
    network: { protocol: 'http' },
  });
  expect(read({ ...base, event_type: 'netflow', netflow: { bytes: 60, pkts: 1 } }).source).toMatchObject({
    bytes: 60,
    packets: 1,
  });
});

it('reads what Suricata says of itself', () => {
  expect(read(suricata.examples[9]!).event.kind).toBe('metric');
  expect(read(suricata.examples[10]!).message).toBe('engine started');
});

it.each(['{"event_type":"dns"}', '[]', '{'])('refuses %s', (text) => {
  expect(() => read(text)).toThrow(/broken JSON|no JSON object|no EVE record/);
});
