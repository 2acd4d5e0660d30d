/** The table answers what a walk over all networks would. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkContains, parseAddress, parseNetwork } from '@netsentinel/kernel/address';
import { NetworkTable } from './network-table.ts';

function tableOf(...networks: string[]): NetworkTable<string> {
  const table = new NetworkTable<string>();
  for (const network of networks) table.add(network, network);
  return table;
}

describe('a table of networks', () => {
  it('answers the narrowest', () => {
    const table = tableOf('10.0.0.0/8', '10.1.0.0/16', '10.1.2.3', '2001:db8::/32', '2001:db8:1::/64', '0.0.0.0/1');
    expect(
      [
        '10.9.9.9',
        '10.1.9.9',
        '10.1.2.3',
        '127.0.0.1',
        '128.0.0.1',
        '2001:db8:1::9',
        '2001:db8:2::9',
        '2001:db9::1',
      ].map((ip) => table.find(ip)),
    ).toEqual([
      '10.0.0.0/8',
      '10.1.0.0/16',
      '10.1.2.3',
      '0.0.0.0/1',
      undefined,
      '2001:db8:1::/64',
      '2001:db8::/32',
      undefined,
    ]);
    expect(table.find('::ffff:10.1.2.3')).toBe('10.1.2.3');
  });

  it('takes nothing else for an address, and nothing else for a network', () => {
    const table = tableOf('0.0.0.0/0', '::/0', 'nonsense', '10.0.0.1/8');
    for (const text of [
      '',
      '1.2.3',
      '1.2.3.4.5',
      '1.2.3.256',
      '01.2.3.4',
      '1.2.3.',
      '.1.2.3',
      '1..2.3',
      '1.2.3.4 ',
      'fe80::1%eth0',
      '::g',
    ])
      expect([text, table.find(text)]).toEqual([text, undefined]);
    expect(table.find('255.255.255.255')).toBe('0.0.0.0/0');
    expect(table.find('ffff::')).toBe('::/0');
  });

  it('agrees with the plain way', () => {
    const quad = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(255)).map((parts) => parts.join('.'));
    const network = fc.tuple(quad, fc.integer({ min: 0, max: 32 })).map(([ip, prefix]) => {
      const value = (parseAddress(ip)!.value >> BigInt(32 - prefix)) << BigInt(32 - prefix);
      return `${[24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.')}/${prefix}`;
    });
    fc.assert(
      fc.property(fc.array(network, { maxLength: 8 }), quad, (networks, ip) => {
        const inside = networks
          .map((text) => parseNetwork(text)!)
          .filter((one) => networkContains(one, parseAddress(ip)!))
          .map(({ prefix }) => prefix);
        const found = tableOf(...networks).find(ip);
        expect(found === undefined ? -1 : Number(found.split('/')[1])).toBe(Math.max(-1, ...inside));
      }),
    );
  });
});
