/** Pure: a segment file and the hosts that there are: who is behind a port, who is in no segment, and who would be cut off that must not be. */
import type { Topology, TopologyHost } from '@netsentinel/contracts/topology';
import { err, ok, type Result } from '@netsentinel/contracts/result';
import { formatNetwork, networkContains, parseAddress, parseNetwork, type Network } from '@netsentinel/kernel/address';
import type { ProtectedAsset } from '../protected-assets.ts';
import { parseMember, type CheckedSegmentFile, type Member } from './segment-file.ts';

type Known = Pick<Topology, 'switches' | 'hosts'>;

/** The file with the hosts that are seen at them in place of ports; or what is wrong: ports that nobody is seen at, hosts in two segments. */
export function withoutPorts(file: CheckedSegmentFile, known: Known): Result<CheckedSegmentFile, readonly string[]> {
  const problems: string[] = [];
  const segments = file.segments.map((segment) => ({
    ...segment,
    members: [
      ...new Set(
        segment.members.flatMap((text) => {
          const member = parseMember(text);
          if (member?.kind !== 'port') return [text];
          const macs = known.hosts.filter((host) => isAt(host, member, known)).map(({ mac }) => mac);
          if (macs.length === 0) problems.push(`no host is seen at ${text}, a member of ${segment.name}`);
          return macs;
        }),
      ),
    ],
  }));
  const resolved = { ...file, segments };
  const placed = segments.map(({ name, members }) => ({ name, members: membersOf(members) }));
  for (const host of known.hosts) {
    const names = placed
      .filter(({ members }) => members.some((member) => isHost(member, host)))
      .map(({ name }) => name);
    if (names.length > 1) problems.push(`${hostText(host)} would be in ${names.join(' and in ')}`);
  }
  return problems.length === 0 ? ok(resolved) : err(problems);
}

/** Hosts that are in no segment, as people know them. */
export function hostsOutside(resolved: CheckedSegmentFile, { hosts }: Known): string[] {
  const members = resolved.segments.flatMap((segment) => membersOf(segment.members));
  return hosts.filter((host) => !members.some((member) => isHost(member, host))).map(hostText);
}

export interface Precious {
  /** All that must stay reachable in this network. */
  readonly conflicts: (network: Network) => readonly ProtectedAsset[];
  /** Hardware addresses of this machine. */
  readonly ownMacs: readonly string[];
  readonly hosts: readonly TopologyHost[];
}

/** Why segments would cut off what must stay reachable. Whatever is in `always` is not cut off. */
export function cutOff(resolved: CheckedSegmentFile, { conflicts, ownMacs, hosts }: Precious): string[] {
  const always = resolved.always.flatMap((text) => parseNetwork(text) ?? []);
  const reachable = ({ network }: ProtectedAsset): boolean =>
    always.some((one) => one.family === network.family && one.prefix <= network.prefix && holds(one, network));
  const reasons = new Set<string>();
  for (const { name, members } of resolved.segments.filter((segment) => isApart(segment.name, resolved)))
    for (const member of membersOf(members)) {
      if (member.kind === 'mac' && ownMacs.includes(member.mac))
        reasons.add(`${member.mac} in ${name} is this machine’s own: take it out`);
      const networks =
        member.kind === 'network'
          ? [member.network]
          : hosts
              .filter((host) => isHost(member, host))
              .flatMap(({ addresses }) => addresses.flatMap((address) => parseNetwork(address) ?? []));
      for (const asset of networks.flatMap((network) => conflicts(network)))
        if (!reachable(asset))
          reasons.add(
            `${formatNetwork(asset.network)} would be cut off by ${name}: it is ${asset.why}. Name it below \`always\``,
          );
    }
  return [...reasons];
}

/** Whether there is a segment that this one may not speak with as it likes. */
function isApart(name: string, { segments }: CheckedSegmentFile): boolean {
  const open = (from: string, to: string): boolean =>
    segments.some((one) => one.name === from && one.may.some((may) => may.to === to && may.traffic.includes('any')));
  return segments.some((other) => other.name !== name && !open(name, other.name) && !open(other.name, name));
}

function membersOf(texts: readonly string[]): Member[] {
  return texts.flatMap((text) => parseMember(text) ?? []);
}

function isAt({ at }: TopologyHost, member: Extract<Member, { kind: 'port' }>, { switches }: Known): boolean {
  const place = switches.find(({ name, id }) => name === member.switch || (id !== '' && id === member.switch));
  const port = place?.ports.find(({ name, number }) => name === member.port || String(number) === member.port);
  return at.switch === place?.name && at.port === port?.name;
}

function isHost(member: Member, { mac, addresses }: TopologyHost): boolean {
  if (member.kind === 'mac') return member.mac === mac;
  if (member.kind === 'port') return false;
  return addresses.some((text) => {
    const address = parseAddress(text);
    return address !== undefined && networkContains(member.network, address);
  });
}

function hostText({ mac, addresses, at }: TopologyHost): string {
  return [mac, ...addresses, `at ${at.switch}:${at.port}`].join(' ').slice(0, 256);
}

function holds(wide: Network, narrow: Network): boolean {
  return networkContains(wide, { family: narrow.family, value: narrow.base });
}
