import { formatNetwork, parseNetwork, type Network } from '@netsentinel/kernel/address';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMonitorLine } from './nft-monitor.ts';
import { NftScript } from './nft-script.ts';
import { NftablesConfig } from './nftables.config.ts';

const network = (text: string): Network => {
  const parsed = parseNetwork(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};
const make = (config: object = {}): NftScript => new NftScript(NftablesConfig.parse(config));

describe('NftScript', () => {
  it('adds in one command where nothing is in force yet', () => {
    const used = new Set(['v4_32']);
    const change = { kind: 'block', network: network('198.18.1.1'), remainingMs: 1500.9, renew: false } as const;
    expect(make().changes([change], used)).toEqual([
      'add element inet netsentinel v4_32 { 198.18.1.1 timeout 1500ms }',
    ]);
  });

  it('renews and removes so that neither depends on what is there', () => {
    const used = new Set(['v6_64']);
    const block = { kind: 'block', network: network('2001:db8::/64'), remainingMs: 0.2, renew: true } as const;
    const add = 'add element inet netsentinel v6_64 { 2001:db8:: timeout 1ms }';
    const remove = 'delete element inet netsentinel v6_64 { 2001:db8:: }';
    expect(make().changes([block], used)).toEqual([add, remove, add]);
    expect(make().changes([{ kind: 'unblock', network: block.network }], used)).toEqual([
      'add element inet netsentinel v6_64 { 2001:db8:: timeout 1000ms }',
      remove,
    ]);
  });

  it('makes a set and its rules the first time that a prefix length is used', () => {
    const used = new Set<string>();
    const block = { kind: 'block', network: network('198.18.1.0/24'), remainingMs: 1000, renew: false } as const;
    const script = make({ hook: 'input-forward', table: 'house', setSize: 2048 });
    expect(script.changes([block], used)).toEqual([
      'add set inet house v4_24 { type ipv4_addr; flags timeout; size 2048; }',
      'add rule inet house input ip saddr & 255.255.255.0 @v4_24 counter drop',
      'add rule inet house forward ip saddr & 255.255.255.0 @v4_24 counter drop',
      'add element inet house v4_24 { 198.18.1.0 timeout 1000ms }',
    ]);
    expect(script.changes([block], used)).toHaveLength(1);
  });

  it('rebuilds in one script that begins with removal and holds every entry once', () => {
    const used = new Set<string>(['forgotten']);
    const entries = Array.from({ length: 2500 }, (_, i) => ({
      network: { family: 4 as const, base: 0xc612_0000n + BigInt(i), prefix: 32 },
      remainingMs: 1000 + i,
    }));
    const lines = make().rebuild(entries, used);
    expect(lines.slice(0, 3)).toEqual([
      'add table inet netsentinel',
      'delete table inet netsentinel',
      'add table inet netsentinel',
    ]);
    expect(lines).toContain(
      'add chain inet netsentinel prerouting { type filter hook prerouting priority -310; policy accept; }',
    );
    expect(lines.join(' ').match(/ timeout \d+ms/g)).toHaveLength(2500);
    expect(lines.filter((line) => line.startsWith('add element'))).toHaveLength(3);
    expect([...used]).toEqual(['v4_32', 'v6_128', 'v6_64']);
  });

  it('never writes anything but what it renders from numbers', () => {
    const drawn = fc.oneof(
      fc.tuple(fc.constant(4 as const), fc.bigInt({ min: 0n, max: 0xffff_ffffn }), fc.integer({ min: 8, max: 32 })),
      fc.tuple(
        fc.constant(6 as const),
        fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
        fc.integer({ min: 16, max: 128 }),
      ),
    );
    fc.assert(
      fc.property(drawn, fc.double({ min: 0, max: 1e12, noNaN: true }), ([family, value, prefix], remainingMs) => {
        const hostBits = BigInt((family === 4 ? 32 : 128) - prefix);
        const one: Network = { family, base: (value >> hostBits) << hostBits, prefix };
        const lines = make().changes([{ kind: 'block', network: one, remainingMs, renew: true }], new Set());
        for (const line of lines)
          expect(line).toMatch(/^(add|delete) (set|rule|element) inet netsentinel [a-z0-9_]+[ a-z0-9_.:@&{};]*$/);
        // What the kernel would report for it is understood again as the same network.
        const event = parseMonitorLine(lines.at(-1) ?? '', 'netsentinel');
        expect(event).toMatchObject({ kind: 'element', op: 'add', set: `v${family}_${prefix}` });
        const [reported] = event?.kind === 'element' ? event.elements : [];
        expect(formatNetwork(network(`${reported}/${prefix}`))).toBe(formatNetwork(one));
      }),
    );
  });
});

describe('parseMonitorLine', () => {
  it.each([
    [
      'add element inet netsentinel v4_32 { 198.18.0.1 timeout 1m expires 1m }',
      { kind: 'element', op: 'add', set: 'v4_32', elements: ['198.18.0.1'] },
    ],
    [
      'delete element inet netsentinel v6_64 { 2001:db8:: timeout 1m expires 59s, 2001:db8:1:: }',
      { kind: 'element', op: 'delete', set: 'v6_64', elements: ['2001:db8::', '2001:db8:1::'] },
    ],
    ['delete table inet netsentinel', { kind: 'structure', op: 'delete' }],
    ['delete rule inet netsentinel prerouting handle 5', { kind: 'structure', op: 'delete' }],
    ['add set inet netsentinel v4_24 { type ipv4_addr; flags timeout; } ', { kind: 'structure', op: 'add' }],
    ['# new generation 12 by process 34 (nft)', { kind: 'generation' }],
    ['# ERROR: We lost some netlink events!', { kind: 'lost' }],
    ['add element inet other v4_32 { 198.18.0.1 }', undefined],
    ['add element ip netsentinel v4_32 { 198.18.0.1 }', undefined],
    ['delete table inet netsentinel2', undefined],
    ['add element inet netsentinel v4_32', undefined],
    ['', undefined],
  ])('reads %j', (line, expected) => {
    expect(parseMonitorLine(line, 'netsentinel')).toEqual(expected);
  });

  it('answers any line without throwing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const event = parseMonitorLine(`add element inet netsentinel ${text}`, 'netsentinel');
        expect(event?.kind ?? 'element').toBe('element');
      }),
    );
  });
});
