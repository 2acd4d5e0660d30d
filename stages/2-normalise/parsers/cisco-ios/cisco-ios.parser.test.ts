/** Heads with and without their parts, access lists, logins. */
import { Refusal } from '@netsentinel/contracts/parser';
import { describe, expect, it } from 'vitest';
import { ciscoIos } from './cisco-ios.parser.ts';

const parser = ciscoIos.create({ zone: 'UTC', referenceMs: Date.UTC(2026, 10, 21), trustedProxies: [] });
const CONFIG = '%SYS-5-CONFIG_I: Configured from console';

describe('a head', () => {
  it.each([
    ['<189>52: sw1: 000051: Nov 20 09:30:00.125: ', '2026-11-20T09:30:00.125Z', 'sw1', 52, '000051'],
    ['<189>52: Nov  2 2025 09:30:00: ', '2025-11-02T09:30:00.000Z', undefined, 52, undefined],
    ['<189>: sw1: Nov 2 2025 09:30:00 CST: ', '2025-11-02T09:30:00.000Z', 'sw1', undefined, undefined],
    ['Nov 20 09:30:05 sw1 54: *Nov 20 09:30:00.5: ', '2026-11-20T09:30:00.500Z', 'sw1', 54, undefined],
    ['<189>52: sw1: 000051: 2y10w: ', undefined, 'sw1', 52, '000051'],
    ['', undefined, undefined, undefined, undefined],
  ])('%j', (head, time, hostname, count, sequence) => {
    const document = parser.line!(`${head}${CONFIG}`) as Record<string, unknown>;
    expect(document['@timestamp']).toBe(time);
    expect(document).toMatchObject({
      event: { code: 'CONFIG_I', severity: 5 },
      log: { level: 'notification', syslog: { hostname } },
      cisco: { ios: { facility: 'SYS', message_count: count, sequence } },
    });
  });
});

describe('a message', () => {
  it('of an access list has verdict and sides', () => {
    const line =
      '<190>1: sw1: Nov 20 09:30:00: %SEC-6-IPACCESSLOGP: list IN denied tcp 198.51.100.7(5) -> 203.0.113.5(23), 3 packets';
    expect(parser.line!(line)).toMatchObject({
      event: { action: 'deny', type: ['info', 'denied'] },
      source: { ip: '198.51.100.7', port: 5, packets: 3 },
      destination: { ip: '203.0.113.5', port: 23 },
      network: { transport: 'tcp', community_id: expect.stringMatching(/^1:/) },
      cisco: { ios: { access_list: 'IN' } },
    });
  });

  it('of ICMP has type and code', () => {
    const line = '%SEC-6-IPACCESSLOGDP: list 100 permitted icmp 198.51.100.7 -> 203.0.113.5 (8/0), 1 packet';
    expect(parser.line!(line)).toMatchObject({ event: { action: 'allow' }, icmp: { type: '8', code: '0' } });
  });

  it('of a login has who, from where, and whether', () => {
    const line =
      '%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: root] [Source: 198.51.100.7] [localport: 22] [Reason: x]';
    expect(parser.line!(line)).toMatchObject({
      event: { outcome: 'failure' },
      source: { ip: '198.51.100.7', user: { name: 'root' } },
      destination: { port: 22 },
      related: { user: ['root'] },
    });
    const snmp = '%SNMP-3-AUTHFAIL: Authentication failed for SNMP req from host 198.51.100.7';
    expect(parser.line!(snmp)).toMatchObject({ event: { outcome: 'failure' }, source: { ip: '198.51.100.7' } });
  });

  it('of something else is refused', () => {
    expect(parser.line!('Nov 20 09:30:00 sw1 kernel: 100% done')).toBeInstanceOf(Refusal);
  });
});
