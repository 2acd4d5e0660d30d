import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FirewalldConfig } from './firewalld.config.ts';
import * as table from './firewalld-table.ts';

const config = FirewalldConfig.parse({ prefixes4: [32], prefixes6: [64] });
const drop = (chain: string, set: string): object => ({
  rule: {
    chain,
    expr: [
      { match: { op: '==', left: { payload: { protocol: 'ip', field: 'saddr' } }, right: `@${set}` } },
      { drop: null },
    ],
  },
});
const listing = (...items: readonly object[]): string => JSON.stringify({ nftables: [{ metainfo: {} }, ...items] });
const CHAINS = ['filter_IN_policy_netsentinel_deny', 'filter_FWD_policy_netsentinel-fwd_deny'];
const complete = ['netsentinel-v4-32', 'netsentinel-v6-64'].flatMap((name) => [
  { set: { name, elem: name.endsWith('32') ? ['198.18.1.1'] : [{ prefix: { addr: '2001:db8::', len: 64 } }] } },
  ...CHAINS.map((chain) => drop(chain, name)),
]);

describe('readTable', () => {
  it('finds our sets, what is in them, and the rules that drop it', () => {
    const read = table.readTable(listing(...complete, { set: { name: 'other', elem: ['10.0.0.1'] } }), 'netsentinel');
    expect(read?.sets).toEqual(
      new Map([
        ['netsentinel-v4-32', new Set(['198.18.1.1'])],
        ['netsentinel-v6-64', new Set(['2001:db8::/64'])],
      ]),
    );
    expect(read?.drops.size).toBe(4);
    expect(read && table.missing(config, read)).toBeUndefined();
  });

  it.each([
    ['a set', complete.slice(1), 'the ipset netsentinel-v4-32 was gone'],
    ['a rule', complete.toSpliced(2, 1), 'the policy netsentinel-fwd did not drop what is in netsentinel-v4-32'],
  ])('says that %s is gone', (_, items, what) => {
    const read = table.readTable(listing(...items), 'netsentinel');
    expect(read && table.missing(config, read)).toBe(what);
  });

  it('reads anything without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        table.readTable(text, 'netsentinel');
        const read = table.readTable(`{"nftables": [${JSON.stringify(text)}, null, 5]}`, 'netsentinel');
        expect(read?.sets.size).toBe(0);
      }),
    );
    expect(table.readTable('Error: No such file or directory', 'netsentinel')).toBeUndefined();
  });
});

describe('definitions', () => {
  it('are one ipset for each prefix length, and a policy that drops what is in any', () => {
    const sets = table.setDefinitions(FirewalldConfig.parse({ prefixes4: [32, 24, 32], prefixes6: [64] }));
    expect(sets.map(({ name }) => name)).toEqual(['netsentinel-v4-32', 'netsentinel-v4-24', 'netsentinel-v6-64']);
    const [input, forward] = table.policyDefinitions(config);
    expect(forward).toMatchObject({ name: 'netsentinel-fwd', egress: 'ANY' });
    expect(table.policyDefinitions(FirewalldConfig.parse({ forward: false }))).toHaveLength(1);
    const settings = input === undefined ? [] : table.policySettings(input, sets);
    expect(settings[0]).toBe('6');
    expect(settings).toContain('rule family="ipv6" source ipset="netsentinel-v6-64" drop');
    expect(sets[2] && table.setSettings(sets[2])).toEqual([
      'netsentinel-v6-64',
      '',
      'NetSentinel',
      'Blocked by NetSentinel',
      'hash:net',
      '1',
      'family',
      'inet6',
      '0',
    ]);
  });
});

it('takes out of a listing what it understands, however odd the rest is', () => {
  const odd = [null, 5, 'x', [], { set: null }, { set: { name: 5 } }, { set: { name: 'a-v4-8', elem: 'x' } }];
  const rules = [{ rule: { chain: 'c', expr: ['drop', null] } }, { rule: { chain: 5, expr: [{ drop: null }] } }];
  const good = { set: { name: 'a-v4-32', elem: ['198.18.0.1', null, { prefix: null }, { prefix: { addr: 5 } }] } };
  const read = table.readTable(JSON.stringify({ nftables: [...odd, ...rules, good] }), 'a');
  expect(read?.sets).toEqual(
    new Map([
      ['a-v4-8', new Set()],
      ['a-v4-32', new Set(['198.18.0.1'])],
    ]),
  );
  expect(read?.drops.size).toBe(0);
});
