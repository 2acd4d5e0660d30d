/** What an enforcer is made of and what can be asked of it. */
import type { EnforcedBlock, Measure, Order, OrderReply, UsualTraffic } from '@netsentinel/contracts/action';
import type { BlockPlan } from '@netsentinel/contracts/block-plan';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import type { EnforcerConfig } from './enforcer.config.ts';
import type { LaneState } from './lane.ts';
import type { Measured } from './person-order.ts';
import type { Availability, ConfiguredResponder, ResponderFactory } from './responder.types.ts';
import type { SegmentDesk } from './segments/segment-desk.ts';
import type { Uptime } from './uptime.ts';

export interface EnforcerOptions {
  readonly config: EnforcerConfig;
  /** The enforcer's own: `enforcer.db` and `audit/`. Nobody else writes there. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly responders: readonly ConfiguredResponder[];
  /** Makes a responder that is configured no more, so that it can take back what it holds. */
  readonly retired?: (id: string) => Promise<ResponderFactory | undefined>;
  /** Called for each step of each block, also while `createEnforcer` is under way (blocks that expired meanwhile). */
  readonly onReply: (reply: OrderReply) => void;
  /** Time since boot; the system's by default. */
  readonly uptime?: () => Uptime;
}

export interface EnforcerDescription {
  readonly mode: EnforcerConfig['mode'];
  readonly blocks: number;
  readonly responders: readonly (LaneState & Availability & { readonly blocks: number })[];
  readonly awaitingApproval: number;
  readonly protected: readonly { readonly network: string; readonly why: string }[];
  /** Number of the last audit line on disk. */
  readonly auditSeq: number;
  readonly ordersLastMinute: number;
}

/** Which blocks; at least one condition. */
export type BlockSelection = Pick<Extract<Order, { kind: 'revert-where' }>, 'actor' | 'rule' | 'incident' | 'since'>;

export interface Enforcer {
  /** Takes an order as it came; what is wrong with it is answered through `onReply`. Never throws. */
  handle(order: unknown): void;
  list(): EnforcedBlock[];
  /** Takes one block back; `by` names the person or program for the audit. */
  revert(id: string, by: string): Promise<OrderReply>;
  /** What would become of a block of this target, as if one kind of evidence asked for it; changes nothing. */
  plan(target: string, ttlMs: number, traffic?: UsualTraffic, measure?: Measure): BlockPlan;
  /** A person's own order: this measure against this network for so long. Limits, quorum and protected assets hold for it too. */
  do(what: Measured, by: string, reason: string): Promise<OrderReply>;
  /** A person's word on a block that waits for it. */
  decide(word: 'approve' | 'deny', id: string, by: string, reason: string): Promise<OrderReply>;
  /** Takes back every block of which all that is given holds; answers how many. Rejects like `revertAll`. */
  revertWhere(which: BlockSelection, by: string): Promise<number>;
  /** Takes every block back; answers how many. Rejects with `ENFORCER_REVERT` where the firewall did not follow. */
  revertAll(by: string): Promise<number>;
  describe(): EnforcerDescription;
  /** Another responder joins while we work. It gets what is ordered from now on; what is in force already, whoever ordered it sends again. */
  join(responder: ConfiguredResponder): Promise<void>;
  /** A line in the audit of what concerns no order, durable when this returns. */
  record(kind: string, fields: Readonly<Record<string, unknown>>): void;
  /** A responder leaves for good: what it holds is taken back where it can be reached. */
  leave(id: string, why: string): Promise<void>;
  /** The network behind the responders that have switches, and who speaks with whom in it. */
  readonly segments: Pick<SegmentDesk, 'topology' | 'diff' | 'apply' | 'rollback' | 'history'>;
  /** Ends our processes and leaves blocks in force; the kernel expires them. */
  close(): Promise<void>;
}
