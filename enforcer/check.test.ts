import { formatAddress, formatNetwork, networkContains, parseAddress, parseNetwork } from '@netsentinel/kernel/address';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkBlock, type BlockOrder, type CheckContext, type Verdict } from './check.ts';
import { EnforcerConfig } from './enforcer.config.ts';
import { specialAssets, type ProtectedAsset } from './protected-assets.ts';
import { networksOverlap } from '@netsentinel/kernel/address';

const NOW = Date.UTC(2026, 0, 1);
const OWN = ['198.18.0.1', '2001:db8::1', '10.0.0.0/8', '2001:db8:aaaa::/48'];
const assets: ProtectedAsset[] = [
  ...specialAssets(),
  ...OWN.map((text) => {
    const network = parseNetwork(text);
    if (network === undefined) throw new Error(text);
    return { network, why: 'ours' };
  }),
];

const order = (changes: Partial<BlockOrder> = {}): BlockOrder => ({
  kind: 'block',
  id: 'a1',
  target: '198.18.5.5',
  expiresAt: NOW + 60_000,
  reason: 'brute force',
  incident: 'i1',
  sourceVerified: true,
  ...changes,
});
const context = (changes: Partial<CheckContext> = {}): CheckContext => ({
  config: EnforcerConfig.parse({ mode: 'enforce' }),
  lanes: 1,
  now: NOW,
  entries: 0,
  recentOrders: 0,
  conflict: (network) => assets.find((asset) => networksOverlap(asset.network, network)),
  ...changes,
});
const reason = (verdict: Verdict): string => (verdict.ok ? '' : verdict.reason);

