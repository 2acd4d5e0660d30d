import type { TopologyHost } from '@netsentinel/contracts/topology';
import { parseNetwork } from '@netsentinel/kernel/address';
import { describe, expect, it } from 'vitest';
import { CheckedSegmentFile } from './segment-file.ts';
import { cutOff, hostsOutside, withoutPorts } from './segment-members.ts';

const problems = (file: object): string[] => {
  const read = CheckedSegmentFile.safeParse(file);
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};
const two = (first: string[], second: string[], may: object[] = []) => ({
  segments: [
    { name: 'one', members: first, may },
    { name: 'two', members: second },
  ],
});

describe('a segment file', () => {
  it.each([
    [
      'the same hosts in two segments',
      two(['198.18.0.0/16'], ['198.18.2.0/24']),
      'segments.1.members.0: It shares hosts with 198.18.0.0/16 of segment one',
    ],
    [
      'a host twice by its hardware address',
      two(['02:00:00:00:00:0A'], ['02:00:00:00:00:0a']),
      'segments.1.members.0: It shares',
    ],
    [
      'a group’s hardware address',
      two(['01:00:5e:00:00:01'], ['198.18.2.0/24']),
      'segments.0.members.0: Not a network',
    ],
    ['host bits', two(['198.18.1.1/24'], ['198.18.2.0/24']), 'segments.0.members.0: Not a network'],
    [
      'a segment that is not there',
      two(['198.18.1.0/24'], ['198.18.2.0/24'], [{ to: 'six', traffic: ['any'] }]),
      'segments.0.may.0.to: There is no segment six',
    ],
    [
      'a segment that names itself',
      two(['198.18.1.0/24'], ['198.18.2.0/24'], [{ to: 'one', traffic: ['any'] }]),
      'segments.0.may.0.to: Within a segment',
    ],
    [
      'a range that ends before it begins',
      two(['198.18.1.0/24'], ['198.18.2.0/24'], [{ to: 'two', traffic: ['tcp/9-8'] }]),
      'segments.0.may.0.traffic.0: Ports are',
    ],
    [
      'a port that is none',
      two(['198.18.1.0/24'], ['198.18.2.0/24'], [{ to: 'two', traffic: ['tcp/65536'] }]),
      'segments.0.may.0.traffic.0: Ports are',
    ],
    [
      'a name twice',
      {
        segments: [
          { name: 'a', members: ['198.18.1.1'] },
          { name: 'a', members: ['198.18.1.2'] },
        ],
      },
      'segments.1.name: Two segments',
    ],
    ['a key that is unknown', { segment: [] }, ': Unrecognized key'],
  ])('is refused for %s', (_, file, problem) => {
    expect(problems(file).some((one) => one.startsWith(problem))).toBe(true);
  });

  it('may name hosts twice within one segment, and nobody at all', () => {
    expect(problems(two(['198.18.1.0/24', '198.18.1.1'], ['2001:db8::/32', 'br0:eth1']))).toEqual([]);
    expect(problems({ segments: [] })).toEqual([]);
  });
});

describe('segments and the hosts that there are', () => {
  const host = (mac: string, address: string, port: string): TopologyHost => ({
    mac,
    addresses: [address],
    at: { switch: 'br0', port },
  });
  const [first, second, third] = ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03'] as const;
  const port = (number: number, name: string) => ({ number, name, state: 'up' as const });
  const known = {
    switches: [
      {
        id: '0000000000001e57',
        name: 'br0',
        responder: 'openvswitch',
        ports: [port(1, 'eth1'), port(2, 'eth2')],
        lacks: [],
      },
    ],
    hosts: [host(first, '198.18.1.1', 'eth1'), host(second, '198.18.2.2', 'eth2'), host(third, '198.18.3.3', 'eth1')],
  };
  const file = (segments: ReturnType<typeof two>, always: string[] = []) =>
    CheckedSegmentFile.parse({ ...segments, always });

  it.each(['br0:eth1', 'br0:1', '0000000000001e57:eth1'])('stand for whoever is seen at %s', (text) => {
    const read = withoutPorts(file(two([text], ['198.18.2.0/24'])), known);
    expect(read.ok && read.value.segments[0]?.members).toEqual([first, third]);
    expect(read.ok && hostsOutside(read.value, known)).toEqual([]);
  });

  it('are told of ports that nobody is seen at, hosts that would be in two, and hosts in none', () => {
    expect(withoutPorts(file(two(['br0:eth9'], ['198.18.9.0/24'])), known)).toEqual({
      ok: false,
      error: ['no host is seen at br0:eth9, a member of one'],
    });
    expect(withoutPorts(file(two(['br0:eth1'], ['198.18.1.0/24'])), known)).toEqual({
      ok: false,
      error: [`${first} 198.18.1.1 at br0:eth1 would be in one and in two`],
    });
    const read = withoutPorts(file(two(['198.18.1.0/24'], [second])), known);
    expect(read.ok && hostsOutside(read.value, known)).toEqual([`${third} 198.18.3.3 at br0:eth1`]);
  });

  it('never cut off what must stay reachable, unless it is always reached or nothing is dropped', () => {
    const gateway = { network: parseNetwork('198.18.1.1')!, why: 'the default gateway' };
    const precious = { conflicts: () => [gateway], ownMacs: [third], hosts: known.hosts };
    const members = two(['198.18.1.0/24'], [second]);
    expect(cutOff(file(members), precious)).toEqual([
      '198.18.1.1 would be cut off by one: it is the default gateway. Name it below `always`',
      '198.18.1.1 would be cut off by two: it is the default gateway. Name it below `always`',
    ]);
    expect(cutOff(file(members, ['198.18.1.1']), precious)).toEqual([]);
    expect(cutOff(file(members, ['198.18.1.0/30']), precious)).toEqual([]);
    expect(cutOff(file(two(['198.18.1.0/24'], [second], [{ to: 'two', traffic: ['any'] }])), precious)).toEqual([]);
    expect(cutOff(file(two([third], [second]), ['198.18.1.1']), precious)).toEqual([
      `${third} in one is this machine’s own: take it out`,
    ]);
  });
});
