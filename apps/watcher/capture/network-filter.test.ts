import { parseNetwork } from '@netsentinel/kernel/address';
import { icmp, ip4, ip6, tcp, udp } from '@netsentinel/sense/watcher/packet.fixture';
import { expect, it } from 'vitest';
import { runFilter, type Around } from '../bpf.fixture.ts';
import { networkFilter } from './network-filter.ts';

const IN: Around = { protocol: 0x0800, packetType: 0, interface: 2 };
const IN_6: Around = { ...IN, protocol: 0x86dd };
const SENT = 4;

const taken = (network: string, packet: Buffer, around: Around, interfaces: readonly number[] = []): boolean =>
  runFilter(networkFilter(parseNetwork(network)!, interfaces), packet, around) > 65_535;

it('takes packets of whatever protocol from and to an address, whole, and those of nobody else', () => {
  const host = '198.18.0.2';
  for (const packet of [
    ip4(6, tcp([1, 2], 0), { from: host }),
    ip4(17, udp([1, 2]), { to: host }),
    ip4(1, icmp(0), { from: host }),
  ])
    expect(taken(host, packet, IN)).toBe(true);
  expect(taken(host, ip4(6, tcp([1, 2], 0), { to: host, fragment: 0x1fff }), { ...IN, packetType: SENT })).toBe(true);
  expect(taken(host, ip4(6, tcp([1, 2], 0), { from: '198.18.0.3', to: '198.18.2.0' }), IN)).toBe(false);
  // The same bytes that are an address elsewhere: of another protocol.
  expect(taken(host, ip4(6, tcp([1, 2], 0), { from: host }), { ...IN, protocol: 0x0806 })).toBe(false);
});

it.each([
  ['198.18.4.0/22', '198.18.7.255', '198.18.8.0'],
  ['10.0.0.0/8', '10.255.1.1', '11.0.0.0'],
  ['2001:db8:1::/48', '2001:db8:1:ffff::9', '2001:db8:2::9'],
  ['2001:db8::8000:0/97', '2001:db8::ffff:1', '2001:db8::7fff:1'],
  ['2001:db8::5', '2001:db8::5', '2001:db8::1:5'],
])('takes %s as far as it reaches', (network, inside, outside) => {
  const six = network.includes(':');
  const packet = (from: string, to: string): Buffer =>
    six ? ip6(17, udp([1, 2]), { from, to }) : ip4(17, udp([1, 2]), { from, to });
  const elsewhere = six ? '2001:dead::1' : '192.0.2.1';
  const around = six ? IN_6 : IN;
  expect(taken(network, packet(inside, elsewhere), around)).toBe(true);
  expect(taken(network, packet(elsewhere, inside), around)).toBe(true);
  expect(taken(network, packet(outside, elsewhere), around)).toBe(false);
  expect(taken(network, packet(elsewhere, outside), around)).toBe(false);
});

it('keeps to the interfaces that are named, and takes what passes loopback once', () => {
  const packet = ip4(17, udp([1, 2]), { from: '127.0.0.1', to: '127.0.0.1' });
  expect(taken('127.0.0.1', packet, { ...IN, interface: 7 }, [3, 7])).toBe(true);
  expect(taken('127.0.0.1', packet, { ...IN, interface: 2 }, [3, 7])).toBe(false);
  expect(taken('127.0.0.1', packet, { ...IN, interface: 1 })).toBe(true);
  expect(taken('127.0.0.1', packet, { ...IN, interface: 1, packetType: SENT })).toBe(false);
});
