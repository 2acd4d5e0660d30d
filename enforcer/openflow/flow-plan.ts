/** Pure: which flows a measure is, and for how long. */
import type { Measure } from '@netsentinel/contracts/action';
import { formatNetwork, type Network } from '@netsentinel/kernel/address';
import type { Flow, FlowAction } from './flow.types.ts';
import { REDIRECT_STEPS, redirectFlows, type Redirection } from './redirect-flows.ts';

/** `hard_timeout` has 16 bits; 0 would mean for ever. */
export const LONGEST_SECONDS = 65_535;

/** What the flows that do not drop need to know. */
export interface FlowMeans {
  /** Networks that an isolated host goes on speaking with. */
  readonly management: readonly Network[];
  /** Number of the port that mirrored packets are copied to, where there is one. */
  readonly mirrorPort: number | undefined;
  /** Where redirected connections end, or why none can be redirected. */
  readonly redirect: Redirection | string;
  /** How a packet that one of our flows lets pass goes on. */
  readonly onward: FlowAction;
}

/** Above the configured priority: the stronger measure wins where networks overlap, and an exception over what it is one of. */
const LEVEL = {
  mirror: 0,
  redirect: 1,
  isolate: 1 + REDIRECT_STEPS,
  except: 2 + REDIRECT_STEPS,
  block: 3 + REDIRECT_STEPS,
} as const;
export const LEVELS: readonly number[] = Array.from({ length: LEVEL.block + 1 }, (_, level) => level);

/** Whole seconds, never early. */
export function hardTimeout(remainingMs: number): number {
  return Math.min(LONGEST_SECONDS, Math.max(1, Math.ceil(remainingMs / 1000)));
}

/** Why these means do not do for the measure, or undefined where they do. */
export function lacking(measure: Measure, { management, mirrorPort, redirect }: FlowMeans): string | undefined {
  if (measure === 'isolate' && management.length === 0)
    return 'it knows nobody whom an isolated host may speak with: name `management`';
  if (measure === 'mirror' && mirrorPort === undefined) return 'it knows no port to copy to: name `mirrorPort`';
  if (measure === 'redirect' && typeof redirect === 'string') return redirect;
  if (measure === 'tarpit' || measure === 'rate-limit')
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
    case 'redirect':
      return typeof means.redirect === 'string'
        ? []
        : redirectFlows(network, means.redirect, means.onward, LEVEL.redirect);
    case 'tarpit':
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

/** Two flows with the same text are one flow in a switch, whatever they do. */
export function flowName(flow: Flow): string {
  const text = (network: Network | undefined) => network && formatNetwork(network);
  return JSON.stringify({ ...flow, src: text(flow.src), dst: text(flow.dst), actions: undefined });
}
