/**
 * The outbox between what was decided and the enforcer. A planned action is in the state store before it is sent, so a crash on either
 * side loses nothing: at every connection all actions that are not final are sent again, and the enforcer knows an order by its id.
 */
import type { Action, ActionPart, ActionStatus, Order, OrderReply } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import type { StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import { describeError } from '@netsentinel/kernel/errors';

export interface Orders {
  /** Sends without waiting. False where there is no connection: the order is sent again at the next one. */
  send(order: Order): boolean;
}

export interface DispatcherOptions {
  readonly orders: Orders;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * Makes new statuses durable by calling `write` in a transaction, along with what must change with them (their incidents' stories), in their
   * order: an action may be among them more than once. Default: a transaction of its own.
   */
  readonly commit?: (actions: readonly Action[], write: (tx: StateTransaction) => Promise<void>) => Promise<void>;
  /** Called after the new status of an action is durable. */
  readonly onAction?: (action: Action) => void;
}

export interface Dispatcher {
  /** Sends actions that are durable already. */
  dispatch(actions: readonly Action[]): void;
  /** Sends again whatever is not final, and closes what is over; resolves with the number sent. */
  onConnected(): Promise<number>;
  /** Takes what the enforcer says of an action. Unknown ids and news that are older than what is known change nothing. */
  onReply(reply: OrderReply): Promise<void>;
  /** Asks the enforcer to take a block back; the action changes when it says so. False where there is no connection. */
  revert(id: string, reason: string, by: string): boolean;
}

const NOT_FINAL: readonly ActionStatus[] = ['planned', 'awaiting-approval', 'simulated', 'applied', 'verified'];
const MAX_RESENT = 200_000;
/** Sent at a time before other work gets its turn. */
const SLICE = 500;
/** What the enforcer says of so many actions is stored at once, where it says much. */
const MOST_AT_ONCE = 500;
/** From this many at once it says much, and more may gather for this long: each time what changes is stored costs a sync of the disk. */
const BUSY = 50;
const GATHER_MS = 50;
/** Actions under way that are kept in memory; of more, the store is asked. */
const MAX_UNDER_WAY = 10_000;

/** How far along an action is. Replies that were overtaken by later ones must not turn it back. */
const RANK: Readonly<Record<ActionStatus, number>> = {
  planned: 0,
  failed: 1,
  'awaiting-approval': 1,
  simulated: 2,
  applied: 2,
  verified: 3,
  refused: 4,
  expired: 4,
  reverted: 4,
};

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { orders, state, clock, log } = options;
  /** What was just sent, as it is stored: the enforcer's next words are about these. */
  const underWay = new Map<string, Action>();
  const remember = (action: Action): void => {
    const moves = action.status === 'planned' || action.status === 'applied';
    if (moves && (underWay.has(action.id) || underWay.size < MAX_UNDER_WAY)) underWay.set(action.id, action);
    else underWay.delete(action.id);
  };
  const send = (actions: readonly Action[]): void => {
    for (const action of actions) if (NOT_FINAL.includes(action.status)) orders.send(orderOf(action));
  };
  const commit = options.commit ?? ((_actions, write) => state.transaction(write));
  const waiting: OrderReply[] = [];
  let hearing: Promise<void> | undefined;
  const take = async (replies: readonly OrderReply[]): Promise<void> => {
    try {
      const latest = new Map<string, Action>();
      const told: Action[] = [];
      for (const reply of replies) {
        const action = latest.get(reply.id) ?? underWay.get(reply.id) ?? (await state.read.action(reply.id));
        if (action === undefined || !isNews(action, reply)) continue;
        const next = after(action, reply);
        latest.set(reply.id, next);
        told.push(next);
      }
      if (told.length === 0) return;
      await commit(told, async (tx) => {
        for (const action of latest.values()) await tx.putAction(action);
      });
      for (const action of latest.values()) remember(action);
      for (const action of told) options.onAction?.(action);
    } catch (error) {
      // The enforcer is asked again at the next connection, so its answers are not lost for ever.
      log.error('could not keep what the enforcer said', {
        action: replies[0]?.id,
        of: replies.length,
        error: describeError(error),
      });
    }
  };
  const takeAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const replies = waiting.splice(0, MOST_AT_ONCE);
      await take(replies);
      if (replies.length >= BUSY && waiting.length < MOST_AT_ONCE)
        await new Promise<void>((resolve) => clock.after(GATHER_MS, resolve));
    }
    hearing = undefined;
  };
  /** In the order in which the enforcer spoke; what it says while something is being stored is stored together after that. */
  const hear = (reply: OrderReply): Promise<void> => {
    waiting.push(reply);
    hearing ??= takeAll();
    return hearing;
  };
  return {
    dispatch(actions) {
      for (const action of actions) remember(action);
      send(actions);
    },
    async onConnected() {
      const now = clock.now();
      const open = await state.read.actions({ status: NOT_FINAL, limit: MAX_RESENT });
      const current = open.filter((action) => action.expiresAt > now);
      for (let at = 0; at < current.length; at += SLICE) {
        // Not remembered: what the enforcer says meanwhile may be newer.
        send(current.slice(at, at + SLICE));
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      // No block outlives its time, so nobody need be asked about these.
      for (const { id, expiresAt } of open)
        if (expiresAt <= now) await hear({ id, status: 'expired', detail: 'its time was over', at: now });
      return current.length;
    },
    onReply: hear,
    revert: (id, reason, by) => orders.send({ kind: 'revert', id, reason, by }),
  };
}

export function orderOf(action: Action): Order {
  return {
    kind: 'block',
    id: action.id,
    target: action.target,
    ...(action.measure === undefined ? {} : { measure: action.measure }),
    expiresAt: action.expiresAt,
    reason: action.reason,
    incident: action.incident,
    // Only incidents with a proven source are planned for (`engine.ts`).
    sourceVerified: true,
    actor: action.actor,
    ...(action.rules === undefined ? {} : { rules: action.rules }),
    ...(action.evidence === undefined ? {} : { evidence: action.evidence }),
    ...(action.traffic === undefined ? {} : { traffic: action.traffic }),
    ...(action.responders === undefined ? {} : { responders: action.responders }),
  };
}

function after(action: Action, reply: OrderReply): Action {
  const { detail: _, ...rest } = action;
  return {
    ...rest,
    status: reply.status,
    updatedAt: reply.at,
    ...(reply.detail === undefined ? {} : { detail: reply.detail }),
    ...(reply.parts === undefined ? {} : { parts: withPlans(reply.parts, action.parts) }),
  };
}

function isNews(action: Action, reply: OrderReply): boolean {
  if (RANK[action.status] === 4 || reply.status === 'planned') return false;
  if (reply.status === action.status)
    return reply.parts !== undefined && standings(reply.parts) !== standings(action.parts ?? []);
  // The enforcer never repeats a failure, so it is news whatever its clock says: that may have been set back since.
  if (reply.status === 'failed') return true;
  return RANK[reply.status] > RANK[action.status] || reply.at > action.updatedAt;
}

/** A plan is told once. */
function withPlans(parts: readonly ActionPart[], before: readonly ActionPart[] = []): ActionPart[] {
  return parts.map((part) => {
    const plan = part.plan ?? before.find(({ responder }) => responder === part.responder)?.plan;
    return plan === undefined ? part : { ...part, plan };
  });
}

function standings(parts: readonly ActionPart[]): string {
  return parts.map(({ responder, status, detail }) => `${responder} ${status} ${detail ?? ''}`).join('\n');
}
