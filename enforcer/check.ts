/**
 * The second step of a transaction, pure: may this order be carried out? Whoever sends it is not trusted, so everything that would
 * make a block dangerous is decided here again. Reasons are for people.
 */
import type { Order } from '@netsentinel/contracts/action';
import { MEASURE_WORDS, measureOf } from '@netsentinel/contracts/measure-words';
import { parseNetwork, type Network } from '@netsentinel/kernel/address';
import type { EnforcerConfig } from './enforcer.config.ts';
import type { ProtectedAsset } from './protected-assets.ts';

export type BlockOrder = Extract<Order, { kind: 'block' }>;

export type Verdict =
  /** `ask`: why a person has to approve it first; empty where nobody need be asked. */
  | { readonly ok: true; readonly network: Network; readonly durationMs: number; readonly ask: readonly string[] }
  /** `late`: nothing is wrong with it but that its time is over, so a new order may well be carried out. */
  | { readonly ok: false; readonly reason: string; readonly late?: true };

export interface CheckContext {
  readonly config: EnforcerConfig;
  /** Responders that would do something about it, simulating included. */
  readonly lanes: number;
  /** Where there is none of these: why those that are on cannot do what is asked. */
  readonly refusals?: readonly string[];
  /** Wall time, milliseconds since the epoch. */
  readonly now: number;
  /** Blocks in force, this one excluded. */
  readonly entries: number;
  /** Orders taken in the last 60 seconds, this one excluded. */
  readonly recentOrders: number;
  conflict(network: Network): ProtectedAsset | undefined;
}

export function checkBlock(order: BlockOrder, context: CheckContext): Verdict {
  const { config } = context;
  const { limits } = config;
  if (context.lanes === 0 && context.refusals !== undefined && context.refusals.length > 0)
    return refuse(`no responder can ${order.measure ?? 'block'}: ${context.refusals.join('; ')}`.slice(0, 1024));
  if (context.lanes === 0)
    return refuse(
      order.responders === undefined
        ? 'response is switched off (mode: off)'
        : 'none of the responders that it names is configured and on',
    );
  if (order.id === '') return refuse('the order has no id');
  if (!order.sourceVerified) return refuse('the source address is not verified, so it may be forged');
  const network = parseNetwork(order.target);
  if (network === undefined) return refuse('the target is neither an address nor a network with zero host bits');
  const widest = network.family === 4 ? limits.minPrefix4 : limits.minPrefix6;
  if (network.prefix < widest)
    return refuse(`a /${network.prefix} is too wide: at widest /${widest} for IPv${network.family}`);
  const conflict = context.conflict(network);
  if (conflict !== undefined) return refuse(`the target is protected: ${conflict.why}`);
  const durationMs = order.expiresAt - context.now;
  if (durationMs <= 0) return { ...refuse('the order came after its time was over'), late: true };
  if (durationMs > limits.maxTtlMs)
    return refuse(`it would last ${seconds(durationMs)} s, more than the ${seconds(limits.maxTtlMs)} s allowed`);
  if (context.recentOrders >= limits.ordersPerMinute)
    return refuse(`more than ${limits.ordersPerMinute} orders in a minute`);
  if (context.entries >= limits.maxEntries)
    return refuse(`${limits.maxEntries} blocks are in force, no more are allowed`);
  return { ok: true, network, durationMs, ask: reasonsToAsk(order, network, durationMs, config) };
}

/** Why nobody but a person may decide this: what would be lost is much, or what it rests on is little. */
function reasonsToAsk(order: BlockOrder, network: Network, durationMs: number, config: EnforcerConfig): string[] {
  const reasons: string[] = [];
  const { quorum, limits } = config;
  const { verb, contains } = MEASURE_WORDS[measureOf(order)];
  const kinds = new Set(order.evidence).size;
  const exact = network.prefix >= (network.family === 4 ? 32 : 64);
  if (kinds < 2 && !exact && !quorum.oneKind.networks)
    reasons.push(`one kind of evidence may ${verb} one address, not a network`);
  const most = kinds < 2 ? quorum.oneKind.maxTtlMs : quorum.twoKinds.maxTtlMs;
  if (durationMs > most)
    reasons.push(
      `${kinds < 2 ? 'one kind' : 'two kinds'} of evidence may ${verb} for ${seconds(most)} s, this is for ${seconds(durationMs)} s`,
    );
  const { traffic } = order;
  // An attacker who is new here is not usual traffic, however much there is of him.
  if (traffic !== undefined && traffic.days >= 2 && traffic.share > limits.maxTrafficShare)
    reasons.push(
      `it would ${contains ? 'cut off' : 'meet'} ${percent(traffic.share)} of the usual traffic (${traffic.events} events on ${traffic.days} days)`,
    );
  return reasons;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function refuse(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
