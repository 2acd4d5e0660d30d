import { describe, expect, it } from 'vitest';
import { bytesOf, FLAG, icmp, ip4, ip6, tcp, udp } from '@netsentinel/sense/watcher/packet.fixture';
import { programBytes } from './bpf.ts';
import { runFilter, type Around } from './bpf.fixture.ts';
import { captureFilter, SNAP_BYTES, type CaptureScope } from './capture-filter.ts';

const SCOPE: CaptureScope = {
  interfaces: [],
  addresses: ['192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::2'].map(bytesOf),
  tcpServices: [443],
  udpServices: [53],
  tcpDecoys: [22],
  clientPortsFrom: 32_768,
};
const ARRIVED: Around = { protocol: 0x0800, packetType: 0, interface: 2 };
const SENT: Around = { ...ARRIVED, packetType: 4 };
const OURS = { from: '192.0.2.1', to: '198.51.100.9' };

function takes(packet: Buffer, around: Partial<Around> = {}, scope: Partial<CaptureScope> = {}): boolean {
  const protocol = packet[0]! >> 4 === 6 ? 0x86dd : 0x0800;
  const length = runFilter(captureFilter({ ...SCOPE, ...scope }), packet, { ...ARRIVED, protocol, ...around });
  expect([0, SNAP_BYTES]).toContain(length);
  return length > 0;
}

const PORTS = [40_000, 23] as const;
const syn = tcp(PORTS, FLAG.syn);

describe('the filter', () => {
  it('takes what opens or probes, and nothing of a connection', () => {
    for (const flags of [FLAG.syn, FLAG.fin, 0, FLAG.fin | FLAG.psh | FLAG.urg, FLAG.syn | FLAG.fin]) {
      expect(takes(ip4(6, tcp(PORTS, flags)))).toBe(true);
      expect(takes(ip4(6, tcp(PORTS, flags), { options: 8 }))).toBe(true);
      expect(takes(ip6(6, tcp(PORTS, flags)))).toBe(true);
    }
    for (const flags of [FLAG.ack, FLAG.ack | FLAG.psh, FLAG.fin | FLAG.ack, FLAG.rst, FLAG.syn | FLAG.ack]) {
      expect(takes(ip4(6, tcp(PORTS, flags)))).toBe(false);
      expect(takes(ip6(6, tcp(PORTS, flags)))).toBe(false);
    }
  });

  it('takes what is for the watched addresses, from any interface but loopback', () => {
    for (const to of ['192.0.2.1', '192.0.2.2']) expect(takes(ip4(6, syn, { to }))).toBe(true);
    for (const to of ['2001:db8::1', '2001:db8::2']) expect(takes(ip6(6, syn, { to }))).toBe(true);
    expect(takes(ip4(6, syn, { to: '192.0.2.3' }))).toBe(false);
    expect(takes(ip6(6, syn, { to: '2001:db8::3' }))).toBe(false);
    expect(takes(ip4(6, syn), { interface: 1 })).toBe(false);
    expect(takes(ip4(6, syn), { interface: 1 }, { interfaces: [1, 7] })).toBe(true);
    expect(takes(ip4(6, syn), { interface: 2 }, { interfaces: [1, 7] })).toBe(false);
    // To all, to a group, to another machine.
    for (const packetType of [1, 2, 3]) expect(takes(ip4(6, syn), { packetType })).toBe(false);
    expect(takes(ip4(6, syn), { protocol: 0x0806 })).toBe(false);
  });

  it('takes resets at ports of decoys alone', () => {
    for (const flags of [FLAG.rst, FLAG.rst | FLAG.ack])
      for (const packet of [ip4, ip6]) {
        expect(takes(packet(6, tcp([40_000, 22], flags)))).toBe(true);
        expect(takes(packet(6, tcp([40_000, 23], flags)))).toBe(false);
      }
    expect(takes(ip4(6, tcp([40_000, 22], FLAG.ack)))).toBe(false);
  });

  it('leaves real services alone', () => {
    expect(takes(ip4(6, tcp([40_000, 443], FLAG.syn)))).toBe(false);
    expect(takes(ip6(6, tcp([40_000, 443], FLAG.syn)))).toBe(false);
    expect(takes(ip4(17, udp([40_000, 53])))).toBe(false);
    expect(takes(ip6(17, udp([40_000, 53])))).toBe(false);
  });

  it('takes datagrams, but for what services answer to clients of ours', () => {
    const is = (from: number, to: number): boolean => {
      const four = takes(ip4(17, udp([from, to])));
      expect(takes(ip6(17, udp([from, to])))).toBe(four);
      return four;
    };
    expect(is(40_000, 161)).toBe(true);
    expect(is(53, 161)).toBe(true);
    expect(is(40_000, 50_000)).toBe(true);
    expect(is(443, 50_000)).toBe(false);
  });

  it('takes pings and other questions of ICMP', () => {
    expect([8, 13, 15, 17, 0, 3, 11].map((type) => takes(ip4(1, icmp(type))))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect([128, 129, 135].map((type) => takes(ip6(58, icmp(type))))).toEqual([true, false, false]);
  });

  it('takes pieces of headers, and what hides behind extension headers', () => {
    expect(takes(ip4(6, syn.subarray(0, 8), { fragment: 0x2000 }))).toBe(true);
    expect(takes(ip4(6, syn, { fragment: 0x0001 }))).toBe(false);
    for (const number of [0, 43, 44, 51, 60])
      expect(takes(ip6(6, syn, { extensions: [{ number, bytes: Buffer.alloc(8) }] }))).toBe(true);
  });

  it('takes of what is sent the answers that tell of ports', () => {
    for (const packet of [ip4, ip6]) {
      const place = packet === ip4 ? OURS : { from: '2001:db8::1', to: '2001:db8::9' };
      const sent = (flags: number): boolean =>
        takes(packet(6, tcp([443, 40_000], flags), place), { packetType: SENT.packetType });
      expect([FLAG.syn | FLAG.ack, FLAG.rst].map(sent)).toEqual([true, true]);
      expect([FLAG.syn, FLAG.ack, FLAG.rst | FLAG.ack, FLAG.fin | FLAG.ack, FLAG.psh | FLAG.ack].map(sent)).toEqual(
        Array.from({ length: 5 }, () => false),
      );
    }
    expect(takes(ip4(17, udp([53, 40_000]), OURS), { packetType: SENT.packetType })).toBe(false);
  });

  it('grows with addresses and ports within what the kernel takes', () => {
    const addresses = Array.from({ length: 128 }, (_, i) => bytesOf(`10.0.${i}.1`));
    const six = Array.from({ length: 128 }, (_, i) => bytesOf(`2001:db8::${(i + 1).toString(16)}`));
    const ports = Array.from({ length: 600 }, (_, i) => i + 1);
    const scope = {
      ...SCOPE,
      addresses: [...addresses, ...six],
      tcpServices: ports,
      udpServices: ports,
      tcpDecoys: ports,
    };
    const program = captureFilter(scope);
    expect(program.length).toBeLessThan(4096);
    expect(program.every(({ jt, jf }) => jt <= 255 && jf <= 255)).toBe(true);
    expect(takes(ip4(6, tcp([1, 700], FLAG.syn), { to: '10.0.127.1' }), {}, scope)).toBe(true);
    expect(takes(ip6(6, tcp([1, 700], FLAG.syn), { to: '2001:db8::80' }), {}, scope)).toBe(true);
    expect(takes(ip4(6, syn, { to: '10.0.128.1' }), {}, scope)).toBe(false);
    expect(programBytes(program)).toHaveLength(program.length * 8);
  });
});
