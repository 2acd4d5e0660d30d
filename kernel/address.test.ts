import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  actorOf,
  coversActor,
  formatAddress,
  formatNetwork,
  networkContains,
  networksOverlap,
  parseAddress,
  parseNetwork,
} from './address.ts';

describe('addresses', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::FFFF:0a00:0001', '10.0.0.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['::', '::'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s is %s', (text, canonical) => {
    expect(formatAddress(parseAddress(text)!)).toBe(canonical);
  });

  it.each(['', '1.2.3', '01.2.3.4', '1.2.3.4/32', '1.2.3.4 ', 'fe80::1%eth0', '1.2.3.4; drop', '::1::', '0x7f.1'])(
    'refuses %j',
    (text) => {
      expect(parseAddress(text)).toBeUndefined();
    },
  );

  it('reads its own text back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), (value) => {
        fc.pre(value >> 32n !== 0xffffn);
        expect(parseAddress(formatAddress({ family: 6, value }))).toEqual({ family: 6, value });
      }),
    );
  });
});

describe('networks', () => {
  it('are refused when host bits are set or the prefix is no number', () => {
    for (const text of ['10.0.0.1/8', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/08', '10.0.0.0/-1', '::/129', '/8'])
      expect(parseNetwork(text)).toBeUndefined();
  });

  it('contain what they contain, also through mapped addresses', () => {
    const ten = parseNetwork('10.0.0.0/8')!;
    expect(networkContains(ten, parseAddress('10.255.0.1')!)).toBe(true);
    expect(networkContains(ten, parseAddress('::ffff:10.1.2.3')!)).toBe(true);
    expect(networkContains(ten, parseAddress('11.0.0.0')!)).toBe(false);
    expect(formatNetwork(parseNetwork('::ffff:10.0.0.0/104')!)).toBe('10.0.0.0/8');
  });

  it('overlap when one holds the other', () => {
    expect(networksOverlap(parseNetwork('0.0.0.0/0')!, parseNetwork('192.0.2.0/24')!)).toBe(true);
    expect(networksOverlap(parseNetwork('192.0.2.0/25')!, parseNetwork('192.0.2.128/25')!)).toBe(false);
  });
});

describe('actors', () => {
  it('are the address for IPv4, the /64 for IPv6, nobody otherwise', () => {
    expect(actorOf('::ffff:192.0.2.7')).toBe('192.0.2.7');
    expect(actorOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(actorOf('nonsense')).toBe('-');
    expect(actorOf(undefined)).toBe('-');
  });

  it.each([
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.0/24', '192.0.2.7', true],
    ['::ffff:192.0.2.7', '192.0.2.7', true],
    ['192.0.2.8', '192.0.2.7', false],
    ['::/0', '192.0.2.7', false],
    ['0.0.0.0/0', '2001:db8:1:2::/64', false],
    ['2001:db8:1::/48', '2001:db8:1:2::/64', true],
    // The attacker has the other addresses of its /64 still.
    ['2001:db8:1:2::1', '2001:db8:1:2::/64', false],
    ['nonsense', '192.0.2.7', false],
    ['192.0.2.7', 'host:web1', true],
  ])('what is done about %s is done about %s: %s', (target, actor, expected) => {
    expect(coversActor(target, actor)).toBe(expected);
  });
});
