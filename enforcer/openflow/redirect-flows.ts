/**
 * Pure: the flows by which connections of a network end at decoys. They go twice through our table. First, what the network sends to the ports that are named,
 * and what decoys send to it, goes to connection tracking, which translates what it knows. It comes back as a packet that is tracked: one that begins a
 * connection is diverted; what is known to go to a decoy, or to be its answer, goes on; the rest went to the real service before, and is dropped.
 */
import type { Address, Network } from '@netsentinel/kernel/address';
import type { Flow, FlowAction, FlowProtocol } from './flow.types.ts';

/** Where redirected connections end. */
export interface Redirection {
  readonly services: readonly {
    readonly kind: 'tcp' | 'udp';
    readonly port: number;
    readonly decoyPort: number;
  }[];
  /** At most one of each family; attackers of a family without one get no answer at these ports. */
  readonly decoys: readonly Address[];
  /** Hardware address of the decoys, where frames must be sent to it. */
  readonly mac?: string;
  /** Whether packets to other ports are dropped (but for ICMP). */
  readonly dropsOthers: boolean;
}

/** Above the first level of the measure. Where flows overlap, one is an exception from the other, or one of them is of the decoy's. */
const STEP = {
  others: 0,
  icmp: 1,
  service: 2,
  /** Above services: a first fragment has ports, and may have half of its TCP header. */
  fragment: 3,
  /** Above what drops real services' answers, which have the same ports where decoys listen on them. */
  answer: 4,
  stray: 5,
  unknown: 6,
  begin: 7,
  known: 8,
} as const;
export const REDIRECT_STEPS = Object.keys(STEP).length;

/** `above`: the first level. */
export function redirectFlows(
  network: Network,
  { services, decoys, mac, dropsOthers }: Redirection,
  onward: FlowAction,
  above: number,
): readonly Flow[] {
  const { family } = network;
  const decoy = decoys.find((address) => address.family === family);
  const make = (step: keyof typeof STEP, match: Partial<Flow>, actions: readonly FlowAction[]): Flow => ({
    family,
    ...match,
    above: above + STEP[step],
    actions,
  });
  const [sent, gets] = [{ src: network }, { dst: network }];
  const others = dropsOthers
    ? [sent, gets].flatMap((side) => [
        make('others', side, []),
        make('icmp', { ...side, protocol: { kind: 'icmp' } }, [onward]),
      ])
    : [];
  const answersOfServices = services.map(({ kind, port }) =>
    make('service', { ...gets, protocol: { kind, srcPort: exactly(port) } }, []),
  );
  const fragments = make('fragment', { ...sent, fragment: true }, []);
  if (decoy === undefined) {
    const asked = services.map(({ kind, port }) =>
      make('service', { ...sent, protocol: { kind, dstPort: exactly(port) } }, []),
    );
    return [...others, ...asked, ...answersOfServices, fragments];
  }
  const there = hostNetwork(decoy);
  const toDecoy: FlowAction[] = mac === undefined ? [] : [{ kind: 'to-mac', mac }];
  const begun = services.flatMap(({ kind, port, decoyPort }) => [
    make('service', { ...sent, protocol: { kind, dstPort: exactly(port) } }, [{ kind: 'track' }]),
    make('begin', { ...sent, tracked: 'new', protocol: first(kind, port) }, [
      ...toDecoy,
      ...diverted(decoy, decoyPort, onward),
    ]),
  ]);
  const decoyPorts = new Map(services.map(({ kind, decoyPort }) => [`${kind} ${decoyPort}`, { kind, decoyPort }]));
  const known = [...decoyPorts.values()].map(({ kind, decoyPort }) =>
    make('known', { ...sent, dst: there, tracked: 'any', protocol: { kind, dstPort: exactly(decoyPort) } }, [
      ...toDecoy,
      onward,
    ]),
  );
  return [
    ...others,
    ...begun,
    ...answersOfServices,
    ...known,
    fragments,
    make('answer', { src: there, ...gets }, [{ kind: 'track' }]),
    make('stray', { ...sent, tracked: 'any' }, []),
    // What the decoy says besides, and its answers to who came to it by its own address.
    make('unknown', { src: there, ...gets, tracked: 'any' }, [onward]),
    make('known', { ...gets, tracked: 'answer' }, [onward]),
  ];
}

function exactly(port: number): { readonly port: number; readonly mask: number } {
  return { port, mask: 0xffff };
}

function first(kind: 'tcp' | 'udp', port: number): FlowProtocol {
  return { kind, dstPort: exactly(port), ...(kind === 'tcp' ? { begins: true as const } : {}) };
}

/** Flows of a later table must meet the packet as it is after that, and not as it came. */
function diverted(address: Address, port: number, onward: FlowAction): readonly FlowAction[] {
  const divert = { kind: 'divert', address, port } as const;
  return onward.kind === 'goto' ? [{ ...divert, table: onward.table }] : [divert, onward];
}

function hostNetwork({ family, value }: Address): Network {
  return { family, base: value, prefix: family === 4 ? 32 : 128 };
}
