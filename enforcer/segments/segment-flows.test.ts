import { networkContains, parseAddress, type Address } from '@netsentinel/kernel/address';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flow, PortBits } from '../openflow/flow.types.ts';
import { CheckedSegmentFile, parseTraffic } from './segment-file.ts';
import { portBits, segmentFlows, type SegmentMeans } from './segment-flows.ts';

const MEANS: SegmentMeans = { onward: { kind: 'normal' }, words: { portMasks: true, acknowledges: true } };
const PLAIN: SegmentMeans = { onward: { kind: 'normal' }, words: { portMasks: false, acknowledges: false } };

interface Packet {
  readonly src: Address;
  readonly dst: Address;
  readonly srcMac: string;
  readonly dstMac: string;
  readonly kind: 'tcp' | 'udp' | 'icmp' | 'other';
  readonly srcPort: number;
  readonly dstPort: number;
  /** Of TCP: ACK is set. */
  readonly ack: boolean;
  readonly type: number;
}

const bits = (want: PortBits | undefined, port: number): boolean =>
  want === undefined || (port & want.mask) === (want.port & want.mask);

function meets(flow: Flow, packet: Packet): boolean {
  const { protocol } = flow;
  const ends = [
    flow.src === undefined || networkContains(flow.src, packet.src),
    flow.dst === undefined || networkContains(flow.dst, packet.dst),
    flow.srcMac === undefined || flow.srcMac === packet.srcMac,
    flow.dstMac === undefined || flow.dstMac === packet.dstMac,
    flow.family === packet.src.family,
  ];
  if (ends.includes(false) || (protocol !== undefined && protocol.kind !== packet.kind)) return false;
  if (protocol?.kind === 'icmp') return protocol.type === packet.type;
  if (protocol === undefined) return true;
  return (
    bits(protocol.srcPort, packet.srcPort) &&
    bits(protocol.dstPort, packet.dstPort) &&
    (protocol.acknowledges !== true || packet.ack)
  );
}

/** As a switch would: the highest that is met; what meets none is none of our business. */
function fate(flows: readonly Flow[], packet: Packet): 'passes' | 'dropped' | 'untouched' {
  const met = flows.filter((flow) => meets(flow, packet)).toSorted((a, b) => b.above - a.above)[0];
  return met === undefined ? 'untouched' : met.actions.length === 0 ? 'dropped' : 'passes';
}

const flowsOf = (file: object, means = MEANS): readonly Flow[] => {
  const planned = segmentFlows(CheckedSegmentFile.parse(file), means);
  if (!planned.ok) throw new Error(planned.error);
  return planned.value;
};

const address = (text: string): Address => parseAddress(text) ?? { family: 4, value: 0n };
const macOf = (ip: Address): string => `02:00:00:00:00:${(ip.value & 0xffn).toString(16).padStart(2, '0')}`;
const packet = (src: string, dst: string, rest: Partial<Packet> = {}): Packet => ({
  src: address(src),
  dst: address(dst),
  srcMac: macOf(address(src)),
  dstMac: macOf(address(dst)),
  kind: 'tcp',
  srcPort: 4e4,
  dstPort: 443,
  ack: false,
  type: 0,
  ...rest,
});

const SHOP = {
  always: ['198.18.9.9'],
  segments: [
    {
      name: 'office',
      members: ['198.18.1.0/24', '2001:db8:1::/48'],
      may: [{ to: 'servers', traffic: ['tcp/443', 'ping', 'udp/53'] }],
    },
    { name: 'servers', members: ['198.18.2.0/24', '2001:db8:2::/48'] },
    { name: 'cameras', members: ['02:00:00:00:00:07'], may: [{ to: 'servers', traffic: ['tcp/8000-8010'] }] },
  ],
};

