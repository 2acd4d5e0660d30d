import { parseNetwork } from '@netsentinel/kernel/address';
import { describe, expect, it } from 'vitest';
import type { Flow } from '../../openflow/flow.types.ts';
import { OpenvswitchConfig } from './openvswitch.config.ts';
import { bundleText, flowKey, readCount, readFlows, readStranger } from './ovs-flow-text.ts';

const mark = { cookie: '0x4e53', table: 0, priority: 60_000 };
const network = parseNetwork('198.18.2.0/24') ?? { family: 4 as const, base: 0n, prefix: 32 };
const flow: Flow = { family: 4, src: network, above: 0, actions: [] };

describe('flows as ovs-ofctl writes them', () => {
  it('are made with an end, and found again by match, priority and cookie', () => {
    expect(
      bundleText(
        [
          { kind: 'add', flow, seconds: 60 },
          { kind: 'delete', flow },
        ],
        mark,
      ),
    ).toBe(
      'add cookie=0x4e53,hard_timeout=60,table=0,priority=60000,ip,nw_src=198.18.2.0/24,actions=drop\n' +
        'delete_strict cookie=0x4e53/-1,table=0,priority=60000,ip,nw_src=198.18.2.0/24\n',
    );
  });

  it.each([
    ['OpenFlow 1.4', 'hard_timeout=60, priority=60000,ip,nw_src=198.18.2.0/24 actions=drop'],
    ['OpenFlow 1.5', 'hard_timeout=60, idle_age=0, priority=60000,ip,nw_src=198.18.2.0/24 actions=drop'],
    ['flags', 'hard_timeout=60, send_flow_rem importance=4, priority=60000,ip,nw_src=198.18.2.0/24 actions=drop'],
  ])('are read with the time that is left: %s', (_, line) => {
    const facts = ' cookie=0x4e53, duration=1.5s, table=0, n_packets=0, n_bytes=0';
    expect([...readFlows(`OFPST_FLOW reply (OF1.4) (xid=0x2):\n${facts}, ${line}\n`)]).toEqual([
      [flowKey(flow, mark), 58_500],
    ]);
  });

  it('are told from those without an end, with other actions, or with the priority that is left out', () => {
    const read = readFlows(
      [
        ' cookie=0x4e53, duration=1s, table=0, priority=60000,ip,nw_src=198.18.2.0/24 actions=NORMAL',
        ' cookie=0x4e53, duration=1s, table=0, n_packets=0, n_bytes=0, ip,nw_src=198.18.2.0/24 actions=drop',
        ' cookie=0x4e53, duration=1s, table=2, n_packets=0, n_bytes=0, priority=9 actions=NORMAL,output:1',
      ].join('\n'),
    );
    expect(read.has(flowKey(flow, mark))).toBe(false);
    expect(read.has(flowKey(flow, { ...mark, priority: 32_768 }))).toBe(true);
    expect([...read.values()]).toEqual([Infinity, Infinity, Infinity]);
  });

  // As Open vSwitch 3.1 lists them: `ovs-ofctl parse-flow` shows the same without a switch.
  it.each<[string, Partial<Flow>]>([
    [
      'ct_state=+new+trk,ct_zone=77,tcp,nw_src=198.18.2.0/24,tp_dst=22,tcp_flags=-fin+syn-rst-ack actions=set_field:02:00:00:00:00:0d->eth_dst,ct(commit,zone=77,nat(dst=198.18.0.13:2222)),NORMAL',
      {
        tracked: 'new',
        protocol: { kind: 'tcp', dstPort: { port: 22, mask: 0xffff }, begins: true },
        actions: [
          { kind: 'to-mac', mac: '02:00:00:00:00:0d' },
          { kind: 'divert', address: { family: 4, value: 0xc612000dn }, port: 2222 },
          { kind: 'normal' },
        ],
      },
    ],
    [
      'ct_state=+new+trk,ct_zone=77,udp6,ipv6_src=2001:db8::/64,tp_dst=53 actions=ct(commit,table=7,zone=77,nat(dst=[2001:db8::d]:53))',
      {
        family: 6,
        src: parseNetwork('2001:db8::/64') ?? network,
        tracked: 'new',
        protocol: { kind: 'udp', dstPort: { port: 53, mask: 0xffff } },
        actions: [{ kind: 'divert', address: { family: 6, value: (0x2001_0db8n << 96n) + 0xdn }, port: 53, table: 7 }],
      },
    ],
    [
      'ct_state=+rpl+trk,ct_zone=77,ip,nw_src=198.18.2.0/24 actions=NORMAL',
      { tracked: 'answer', actions: [{ kind: 'normal' }] },
    ],
    ['ct_state=+trk,ct_zone=77,ip,nw_src=198.18.2.0/24 actions=drop', { tracked: 'any' }],
    ['ip,nw_src=198.18.2.0/24,nw_frag=yes actions=drop', { fragment: true }],
    [
      'icmp,nw_src=198.18.2.0/24 actions=ct(table=0,zone=77,nat)',
      { protocol: { kind: 'icmp' }, actions: [{ kind: 'track' }] },
    ],
  ])('track connections in our zone: %s', (text, rest) => {
    expect(flowKey({ ...flow, ...rest }, { ...mark, zone: 77 })).toBe(`table=0,priority=60000,${text}`);
  });

  it('are counted, and those of others at our priority found', () => {
    expect(readCount('OFPST_AGGREGATE reply (OF1.4) (xid=0x6): packet_count=0 byte_count=0 flow_count=3\n')).toBe(3);
    expect(readCount('nonsense')).toBeUndefined();
    const listing = [
      ' cookie=0x4e53, duration=1s, table=0, priority=60000,ip,nw_src=198.18.0.2 actions=drop',
      ' cookie=0x77, duration=1s, table=0, priority=59999,ip actions=drop',
    ].join('\n');
    expect(readStranger(listing, new Set([60_000]), '0x4e53')).toBeUndefined();
    expect(readStranger(listing, new Set([59_999]), '0x4e53')).toBe('priority=59999,ip actions=drop');
  });
});

