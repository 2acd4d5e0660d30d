/** Pure: which flows a measure is, and for how long. */
import type { Measure } from '@netsentinel/contracts/action';
import { formatNetwork, type Network } from '@netsentinel/kernel/address';
import type { Flow, FlowAction } from './flow.types.ts';

/** `hard_timeout` has 16 bits; 0 would mean for ever. */
export const LONGEST_SECONDS = 65_535;

/** What the flows that do not drop need to know. */
export interface FlowMeans {
  /** Networks that an isolated host goes on speaking with. */
  readonly management: readonly Network[];
  /** Number of the port that mirrored packets are copied to, where there is one. */
  readonly mirrorPort: number | undefined;
  /** How a packet that one of our flows lets pass goes on. */
  readonly onward: FlowAction;
}

/** Above the configured priority: the stronger measure wins where networks overlap, and an exception over what it is one of. */
const LEVEL = { mirror: 0, isolate: 1, except: 2, block: 3 } as const;
export const LEVELS: readonly number[] = Object.values(LEVEL);

/** Whole seconds, never early. */
export function hardTimeout(remainingMs: number): number {
  return Math.min(LONGEST_SECONDS, Math.max(1, Math.ceil(remainingMs / 1000)));
}

/** Why these means do not do for the measure, or undefined where they do. */
export function lacking(measure: Measure, { management, mirrorPort }: FlowMeans): string | undefined {
  if (measure === 'isolate' && management.length === 0)
    return 'it knows nobody whom an isolated host may speak with: name `management`';
  if (measure === 'mirror' && mirrorPort === undefined) return 'it knows no port to copy to: name `mirrorPort`';
  if (measure === 'tarpit' || measure === 'redirect' || measure === 'rate-limit')
    return `flows of ours cannot ${measure}; the responder nftables can`;
  if (measure === 'capture') return 'a switch keeps no packets; the responder capture does';
  return undefined;
}

/** Both directions, so that neither an answer nor a call home passes (or is missed). */
export function flowsOf(network: Network, measure: Measure, means: FlowMeans): readonly Flow[] {
  switch (measure) {
    case 'block':
      return both(network, LEVEL.block, []);
    case 'isolate':
      return [
        ...means.management
          .filter(({ family }) => family === network.family)
          .flatMap((peer) => both(network, LEVEL.except, [means.onward], peer)),
        ...both(network, LEVEL.isolate, []),
      ];
    case 'mirror':
      return means.mirrorPort === undefined
        ? []
        : both(network, LEVEL.mirror, [{ kind: 'output', port: means.mirrorPort }, means.onward]);
    case 'tarpit':
    case 'redirect':
    case 'rate-limit':
    case 'capture':
      return [];
    default:
      return measure satisfies never;
  }
}

function both(network: Network, above: number, actions: readonly FlowAction[], peer?: Network): Flow[] {
  const { family } = network;
  return [
    { family, src: network, ...(peer === undefined ? {} : { dst: peer }), above, actions },
    { family, dst: network, ...(peer === undefined ? {} : { src: peer }), above, actions },
  ];
}

/** Two flows with the same text are one flow in a switch. */
export function flowName({ src, dst, above }: Flow): string {
  return [above, src === undefined ? '' : formatNetwork(src), dst === undefined ? '' : formatNetwork(dst)].join(' ');
}