describe('the flows of segments', () => {
  it('let through what one side may begin, and the answers to it', () => {
    const flows = flowsOf(SHOP);
    const [office, server, camera] = ['198.18.1.5', '198.18.2.5', '198.18.3.7'];
    const answer = { srcPort: 443, dstPort: 40_000 };
    expect(fate(flows, packet(office, server))).toBe('passes');
    expect(fate(flows, packet(server, office, { ...answer, ack: true }))).toBe('passes');
    // Nobody begins a connection from the port that answers.
    expect(fate(flows, packet(server, office, answer))).toBe('dropped');
    expect(fate(flows, packet(server, office, { ack: true }))).toBe('dropped');
    expect(fate(flows, packet(office, server, { dstPort: 22 }))).toBe('dropped');
    expect(fate(flows, packet(office, server, { kind: 'icmp', type: 8 }))).toBe('passes');
    expect(fate(flows, packet(server, office, { kind: 'icmp', type: 0 }))).toBe('passes');
    expect(fate(flows, packet(server, office, { kind: 'icmp', type: 8 }))).toBe('dropped');
    expect(fate(flows, packet(office, server, { kind: 'udp', dstPort: 53 }))).toBe('passes');
    expect(fate(flows, packet(camera, server, { dstPort: 8010 }))).toBe('passes');
    expect(fate(flows, packet(camera, server, { dstPort: 8011 }))).toBe('dropped');
    expect(fate(flows, packet(camera, office))).toBe('dropped');
  });

  it('leave a segment’s inside, strangers and neighbour discovery alone', () => {
    const flows = flowsOf(SHOP);
    expect(fate(flows, packet('198.18.1.5', '198.18.1.6'))).toBe('untouched');
    expect(fate(flows, packet('198.18.1.5', '203.0.113.1'))).toBe('untouched');
    expect(fate(flows, packet('198.18.3.7', '203.0.113.1'))).toBe('untouched');
    const [office, server] = ['2001:db8:1::5', '2001:db8:2::5'];
    expect(fate(flows, packet(office, server, { dstPort: 22 }))).toBe('dropped');
    expect(fate(flows, packet(office, server, { kind: 'icmp', type: 135 }))).toBe('passes');
    expect(fate(flows, packet(server, office, { kind: 'icmp', type: 136 }))).toBe('passes');
    // No packet has both families, so no flow has either.
    expect(flows.filter(({ src, dst }) => src && dst && src.family !== dst.family)).toEqual([]);
  });

  it('drop nothing where everything may pass, and nothing from and to those that are always reached', () => {
    const open = {
      segments: [
        { ...SHOP.segments[1] },
        { name: 'office', members: ['198.18.1.0/24'], may: [{ to: 'servers', traffic: ['any'] }] },
      ],
    };
    expect(flowsOf(open)).toEqual([]);
    const inside = { ...SHOP, always: ['198.18.2.1'] };
    expect(fate(flowsOf(inside), packet('198.18.2.1', '198.18.1.5', { dstPort: 22 }))).toBe('passes');
    expect(fate(flowsOf(inside), packet('198.18.1.5', '198.18.2.1', { dstPort: 22 }))).toBe('passes');
    expect(fate(flowsOf(inside), packet('198.18.1.5', '198.18.2.2', { dstPort: 22 }))).toBe('dropped');
  });

  it('say ranges port by port where a controller knows no others, and refuse what that makes too many', () => {
    const plain = flowsOf(SHOP, PLAIN);
    const ports = plain.flatMap(({ protocol }) =>
      protocol?.kind === 'tcp' && protocol.dstPort ? [protocol.dstPort] : [],
    );
    expect(ports.every(({ mask }) => mask === 0xffff)).toBe(true);
    expect(fate(plain, packet('198.18.3.7', '198.18.2.5', { dstPort: 8010 }))).toBe('passes');
    const [one, ...rest] = SHOP.segments;
    const wide = { segments: [{ ...one, may: [{ to: 'servers', traffic: ['tcp/1024-65535'] }] }, ...rest] };
    expect(segmentFlows(CheckedSegmentFile.parse(wide), PLAIN)).toMatchObject({
      ok: false,
      error: expect.stringContaining('tcp/1024-65535'),
    });
    const hosts = (third: number): string[] => Array.from({ length: 200 }, (_, i) => `198.18.${third}.${i}`);
    const many = { segments: [1, 2].map((third) => ({ name: `s${third}`, members: hosts(third) })) };
    expect(segmentFlows(CheckedSegmentFile.parse(many), MEANS)).toMatchObject({
      ok: false,
      error: expect.stringContaining('10000 flows'),
    });
  });

  it('cover each range with blocks that hold its ports and no others', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 65_535 }),
        fc.integer({ min: 0, max: 70_000 }),
        fc.integer({ min: 0, max: 65_535 }),
        (first, more, port) => {
          const range = { first, last: Math.min(65_535, first + more) };
          const blocks = portBits(range, MEANS.words);
          expect(blocks.length).toBeLessThanOrEqual(32);
          expect(blocks.some((block) => bits(block, port))).toBe(port >= range.first && port <= range.last);
        },
      ),
    );
  });

  it('do with any packet what the file says', () => {
    const traffic = fc.subarray(['any', 'ping', 'tcp/443', 'udp', 'tcp/22-25'], { minLength: 1, maxLength: 3 });
    const names = ['a', 'b', 'c'] as const;
    const files = fc.tuple(
      ...names.map((name) =>
        fc.array(fc.record({ to: fc.constantFrom(...names.filter((one) => one !== name)), traffic }), { maxLength: 2 }),
      ),
    );
    const packets = fc.record({
      from: fc.nat(4),
      to: fc.nat(4),
      kind: fc.constantFrom('tcp', 'udp', 'icmp', 'other'),
      ack: fc.boolean(),
      srcPort: fc.constantFrom(21, 22, 25, 443, 9999),
      dstPort: fc.constantFrom(21, 22, 25, 443, 9999),
      type: fc.constantFrom(0, 3, 8),
    });
    fc.assert(
      fc.property(files, fc.array(packets, { maxLength: 30 }), (may, all) => {
        const segments = names.map((name, i) => ({
          name,
          members: i === 2 ? ['02:00:00:00:00:03'] : [`198.18.${i + 1}.0/24`],
          may: may[i],
        }));
        const flows = flowsOf({ segments });
        for (const { from, to, ...rest } of all) {
          const [src, dst] = [from, to].map((i) => `198.18.${i + 1}.${i + 1}`) as [string, string];
          const [there, back] = [permitted(segments, from, to), permitted(segments, to, from)];
          const sent = packet(src, dst, rest);
          const free = from === to || from > 2 || to > 2 || [...there, ...back].some(({ kind }) => kind === 'any');
          const begins = there.some((one) => allows(one, sent, false));
          const answers = back.some((one) => allows(one, sent, true));
          expect(fate(flows, sent)).toBe(free ? 'untouched' : begins || answers ? 'passes' : 'dropped');
        }
      }),
      { numRuns: 300 },
    );
  });
});

type Permitted = NonNullable<ReturnType<typeof parseTraffic>>;

function permitted(
  segments: readonly {
    readonly name: string;
    readonly may: readonly { to: string; traffic: string[] }[] | undefined;
  }[],
  from: number,
  to: number,
): Permitted[] {
  const may = (segments[from]?.may ?? []).filter((one) => one.to === segments[to]?.name);
  return may.flatMap(({ traffic }) => traffic.flatMap((text) => parseTraffic(text) ?? []));
}

function allows(one: Permitted, sent: Packet, isAnswer: boolean): boolean {
  if (one.kind === 'any') return true;
  if (one.kind === 'ping') return sent.kind === 'icmp' && sent.type === (isAnswer ? 0 : 8);
  const port = isAnswer ? sent.srcPort : sent.dstPort;
  return (
    sent.kind === one.kind && port >= one.first && port <= one.last && (!isAnswer || one.kind === 'udp' || sent.ack)
  );
}