it.each([['br0; rm -rf /'], ['-O'], ['unix:relative'], ['tcp:host'], ['ssl:host:6653']])(
  'takes no switch %s',
  (text) => {
    expect(OpenvswitchConfig.safeParse({ bridges: [text] }).success).toBe(false);
  },
);
it.each([['br-int'], ['unix:/run/openvswitch/br0.mgmt'], ['tcp:198.18.0.1:6654'], ['tcp:[2001:db8::1]:6654']])(
  'takes the switch %s',
  (text) => expect(OpenvswitchConfig.safeParse({ bridges: [text] }).success).toBe(true),
);

it('reads listings that hold what is no number: nobody’s cookie, and a flow that is made anew', () => {
  const odd = ' cookie=0xzz, duration=soon, table=0, hard_timeout=x, priority=9,ip,nw_src=198.18.0.1 actions=drop\n';
  expect(readStranger(odd, new Set([9]), '0x4e53')).toBe('priority=9,ip,nw_src=198.18.0.1 actions=drop');
  expect([...readFlows(odd).values()]).toEqual([0]);
});

const REDIRECT = { tcp: { 22: 2222 }, to: ['198.18.0.13'] };
it.each([
  [{ ...REDIRECT, to: [] }],
  [{ ...REDIRECT, to: ['198.18.0.13', '198.18.0.14'] }],
  [{ ...REDIRECT, to: ['127.0.0.1'] }],
  [{ to: ['198.18.0.13'] }],
  [{ ...REDIRECT, tcp: { 22: 80, 80: 8080 } }],
  [{ ...REDIRECT, mac: 'ff:ff:ff:ff:ff:ff' }],
  [{ ...REDIRECT, mac: '02:00:00:00:00:0d->eth_dst,drop' }],
  [{ ...REDIRECT, zone: 0 }],
])('redirects not by %j', (redirect) => expect(OpenvswitchConfig.safeParse({ redirect }).success).toBe(false));
it.each([[REDIRECT], [{ tcp: { 22: 22, 80: 22 }, to: ['2001:db8::d'], mac: '02:00:00:00:00:0d' }]])(
  'redirects by %j',
  (redirect) => expect(OpenvswitchConfig.safeParse({ redirect }).success).toBe(true),
);
