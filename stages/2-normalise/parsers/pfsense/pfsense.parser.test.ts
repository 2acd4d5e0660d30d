/** The filter log by version and protocol, and what the firewall's services say. */
import { Refusal, type EcsDocument } from '@netsentinel/contracts/parser';
import { describe, expect, it } from 'vitest';
import { pfsense } from './pfsense.parser.ts';

const parser = pfsense.create({ zone: 'UTC', referenceMs: Date.UTC(2026, 10, 21), trustedProxies: [] });
const HEAD = '<134>Nov 20 09:30:00 gate';

function parsed(line: string): EcsDocument {
  const answer = parser.line!(line);
  if (answer === undefined || answer instanceof Refusal) throw new Error('expected a document');
  return answer;
}

describe('the filter log', () => {
  it('has TCP over IPv4', () => {
    const fields =
      '4,,,1000000103,igb0.12,match,block,in,4,0x0,,243,54321,0,DF,6,tcp,44,198.51.100.7,203.0.113.5,40000,23,0,S,1,,1024,,mss;nop';
    expect(parsed(`${HEAD} filterlog[71]: ${fields}`)).toMatchObject({
      '@timestamp': '2026-11-20T09:30:00.000Z',
      event: { action: 'block', reason: 'match', type: ['connection', 'denied'] },
      source: { ip: '198.51.100.7', port: 40_000 },
      destination: { ip: '203.0.113.5', port: 23 },
      network: { bytes: 44, direction: 'inbound', transport: 'tcp', vlan: { id: '12' } },
      observer: { name: 'gate', ingress: { interface: { name: 'igb0.12' } } },
      rule: { id: '1000000103' },
      pfsense: { ip: { ttl: 243 }, tcp: { flags: 'S', options: ['mss', 'nop'] } },
    });
  });

  it('has UDP over IPv6, in the new form of syslog', () => {
    const fields = '5,,,1,igb0,match,pass,out,6,0x00,0xf6279,1,UDP,17,32,2001:db8::7,2001:db8::1,546,53,32';
    expect(parsed(`<134>1 2026-11-20T09:30:00-05:00 gate filterlog 71 - - ${fields}`)).toMatchObject({
      '@timestamp': '2026-11-20T14:30:00.000Z',
      event: { type: ['connection', 'allowed'] },
      network: { type: 'ipv6', transport: 'udp', direction: 'outbound' },
      observer: { egress: { interface: { name: 'igb0' } } },
      process: { name: 'filterlog', pid: 71 },
    });
  });

  it('has errors of ICMP', () => {
    const ip = '4,,,1,em0,match,block,in,4,0x0,,53,1,0,none,1,icmp,56,198.51.100.7,203.0.113.5';
    expect(parsed(`${HEAD} filterlog[71]: ${ip},unreachport,192.0.2.1,UDP,53`)).toMatchObject({
      pfsense: { icmp: { type: 'unreachport', destination: { ip: '192.0.2.1' }, unreachable: { port: 53 } } },
    });
  });

  it('is refused where fields are missing', () => {
    expect(parser.line!(`${HEAD} filterlog[71]: 4,,,1,em0,match,block,in,4,0x0`)).toBeInstanceOf(Refusal);
    expect(parser.line!('nothing')).toBeInstanceOf(Refusal);
  });
});

describe('services', () => {
  it('give addresses', () => {
    const line = `${HEAD} dhcpd[9]: DHCPREQUEST for 192.0.2.9 (192.0.2.1) from 02:00:00:00:00:01 (pc1) via igb0.12`;
    expect(parsed(line)).toMatchObject({
      event: { action: 'DHCPREQUEST' },
      client: { ip: '192.0.2.9', mac: '02-00-00-00-00-01' },
      server: { ip: '192.0.2.1' },
      pfsense: { dhcp: { hostname: 'pc1' } },
    });
    expect(parsed(`${HEAD} dhcpd[9]: Solicit message from fe80::1 port 546, transaction ID 0x1`)).toMatchObject({
      event: { action: 'solicit-message' },
      client: { ip: 'fe80::1', port: 546 },
    });
  });

  it('let users in, or not', () => {
    expect(parsed(`${HEAD} openvpn[9]: user 'bob' could not authenticate.`)).toMatchObject({
      event: { category: ['authentication', 'network'], outcome: 'failure' },
      user: { name: 'bob' },
    });
    expect(parsed(`${HEAD} openvpn[9]: bob/198.51.100.7:5 MULTI: pool returned IPv4=192.0.2.9`)).toMatchObject({
      source: { ip: '198.51.100.7', port: 5, nat: { ip: '192.0.2.9' } },
      user: { name: 'bob' },
    });
    const login = `${HEAD} php-fpm[9]: /index.php: webConfigurator authentication error for user 'admin' from: 198.51.100.7`;
    expect(parsed(login)).toMatchObject({ event: { outcome: 'failure' }, source: { ip: '198.51.100.7' } });
  });

  it('resolve names', () => {
    expect(parsed(`${HEAD} unbound[9]: [9:0] info: 192.0.2.9 www.example.org. A IN`)).toMatchObject({
      dns: { question: { name: 'www.example.org', registered_domain: 'example.org', type: 'A' } },
      source: { ip: '192.0.2.9' },
      log: { level: 'info' },
    });
  });
});
