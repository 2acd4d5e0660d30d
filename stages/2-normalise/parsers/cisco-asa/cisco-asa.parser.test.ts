/** Messages of each kind, the forms of their head, and patterns that do not fit. */
import { Refusal, type EcsDocument } from '@netsentinel/contracts/parser';
import { describe, expect, it } from 'vitest';
import { ciscoAsa } from './cisco-asa.parser.ts';
import { compile, match } from './pattern.ts';
import { durationNs, sideOf } from './side.ts';

const parser = ciscoAsa.create({ zone: 'UTC', referenceMs: Date.UTC(2026, 10, 21), trustedProxies: [] });

function parsed(message: string): EcsDocument {
  const answer = parser.line!(`<166>Nov 20 2026 09:30:00 fw1 : ${message}`);
  if (answer === undefined || answer instanceof Refusal) throw new Error('expected a document');
  return answer;
}

describe('a message', () => {
  it('of a refused packet names rule, sides and interfaces', () => {
    const text =
      '%ASA-4-106023: Deny tcp src outside:198.51.100.7/40000 dst inside:203.0.113.5/23 by access-group "in" [0x0, 0x0]';
    expect(parsed(text)).toMatchObject({
      '@timestamp': '2026-11-20T09:30:00.000Z',
      event: { code: '106023', severity: 4, type: ['connection', 'denied'] },
      source: { ip: '198.51.100.7', port: 40_000 },
      destination: { ip: '203.0.113.5', port: 23 },
      network: { transport: 'tcp', iana_number: '6' },
      observer: { hostname: 'fw1', ingress: { interface: { name: 'outside' } } },
      log: { level: 'warning', syslog: { priority: 166 } },
      cisco: { asa: { rule_name: 'in' } },
    });
  });

  it('of an outbound connection has who opened it as its source', () => {
    const text =
      '%ASA-6-302013: Built outbound TCP connection 5 for outside:198.51.100.7/80 (198.51.100.7/80) to inside:192.0.2.9/1024 (203.0.113.5/2048)';
    expect(parsed(text)).toMatchObject({
      source: { ip: '192.0.2.9', port: 1024, nat: { ip: '203.0.113.5', port: 2048 } },
      destination: { ip: '198.51.100.7', port: 80 },
      network: { direction: 'outbound' },
      related: { ip: ['192.0.2.9', '203.0.113.5', '198.51.100.7'] },
    });
  });

  it('of an ended connection has its length', () => {
    const text =
      '%ASA-6-302014: Teardown TCP connection 5 for outside:198.51.100.7/80 to inside:192.0.2.9/1024 duration 0:01:07 bytes 99 TCP FINs (LOCAL\\ann)';
    expect(parsed(text).event).toMatchObject({
      action: 'flow-expiration',
      duration: 67_000_000_000,
      start: '2026-11-20T09:28:53.000Z',
      reason: 'TCP FINs',
    });
  });

  it('of a login tells who, from where, and whether', () => {
    const refused =
      '%ASA-6-113015: AAA user authentication Rejected : reason = Invalid password : local database : user = root : user IP = 198.51.100.7';
    expect(parsed(refused)).toMatchObject({
      event: { category: ['authentication', 'network'], outcome: 'failure', reason: 'Invalid password' },
      source: { ip: '198.51.100.7', user: { name: 'root' } },
    });
    expect(
      parsed('%ASA-6-611101: User authentication succeeded: IP address: 198.51.100.7, Uname: admin'),
    ).toMatchObject({ event: { outcome: 'success' }, server: { user: { name: 'admin' } } });
  });

  it.each([
    ['permitted', 'allowed'],
    ['denied', 'denied'],
    ['est-allowed', 'allowed'],
  ])('of a rule that %s says so', (verdict, type) => {
    const text = `%ASA-6-106100: access-list in ${verdict} tcp outside/198.51.100.7(1) -> inside/host.example(2) hit-cnt 1 first hit [0x0]`;
    expect(parsed(text)).toMatchObject({
      event: { type: ['connection', type] },
      destination: { domain: 'host.example', port: 2 },
      related: { hosts: ['fw1', 'host.example'] },
    });
  });

  it('about a tunnel names its peer, as much as is known', () => {
    expect(
      parsed('%ASA-5-713120: Group = g, Username = ann, IP = 198.51.100.7, PHASE 2 COMPLETED (msgid=1f)'),
    ).toMatchObject({ event: { id: '1f', outcome: 'success' }, source: { ip: '198.51.100.7' }, user: { name: 'ann' } });
    expect(parsed('%ASA-5-713904: no proposal chosen')).toMatchObject({ event: { type: ['error'] } });
  });

  it('that nobody listed, or that is cut, is an event all the same', () => {
    expect(parsed('%ASA-5-999999: anything')).toMatchObject({ event: { code: '999999', type: ['info'] } });
    expect(parsed('%ASA-4-106023: Deny tcp src outside:198')).toMatchObject({ event: { code: '106023' } });
  });

  it('of something else is refused', () => {
    expect(parser.line!('Nov 20 09:30:00 fw1 %SYS-5-CONFIG_I: x')).toBeInstanceOf(Refusal);
  });
});

it('finds host and process before the message', () => {
  expect(parser.line!('Nov 20 09:30:00 fw1 asa[77]: %ASA-5-999999: x')).toMatchObject({
    host: { hostname: 'fw1' },
    process: { name: 'asa', pid: 77 },
  });
  expect(parser.line!('Nov 20 09:30:00 fw1: %ASA-session-5-999999: x')).toMatchObject({ host: { hostname: 'fw1' } });
});

it('reads one side in every form', () => {
  expect(sideOf('2001:db8::1/443')).toMatchObject({ ip: '2001:db8::1', port: 443 });
  expect(sideOf('2001:db8::1')).toMatchObject({ ip: '2001:db8::1', port: undefined });
  expect(sideOf('192.0.2.1:500')).toMatchObject({ ip: '192.0.2.1', port: 500 });
  expect(sideOf('192.0.2.1/5(LOCAL\\staff\\ann)')).toMatchObject({
    port: 5,
    user: { domain: 'LOCAL', group: 'staff', name: 'ann' },
  });
  expect(sideOf('')).toBeUndefined();
});

it('reads durations', () => {
  expect(durationNs('0h:32m:16s')).toBe(1_936_000_000_000);
  expect(durationNs('1d 0:00:01')).toBe(86_401_000_000_000);
  expect(durationNs('soon')).toBeUndefined();
});

it('tries the patterns of an id in order', () => {
  const patterns = compile('1 a from {src} on {srcIf}\n1 b from {src}{proto=udp}').get('1')!;
  expect(match(patterns, 'from x on y')).toMatchObject({ kind: 'a' });
  const second = match(patterns, 'from x');
  expect([second?.kind, Object.fromEntries(second?.fields ?? [])]).toEqual(['b', { src: 'x', proto: 'udp' }]);
  expect(match(patterns, 'to x')).toBeUndefined();
});
