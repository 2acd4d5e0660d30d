/**
 * Pure: the flows that keep segments apart. Between each two of them all IP is dropped, in both directions, and what is permitted passes above
 * that. Each flow names both sides, so that packets of anybody else meet none of them.
 */
import { err, ok, type Result } from '@netsentinel/contracts/result';
import { formatNetwork, parseNetwork, type Network } from '@netsentinel/kernel/address';
import type { Flow, FlowAction, FlowProtocol, PortBits } from '../openflow/flow.types.ts';
import { SEGMENT_LEVEL } from '../openflow/segment-mark.ts';
import type { FlowWords } from '../openflow/switch-network.types.ts';
import { parseMember, parseTraffic, type CheckedSegmentFile, type Traffic } from './segment-file.ts';

/** Members of one segment times members of another: beyond this it is to be said in networks. */
export const MOST_FLOWS = 10_000;
/** A range as single ports, where a switch cannot be told bits of a port. */
const MOST_PORTS = 256;
const ECHO = { 4: { request: 8, reply: 0 }, 6: { request: 128, reply: 129 } } as const;
/** Neighbour solicitation and advertisement: what ARP is for IPv4, and as little to be dropped. */
const NEIGHBOURS = [135, 136] as const;

/** One side of a flow; ports of switches have become the hosts that are seen there. */
type Side = { readonly mac: string } | { readonly network: Network };

export interface SegmentMeans {
  readonly onward: FlowAction;
  readonly words: FlowWords;
}

/** The flows for a file whose members are networks and hardware addresses, or why there are none. */
export function segmentFlows(file: CheckedSegmentFile, means: SegmentMeans): Result<readonly Flow[]> {
  const wide = means.words.portMasks ? undefined : widestRange(file);
  if (wide !== undefined)
    return err(
      `${wide} is more than ${MOST_PORTS} ports, each of which is a flow where a controller cannot say ranges`,
    );
  const flows = new Map<string, Flow>();
  const add = (flow: Flow): void => void flows.set(matchName(flow), flow);
  const pass: readonly FlowAction[] = [means.onward];
  const segments = file.segments.map(({ name, members, may }) => ({ name, sides: members.flatMap(sideOf), may }));
  const apart = new Set<Side>();
  for (const [i, one] of segments.entries())
    for (const other of segments.slice(i + 1)) {
      const there = trafficTo(one.may, other.name);
      const back = trafficTo(other.may, one.name);
      if ([...there, ...back].some(({ kind }) => kind === 'any')) continue;
      for (const a of one.sides)
        for (const b of other.sides) {
          apart.add(a).add(b);
          for (const family of families(a, b)) {
            for (const flow of between(a, b, family)) add({ ...flow, above: SEGMENT_LEVEL.drop, actions: [] });
            const permitted = [
              ...there.map((traffic) => protocols(traffic, a, b, family, means.words)),
              ...back.map((traffic) => protocols(traffic, b, a, family, means.words)),
            ];
            for (const flow of permitted.flat()) add({ ...flow, above: SEGMENT_LEVEL.pass, actions: pass });
            if (family === 6)
              for (const type of NEIGHBOURS)
                for (const flow of between(a, b, family))
                  add({ ...flow, protocol: { kind: 'icmp', type }, above: SEGMENT_LEVEL.pass, actions: pass });
          }
          if (flows.size > MOST_FLOWS) return err(TOO_MANY);
        }
    }
  for (const network of file.always.flatMap((text) => parseNetwork(text) ?? []))
    for (const side of apart) {
      for (const family of families({ network }, side))
        for (const flow of between({ network }, side, family))
          add({ ...flow, above: SEGMENT_LEVEL.pass, actions: pass });
      if (flows.size > MOST_FLOWS) return err(TOO_MANY);
    }
  // What passes comes first: where a switch takes one after another, nothing that is permitted is dropped meanwhile.
  return ok([...flows.values()].toSorted((a, b) => b.above - a.above));
}

