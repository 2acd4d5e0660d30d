import { describe, expect, it } from 'vitest';
import { FLAG, icmp, ip4, ip6, tcp, udp } from './packet.fixture.ts';
import { readPacket } from './packet.ts';

const PORTS = [40_000, 443] as const;
/** What Linux offers: segment size, selective acknowledgements, timestamps, window scale. */
const STACK = [2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7];
/** What nmap offers. */
const SIZE_ALONE = [2, 4, 5, 0xb4];

const kindOf = (packet: Buffer): string | undefined => {
  const sight = readPacket(packet, false);
  return sight?.t === 'probe' ? sight.kind : undefined;
};

describe('an incoming packet', () => {
  it.each([
    ['syn', FLAG.syn, SIZE_ALONE],
    ['syn', FLAG.syn, []],
    // With congestion notification asked for, as nmap does where it looks for the system.
    ['syn', FLAG.syn | 0xc0, SIZE_ALONE],
    ['connect', FLAG.syn, STACK],
    ['fin', FLAG.fin, []],
    ['null', 0, []],
    ['xmas', FLAG.fin | FLAG.psh | FLAG.urg, []],
    ['odd', FLAG.syn | FLAG.fin, []],
    ['odd', FLAG.urg, []],
    [undefined, FLAG.syn | FLAG.ack, STACK],
    [undefined, FLAG.ack, []],
    [undefined, FLAG.rst, []],
    [undefined, FLAG.fin | FLAG.ack, []],
  ])('is %s by its flags %i', (kind, flags, options) => {
    expect(kindOf(ip4(6, tcp(PORTS, flags, options)))).toBe(kind);
    expect(kindOf(ip6(6, tcp(PORTS, flags, options)))).toBe(kind);
  });

  it('is a reset of who gives up a connection', () => {
    for (const flags of [FLAG.rst, FLAG.rst | FLAG.ack])
      expect(readPacket(ip4(6, tcp(PORTS, flags)), false)).toEqual({
        t: 'reset',
        source: '198.51.100.9',
        sourcePort: 40_000,
        target: '192.0.2.1',
        port: 443,
      });
  });

  it('tells who asked whom for what, behind options of IPv4', () => {
    expect(readPacket(ip4(6, tcp(PORTS, FLAG.syn), { options: 24 }), false)).toEqual({
      t: 'probe',
      kind: 'syn',
      source: '198.51.100.9',
      sourcePort: 40_000,
      target: '192.0.2.1',
      port: 443,
    });
    expect(readPacket(ip4(17, udp([5353, 161])), false)).toMatchObject({ kind: 'udp', port: 161 });
  });

  it('is found behind the extension headers of IPv6', () => {
    const options = { number: 60, bytes: Buffer.alloc(16).fill(1, 1, 2) };
    const hopByHop = { number: 0, bytes: Buffer.alloc(8) };
    const authentication = { number: 51, bytes: Buffer.alloc(24).fill(4, 1, 2) };
    const whole = { number: 44, bytes: Buffer.alloc(8) };
    const packet = ip6(6, tcp(PORTS, FLAG.fin), { extensions: [hopByHop, options, authentication, whole] });
    expect(readPacket(packet, false)).toMatchObject({
      kind: 'fin',
      source: '2001:db8::9',
      target: '2001:db8::1',
      port: 443,
    });
    const many = Array.from({ length: 9 }, () => hopByHop);
    expect(readPacket(ip6(6, tcp(PORTS, FLAG.fin), { extensions: many }), false)).toBeUndefined();
  });

  it('is a scan in fragments where a header comes in pieces; later pieces tell nothing', () => {
    const MORE = 0x2000;
    expect(kindOf(ip4(6, tcp(PORTS, FLAG.syn).subarray(0, 8), { fragment: MORE }))).toBe('fragment');
    expect(kindOf(ip4(6, tcp(PORTS, FLAG.syn), { fragment: MORE }))).toBe('syn');
    expect(kindOf(ip4(6, tcp(PORTS, FLAG.syn), { fragment: 1 }))).toBeUndefined();
    expect(kindOf(ip4(6, tcp(PORTS, FLAG.syn).subarray(0, 8)))).toBeUndefined();
    const first = { number: 44, bytes: Buffer.from([0, 0, 0, 1, 0, 0, 0, 7]) };
    const later = { number: 44, bytes: Buffer.from([0, 0, 0, 9, 0, 0, 0, 7]) };
    const piece = tcp(PORTS, FLAG.syn).subarray(0, 8);
    expect(kindOf(ip6(6, piece, { extensions: [first] }))).toBe('fragment');
    expect(kindOf(ip6(6, piece, { extensions: [later] }))).toBeUndefined();
  });

  it('is a ping by what ICMP asks, and none by what it answers', () => {
    expect([8, 13, 15, 17, 0, 3, 14].map((type) => kindOf(ip4(1, icmp(type))))).toEqual([
      'echo',
      'timestamp',
      'timestamp',
      'timestamp',
      undefined,
      undefined,
      undefined,
    ]);
    expect([128, 129, 135, 8].map((type) => kindOf(ip6(58, icmp(type))))).toEqual([
      'echo',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is nothing where it is cut short, contradicts itself or carries something else', () => {
    const whole = ip4(6, tcp(PORTS, FLAG.syn));
    for (let length = 0; length < 40; length++) expect(readPacket(whole.subarray(0, length), false)).toBeUndefined();
    const long = ip6(17, udp(PORTS));
    for (let length = 0; length < long.length; length++)
      expect(readPacket(long.subarray(0, length), false)).toBeUndefined();
    const lying = Buffer.from(whole);
    lying[0] = 0x41;
    expect(readPacket(lying, false)).toBeUndefined();
    expect(readPacket(ip4(47, tcp(PORTS, FLAG.syn)), false)).toBeUndefined();
    expect(readPacket(Buffer.alloc(64, 0x55), false)).toBeUndefined();
  });
});

describe('a packet of ours', () => {
  it('tells of a port that is served, and of a segment that belonged to nothing', () => {
    const ours = { from: '192.0.2.1', to: '198.51.100.9' };
    expect(readPacket(ip4(6, tcp([443, 40_000], FLAG.syn | FLAG.ack), ours), true)).toEqual({
      t: 'served',
      address: '192.0.2.1',
      port: 443,
    });
    expect(readPacket(ip4(6, tcp([80, 40_000], FLAG.rst), ours), true)).toEqual({
      t: 'probe',
      kind: 'ack',
      source: '198.51.100.9',
      sourcePort: 40_000,
      target: '192.0.2.1',
      port: 80,
    });
    for (const flags of [FLAG.rst | FLAG.ack, FLAG.ack, FLAG.syn])
      expect(readPacket(ip4(6, tcp([80, 40_000], flags), ours), true)).toBeUndefined();
    expect(readPacket(ip4(17, udp([53, 40_000]), ours), true)).toBeUndefined();
  });
});
