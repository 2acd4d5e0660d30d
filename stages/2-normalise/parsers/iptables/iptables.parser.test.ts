/** Netfilter's lines with the prefixes that people really use, whole and in pieces. */
import { Refusal } from '@netsentinel/contracts/parser';
import { describe, expect, it } from 'vitest';
import { iptables } from './iptables.parser.ts';
import { readPrefix } from './prefix.ts';

const parser = iptables.create({ zone: 'UTC', referenceMs: Date.UTC(2026, 10, 21), trustedProxies: [] });
const PACKET =
  'IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 SRC=198.51.100.7 DST=203.0.113.5 LEN=44 TOS=0x10 PREC=0x20 TTL=243 ID=54321 DF PROTO=TCP SPT=40000 DPT=23 WINDOW=1024 RES=0x00 SYN URGP=0';

describe('a packet', () => {
  it('tells its flow, its link and its header', () => {
    expect(parser.line!(`Nov 20 09:30:00 gate kernel: [1.5] ${PACKET}`)).toMatchObject({
      '@timestamp': '2026-11-20T09:30:00.000Z',
      event: { type: ['connection'] },
      source: { ip: '198.51.100.7', port: 40_000, mac: '02-00-00-00-00-02' },
      destination: { ip: '203.0.113.5', port: 23, mac: '02-00-00-00-00-01' },
      network: { transport: 'tcp', type: 'ipv4', community_id: expect.stringMatching(/^1:/) },
      observer: { name: 'gate' },
      iptables: {
        output_device: '',
        ether_type: 0x800,
        tos: 16,
        precedence_bits: 32,
        fragment_flags: ['DF'],
        tcp: { flags: ['SYN'], window: 1024 },
      },
    });
  });

  it('keeps the length of a datagram apart from the packet’s', () => {
    const line = `kernel: IN=eth0 OUT= SRC=198.51.100.7 DST=203.0.113.5 LEN=78 PROTO=UDP SPT=1 DPT=2 LEN=58`;
    expect(parser.line!(line)).toMatchObject({ iptables: { length: 78, udp: { length: 58 } } });
  });

  it('takes the sender of an ICMP error, not of the packet inside', () => {
    const line = `kernel: IN=eth0 OUT= SRC=198.51.100.7 DST=203.0.113.5 LEN=56 PROTO=ICMP TYPE=3 CODE=1 [SRC=203.0.113.5 DST=192.0.2.1 PROTO=UDP SPT=9 DPT=53 ]`;
    expect(parser.line!(line)).toMatchObject({
      source: { ip: '198.51.100.7' },
      network: { transport: 'icmp' },
      iptables: { icmp: { type: 3, code: 1 } },
    });
  });

  it('is read as far as it is there', () => {
    const document = parser.line!(
      'Nov 20 09:30:00 gate user.info kernel: TL=126 ID=5 PROTO=TCP SPT=9 DPT=443 ACK URGP=0',
    );
    expect(document).toMatchObject({ source: { port: 9 }, destination: { port: 443 }, iptables: { ttl: 126 } });
  });

  it('is read out of Proxmox’s own log', () => {
    const line = `0 3 PVEFW-HOST-IN 21/Nov/2026:09:30:00 +0100 policy DROP: ${PACKET}`;
    expect(parser.line!(line)).toMatchObject({ '@timestamp': '2026-11-21T08:30:00.000Z', event: { action: 'drop' } });
  });

  it('is refused where there is none', () => {
    expect(parser.line!('Nov 20 09:30:00 gate kernel: eth0: link up')).toBeInstanceOf(Refusal);
  });
});

describe('a prefix', () => {
  it.each([
    ['[UFW BLOCK] ', 'drop', 'UFW BLOCK'],
    ['[ 123.4] [UFW ALLOW] ', 'accept', 'UFW ALLOW'],
    ['filter_IN_public_REJECT: ', 'reject', 'filter_IN_public_REJECT'],
    ['Shorewall:net-fw:DROP:', 'drop', 'Shorewall:net-fw:DROP'],
    ['new connection ', undefined, 'new connection'],
    ['', undefined, undefined],
  ])('%j says %s', (text, verdict, rule) => {
    expect(readPrefix(text)).toMatchObject({ verdict, rule });
  });

  it('of Ubiquiti names set, rule and zones', () => {
    expect(readPrefix('[lan-wan-default-R]')).toEqual({
      verdict: 'reject',
      rule: 'lan-wan',
      ubiquiti: { ruleSet: 'lan-wan', ruleNumber: 'default', inputZone: 'lan', outputZone: 'wan' },
    });
  });
});