const TOO_MANY = `it would be more than ${MOST_FLOWS} flows in each switch: name networks in place of many hosts, or permit fewer ranges of ports`;

/** One text for one match at one level. */
function matchName({ family, src, dst, srcMac, dstMac, protocol, above }: Flow): string {
  return JSON.stringify([
    family,
    src && formatNetwork(src),
    dst && formatNetwork(dst),
    srcMac,
    dstMac,
    protocol,
    above,
  ]);
}

function sideOf(text: string): Side[] {
  const member = parseMember(text);
  switch (member?.kind) {
    case 'network':
      return [{ network: member.network }];
    case 'mac':
      return [{ mac: member.mac }];
    default:
      return [];
  }
}

function trafficTo(may: CheckedSegmentFile['segments'][number]['may'], name: string): Traffic[] {
  return may
    .filter(({ to }) => to === name)
    .flatMap(({ traffic }) => traffic.flatMap((text) => parseTraffic(text) ?? []));
}

/** Which IP two sides can speak with each other. */
function families(a: Side, b: Side): readonly (4 | 6)[] {
  const said = [a, b].flatMap((side) => ('network' in side ? [side.network.family] : []));
  return ([4, 6] as const).filter((family) => said.every((one) => one === family));
}

type Packets = Omit<Flow, 'above' | 'actions'>;

function from(a: Side, b: Side, family: 4 | 6): Packets {
  return {
    family,
    ...('mac' in a ? { srcMac: a.mac } : { src: a.network }),
    ...('mac' in b ? { dstMac: b.mac } : { dst: b.network }),
  };
}

function between(a: Side, b: Side, family: 4 | 6): readonly Packets[] {
  return [from(a, b, family), from(b, a, family)];
}

/** What `a` begins with `b`, and what `b` answers. */
function protocols(traffic: Traffic, a: Side, b: Side, family: 4 | 6, words: FlowWords): Packets[] {
  const there = from(a, b, family);
  const back = from(b, a, family);
  if (traffic.kind === 'any') return [there, back];
  if (traffic.kind === 'ping') {
    const { request, reply } = ECHO[family];
    const message = (type: number): FlowProtocol => ({ kind: 'icmp', type });
    return [
      { ...there, protocol: message(request) },
      { ...back, protocol: message(reply) },
    ];
  }
  const { kind } = traffic;
  return portBits(traffic, words).flatMap((port): Packets[] => [
    { ...there, protocol: { kind, ...(port && { dstPort: port }) } },
    {
      ...back,
      protocol: {
        kind,
        ...(port && { srcPort: port }),
        ...(kind === 'tcp' && words.acknowledges ? { acknowledges: true } : {}),
      },
    },
  ]);
}

/** A range as blocks of ports, each of which is one comparison; `undefined` is every port. */
export function portBits(
  { first, last }: { readonly first: number; readonly last: number },
  { portMasks }: Pick<FlowWords, 'portMasks'>,
): readonly (PortBits | undefined)[] {
  if (first === 0 && last === 0xffff) return [undefined];
  const blocks: PortBits[] = [];
  for (let port = first; port <= last;) {
    let size = 1;
    while (portMasks && port % (size * 2) === 0 && port + size * 2 - 1 <= last) size *= 2;
    blocks.push({ port, mask: 0xffff & ~(size - 1) });
    port += size;
  }
  return blocks;
}

/** The first range of the file that is too wide for a switch that compares whole ports only. */
function widestRange(file: CheckedSegmentFile): string | undefined {
  return file.segments
    .flatMap(({ may }) => may.flatMap(({ traffic }) => traffic))
    .find((text) => {
      const traffic = parseTraffic(text);
      return (
        traffic !== undefined && 'first' in traffic && traffic.first > 0 && traffic.last - traffic.first >= MOST_PORTS
      );
    });
}
