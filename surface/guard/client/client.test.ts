import { describe, expect, it } from 'vitest';
import { Clients, type ProxyOptions } from './client.ts';

const address = (headers: Record<string, string>, proxies?: ProxyOptions, peer = '10.0.0.1'): string =>
  new Clients(proxies, [], () => undefined).of(peer, headers).address;
const trusted = { trusted: ['10.0.0.0/8', '2001:db8:ffff::/48'] };

describe('the client behind proxies', () => {
  it.each<[string, string, string]>([
    ['one hop', '198.51.100.7', '198.51.100.7'],
    ['what the client wrote itself stands left', '127.0.0.1, 203.0.113.1, 198.51.100.7', '198.51.100.7'],
    ['two proxies of ours', '203.0.113.1, 198.51.100.7, 10.0.0.9', '198.51.100.7'],
    ['all are ours: the furthest', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['what is no address hides everybody left of it', '198.51.100.7, unknown, 10.0.0.2', '10.0.0.2'],
    ['nothing but noise', ',,,;;"', '10.0.0.1'],
    ['a port', '198.51.100.7:1234', '198.51.100.7'],
    ['IPv6 with a port', '[2001:db8::7]:1234', '2001:db8::7'],
    ['mapped', '::ffff:198.51.100.7', '198.51.100.7'],
    ['a network is no address', '0.0.0.0/0', '10.0.0.1'],
    ['octal is no address', '0177.0.0.1', '10.0.0.1'],
  ])('%s', (_, header, expected) => {
    expect(address({ 'x-forwarded-for': header }, trusted)).toBe(expected);
  });

  it.each<[string, string]>([
    ['for=198.51.100.7;proto=https;by=10.0.0.1', '198.51.100.7'],
    ['for=1.1.1.1, for="[2001:db8::7]:4711"', '2001:db8::7'],
    ['For="198.51.100.7:80"', '198.51.100.7'],
    ['for=198.51.100.7, for=_hidden', '10.0.0.1'],
    ['proto=https', '10.0.0.1'],
  ])('Forwarded: %s', (header, expected) => {
    expect(address({ forwarded: header }, { ...trusted, header: 'forwarded' })).toBe(expected);
  });

  it('only the configured header counts, and only from a proxy of ours', () => {
    expect(address({ forwarded: 'for=203.0.113.1' }, trusted)).toBe('10.0.0.1');
    expect(address({ 'x-forwarded-for': '203.0.113.1' }, trusted, '198.51.100.7')).toBe('198.51.100.7');
    expect(address({ 'x-forwarded-for': '203.0.113.1' }, undefined, '198.51.100.7')).toBe('198.51.100.7');
  });

  it('a long header is read from its end, and no further than 32 hops', () => {
    const forged = `${'203.0.113.1, '.repeat(100_000)}198.51.100.7`;
    expect(address({ 'x-forwarded-for': forged }, trusted)).toBe('198.51.100.7');
    expect(address({ 'x-forwarded-for': '10.0.0.2,'.repeat(50) + '10.0.0.3' }, trusted)).toBe('10.0.0.2');
  });

  it('nobody, where there is no peer, and zones are left off', () => {
    const clients = new Clients(undefined, [], () => undefined);
    expect(clients.of(undefined, {})).toMatchObject({ address: '-', actor: '-' });
    expect(clients.mayBlock(clients.of(undefined, {}), undefined, {})).toBe(false);
    expect(clients.of('fe80::1%eth0', {})).toMatchObject({ address: 'fe80::1', actor: 'fe80::/64' });
  });
});
