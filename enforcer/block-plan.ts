/** What would become of an order, for a person to read before anything is done: the verdict, and each responder in its own words. */
import type { BlockPlan } from '@netsentinel/contracts/block-plan';
import { formatNetwork, parseNetwork } from '@netsentinel/kernel/address';
import type { BlockOrder, Verdict } from './check.ts';
import type { Lane } from './lane.ts';

export function planBlock(
  order: BlockOrder,
  context: {
    readonly verdict: Verdict;
    readonly lanes: readonly Lane[];
    /** Wall time, milliseconds since the epoch. */
    readonly now: number;
    holds(target: string, responder: string): boolean;
  },
): BlockPlan {
  const { verdict, now } = context;
  const network = verdict.ok ? verdict.network : parseNetwork(order.target);
  const target = network === undefined ? order.target : formatNetwork(network);
  const remainingMs = Math.max(1, order.expiresAt - now);
  const { measure = 'block' } = order;
  return {
    target,
    measure,
    ...(verdict.ok ? { ask: verdict.ask } : { refused: verdict.reason, ask: [] }),
    responders: context.lanes.map((lane) => {
      const refuses = lane.refuses(measure);
      const named = measure === 'block' ? {} : { measure };
      const able = refuses === undefined ? network : undefined;
      return {
        responder: lane.id,
        mode: lane.mode,
        asks: lane.mode === 'approve' || (lane.isLive && verdict.ok && verdict.ask.length > 0),
        holds: context.holds(target, lane.id),
        available: lane.availability().available,
        ...(refuses === undefined ? {} : { refuses }),
        block:
          able === undefined ? [] : lane.plan({ kind: 'block', network: able, remainingMs, renew: false, ...named }),
        unblock: able === undefined ? [] : lane.plan({ kind: 'unblock', network: able, ...named }),
      };
    }),
  };
}
