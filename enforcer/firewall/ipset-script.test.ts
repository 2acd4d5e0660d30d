import { formatNetwork, parseNetwork, type Network } from '@netsentinel/kernel/address';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as script from './ipset-script.ts';

const network = (text: string): Network => parseNetwork(text) ?? { family: 4, base: 0n, prefix: 32 };

const drawn = fc
  .oneof(
    fc.tuple(fc.constant(4 as const), fc.bigInt({ min: 0n, max: 0xffff_ffffn }), fc.integer({ min: 8, max: 32 })),
    fc.tuple(
      fc.constant(6 as const),
      fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
      fc.integer({ min: 16, max: 128 }),
    ),
  )
  .map(([family, value, prefix]): Network => {
    const hostBits = BigInt((family === 4 ? 32 : 128) - prefix);
    return { family, base: (value >> hostBits) << hostBits, prefix };
  });

describe('commands', () => {
  it('never end a block early, and never make one for ever', () => {
    const add = (remainingMs: number): string =>
      script.changes('ns', [{ kind: 'block', network: network('198.18.1.1'), remainingMs, renew: false }]);
    expect(add(1500)).toBe('add ns4 198.18.1.1 timeout 2\n');
    expect(add(0.2)).toBe('add ns4 198.18.1.1 timeout 1\n');
    expect(add(1e13)).toBe('add ns4 198.18.1.1 timeout 2147483\n');
    expect(script.changes('ns', [{ kind: 'unblock', network: network('2001:db8::/64') }])).toBe(
      'del ns6 2001:db8::/64\n',
    );
  });

  it('replace by filling new sets and swapping them', () => {
    expect(
      script.replacement('ns', 2048, [{ network: network('198.18.1.0/24'), remainingMs: 1000 }]).split('\n'),
    ).toEqual([
      'create ns4-new hash:net family inet maxelem 2048 timeout 3600',
      'flush ns4-new',
      'create ns6-new hash:net family inet6 maxelem 2048 timeout 3600',
      'flush ns6-new',
      'add ns4-new 198.18.1.0/24 timeout 1',
      'swap ns4-new ns4',
      'destroy ns4-new',
      'swap ns6-new ns6',
      'destroy ns6-new',
      '',
    ]);
  });

  it('hold nothing but what is rendered from numbers, and read back as the same', () => {
    fc.assert(
      fc.property(drawn, fc.double({ min: 0, max: 1e12, noNaN: true }), (one, remainingMs) => {
        const line = script.changes('ns', [{ kind: 'block', network: one, remainingMs, renew: true }]);
        expect(line).toMatch(/^add ns[46] [0-9a-f:./]+ timeout \d+\n$/);
        const listed = new Map<string, number>();
        expect(script.readSaved(`create ns${one.family} hash:net family x\n${line}`, `ns${one.family}`, listed)).toBe(
          true,
        );
        expect([...listed.keys()]).toEqual([formatNetwork(one)]);
      }),
    );
  });
});

describe('answers', () => {
  it('count and list the elements', () => {
    expect(script.readCount('Name: ns4\nReferences: 1\nNumber of entries: 100000\n')).toBe(100_000);
    expect(script.readCount('ipset v7.17: The set with the given name does not exist')).toBeUndefined();
    const listed = new Map<string, number>();
    const saved =
      'create ns4 hash:net family inet\nadd ns4 198.18.1.1 timeout 9\nadd ns4 198.18.2.0/24\nadd other 1.1.1.1\n';
    expect(script.readSaved(saved, 'ns4', listed)).toBe(true);
    expect(listed).toEqual(
      new Map([
        ['198.18.1.1', 9000],
        ['198.18.2.0/24', 2_147_483_000],
      ]),
    );
    expect(script.readSaved(saved.slice(0, -1), 'ns4', new Map())).toBe(false);
    expect(script.readSaved('', 'ns4', new Map())).toBe(false);
  });

  it('say of each test whether it is in the set', () => {
    expect(script.tests('ns', [network('198.18.1.1'), network('2001:db8::/64')])).toBe(
      'test ns4 198.18.1.1\ntest ns6 2001:db8::/64\n',
    );
    const warning = 'Warning: Kernel support protocol versions 6-6 while userspace supports protocol versions 6-7\n';
    const said = `${warning}Warning: 198.18.1.1 is in set ns4.\n2001:db8::/64 is NOT in set ns6.\n`;
    expect(script.readTests(said)).toEqual([true, false]);
    expect(script.readTests('ipset v7.17: Kernel error received: Operation not permitted\n')).toEqual([]);
  });

  it('are read whatever they are, without throwing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        script.readTests(text);
        script.readCount(text);
        expect(script.readSaved(`create ns4 hash:net \nadd ns4 ${text}\n`, 'ns4', new Map())).toBe(true);
      }),
    );
  });
});
