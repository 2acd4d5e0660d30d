import { expect, it } from 'vitest';
import * as text from './ovs-topology-text.ts';

it('reads ports as Open vSwitch 3.1 shows them, odd names too', () => {
  const output = `OFPT_FEATURES_REPLY (OF1.5) (xid=0x2): dpid:0000a2fd7ac3174d
n_tables:254, n_buffers:0
OFPST_PORT_DESC reply (OF1.5) (xid=0x3):
 1(eth1): addr:1a:54:30:94:c8:6d
     config:     0
     state:      LIVE
     current:    10GB-FD COPPER
 2("a): addr:\\"\\u001b["): addr:3e:b4:ef:6f:eb:09
     config:     0
     state:      LINK_DOWN
 3(eth3): addr:not:a:mac
     config:     0
 LOCAL(br0): addr:a2:fd:7a:c3:17:4d
     config:     PORT_DOWN
     state:      LIVE
OFPT_GET_CONFIG_REPLY (OF1.5) (xid=0x5): frags=normal miss_send_len=0
`;
  expect(text.readShow(output)).toEqual({
    id: '0000a2fd7ac3174d',
    ports: [
      { number: 1, name: 'eth1', state: 'up', mac: '1a:54:30:94:c8:6d' },
      { number: 2, name: 'a): addr:"\u001b[', state: 'down', mac: '3e:b4:ef:6f:eb:09' },
      { number: 65_534, name: 'br0', state: 'down', mac: 'a2:fd:7a:c3:17:4d' },
    ],
  });
  expect(text.readShow('ovs-ofctl: br7 is not a bridge or a socket')).toBeUndefined();
});

it('reads who was learned where, and how long ago', () => {
  const output = ` port  VLAN  MAC                Age
LOCAL     0  a2:fd:7a:c3:17:4d    1
    3    20  1a:54:30:94:c8:6d  static
    x     0  1a:54:30:94:c8:6e    1
`;
  expect(text.readLearned(output)).toEqual([
    { port: 65_534, mac: 'a2:fd:7a:c3:17:4d', ageS: 1 },
    { port: 3, mac: '1a:54:30:94:c8:6d' },
  ]);
});

it('believes a link only where both ends name each other', () => {
  const list = (peer: string) => ({
    headings: ['name', 'type', 'options'],
    data: [
      ['p0', 'patch', ['map', [['peer', 'p1']]]],
      ['p1', 'patch', ['map', [['peer', peer]]]],
      ['eth1', '', ['map', [['peer', 'p0']]]],
      ['torn'],
    ],
  });
  expect(text.readPatches(list('p0'))).toEqual([['p0', 'p1']]);
  expect(text.readPatches(list('eth1'))).toEqual([]);
  const veth = [{ ifname: 'a', link: 'b' }, { ifname: 'b', link: 'a' }, { ifname: 'c', link: 'a' }, 7];
  expect(text.readInterfaces(veth).pairs).toEqual([['a', 'b']]);
});

it('knows addresses by this machine’s own tables, and controllers by their targets', () => {
  const neighbours = [
    { dst: '198.18.0.3', lladdr: '1a:54:30:94:c8:6e', state: ['REACHABLE'] },
    { dst: 'fe80::1', lladdr: '1a:54:30:94:c8:6e' },
    { dst: '198.18.0.4', state: ['FAILED'] },
  ];
  expect([...text.readNeighbours(neighbours)]).toEqual([['1a:54:30:94:c8:6e', ['198.18.0.3', 'fe80::1']]]);
  const targets = [['tcp:198.18.0.9:6653'], ['ssl:[2001:db8::9]:6653'], ['ptcp:6640'], ['tcp:name:1'], [['set', []]]];
  expect(text.readTargets({ headings: ['target'], data: targets })).toEqual(['198.18.0.9', '2001:db8::9']);
});