describe('checkBlock', () => {
  it('accepts an address and a narrow network', () => {
    expect(checkBlock(order(), context())).toMatchObject({ ok: true, durationMs: 60_000 });
    expect(checkBlock(order({ target: '198.18.5.0/24' }), context()).ok).toBe(true);
    expect(checkBlock(order({ target: '2001:db8:5::/64' }), context()).ok).toBe(true);
  });

  it.each([
    ['an unverified source', order({ sourceVerified: false }), /not verified/],
    ['no id', order({ id: '' }), /no id/],
    ['no address', order({ target: 'example; flush ruleset' }), /neither an address/],
    ['host bits', order({ target: '198.18.5.1/24' }), /zero host bits/],
    ['a zone', order({ target: 'fe80::1%eth0' }), /neither an address/],
    ['everything', order({ target: '0.0.0.0/0' }), /too wide/],
    ['everything in IPv6', order({ target: '::/0' }), /too wide/],
    ['everything, mapped', order({ target: '::ffff:0:0/96' }), /too wide/],
    ['a wide network', order({ target: '198.18.0.0/16' }), /too wide/],
    ['an own address', order({ target: '198.18.0.1' }), /protected: ours/],
    ['an own address, mapped', order({ target: '::ffff:198.18.0.1' }), /protected: ours/],
    ['an own address, mapped in hexadecimal', order({ target: '::ffff:c612:1' }), /protected: ours/],
    ['an own address, written long', order({ target: '2001:0db8:0000::0001' }), /protected: ours/],
    ['a network around an own address', order({ target: '198.18.0.0/24' }), /protected: ours/],
    ['an IPv6 network around an own address', order({ target: '2001:db8::/64' }), /protected: ours/],
    ['an address in a protected network', order({ target: '10.1.2.3' }), /protected: ours/],
    ['loopback', order({ target: '127.0.0.53' }), /loopback/],
    ['IPv6 loopback', order({ target: '::1' }), /loopback/],
    ['unspecified', order({ target: '0.0.0.0' }), /unspecified/],
    ['broadcast', order({ target: '255.255.255.255' }), /broadcast/],
    ['multicast', order({ target: 'ff02::1' }), /multicast/],
    ['link-local', order({ target: '169.254.1.1' }), /link-local/],
    ['NAT64', order({ target: '64:ff9b::c612:505' }), /NAT64/],
    ['the past', order({ expiresAt: NOW }), /after its time was over/],
    ['too long a time', order({ expiresAt: NOW + 30 * 86_400_000 }), /more than the 604800 s/],
  ])('refuses %s', (_, bad, expected) => {
    expect(reason(checkBlock(bad, context()))).toMatch(expected);
  });

  describe('asks a person', () => {
    const asks = (changes: Partial<BlockOrder>, config: object = {}): readonly string[] => {
      const verdict = checkBlock(order(changes), context({ config: EnforcerConfig.parse(config) }));
      if (!verdict.ok) throw new Error(verdict.reason);
      return verdict.ask;
    };
    const DAY = 86_400_000;

    it('when one kind of evidence is to block a network, or for longer than it may', () => {
      expect(asks({})).toEqual([]);
      expect(asks({ target: '2001:db8:5::/64', evidence: ['decoy'] })).toEqual([]);
      expect(asks({ target: '198.18.5.0/24', evidence: ['decoy', 'decoy'] })).toEqual([
        'one kind of evidence may block one address, not a network',
      ]);
      expect(asks({ target: '198.18.5.0/24', evidence: ['scan'], measure: 'redirect' })).toEqual([
        'one kind of evidence may redirect one address, not a network',
      ]);
      expect(asks({ target: '198.18.5.0/24', evidence: ['decoy', 'log'] })).toEqual([]);
      const strict = { quorum: { oneKind: { maxTtlMs: DAY } } };
      expect(asks({ expiresAt: NOW + 2 * DAY }, strict)).toEqual([
        expect.stringContaining('one kind of evidence may block for 86400 s'),
      ]);
      expect(asks({ expiresAt: NOW + 2 * DAY, evidence: ['scan', 'log'] }, strict)).toEqual([]);
      expect(asks({ evidence: ['scan', 'log'] }, { quorum: { twoKinds: { maxTtlMs: 0 } } })).toHaveLength(1);
    });

    it('when much of what is usual would be cut off, but not for an attacker who is new', () => {
      expect(asks({ traffic: { events: 500, share: 0.2, days: 6 } })).toEqual([
        'it would cut off 20.0 % of the usual traffic (500 events on 6 days)',
      ]);
      expect(asks({ traffic: { events: 500, share: 0.2, days: 6 }, measure: 'rate-limit' })).toEqual([
        expect.stringContaining('it would meet 20.0 %'),
      ]);
      expect(asks({ traffic: { events: 500, share: 0.2, days: 1 } })).toEqual([]);
      expect(asks({ traffic: { events: 5, share: 0.01, days: 6 } })).toEqual([]);
    });
  });

  it('refuses beyond its limits', () => {
    expect(reason(checkBlock(order(), context({ recentOrders: 6000 })))).toMatch(/more than 6000 orders/);
    expect(reason(checkBlock(order(), context({ entries: 200_000 })))).toMatch(/200000 blocks/);
    expect(reason(checkBlock(order(), context({ lanes: 0 })))).toMatch(/switched off/);
  });

  it('never accepts a target that contains or lies in something protected, however it is written', () => {
    const v4 = fc.bigInt({ min: 0n, max: 0xffff_ffffn });
    const v6 = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n });
    // Near what is protected, where mistakes would be.
    const near4 = fc.tuple(
      fc.constantFrom('198.18.0.1', '127.0.0.1', '10.0.0.0', '224.0.0.0'),
      fc.integer({ min: -300, max: 300 }),
    );
    const near6 = fc.tuple(
      fc.constantFrom('2001:db8::1', '::1', 'fe80::', '2001:db8:aaaa::'),
      fc.integer({ min: -300, max: 300 }),
    );
    const shift = ([text, by]: readonly [string, number], bits: bigint): bigint =>
      BigInt.asUintN(Number(bits), (parseAddress(text)?.value ?? 0n) + BigInt(by));
    const address = fc.oneof(
      v4.map((value) => ({ family: 4 as const, value })),
      near4.map((near) => ({ family: 4 as const, value: shift(near, 32n) })),
      v6.map((value) => ({ family: 6 as const, value })),
      near6.map((near) => ({ family: 6 as const, value: shift(near, 128n) })),
    );
    fc.assert(
      fc.property(address, fc.integer({ min: 0, max: 128 }), fc.boolean(), (drawn, bits, mapped) => {
        const width = drawn.family === 4 ? 32 : 128;
        const prefix = Math.min(bits, width);
        const hostBits = BigInt(width - prefix);
        const base = (drawn.value >> hostBits) << hostBits;
        const plain = formatAddress({ family: drawn.family, value: base });
        const target = drawn.family === 4 && mapped ? `::ffff:${plain}/${prefix + 96}` : `${plain}/${prefix}`;
        const verdict = checkBlock(order({ target }), context());
        if (!verdict.ok) return;
        expect(verdict.network.prefix).toBeGreaterThanOrEqual(verdict.network.family === 4 ? 24 : 48);
        for (const asset of assets) {
          const inside = networkContains(verdict.network, { family: asset.network.family, value: asset.network.base });
          const around = networkContains(asset.network, {
            family: verdict.network.family,
            value: verdict.network.base,
          });
          expect(inside || around, `${formatNetwork(verdict.network)} and ${formatNetwork(asset.network)}`).toBe(false);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('accepts no text that is not a network, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 49 }), (target) => {
        const verdict = checkBlock(order({ target }), context());
        expect(verdict.ok && parseNetwork(target) === undefined).toBe(false);
      }),
    );
  });
});
