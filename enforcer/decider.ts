/**
 * Decides what becomes of an order: refused, put before a person, simulated or carried out, and by whom. What it decides it writes into
 * the journal, within the commit of whoever asks; nothing changes in the world here.
 */
import type { Order, OrderReply } from '@netsentinel/contracts/action';
import type { BlockPlan } from '@netsentinel/contracts/block-plan';
import type { Clock } from '@netsentinel/contracts/clock';
import { formatNetwork, parseNetwork, type Network } from '@netsentinel/kernel/address';
import { planBlock } from './block-plan.ts';
import type { Block } from './block-store.ts';
import { checkBlock, type BlockOrder, type Verdict } from './check.ts';
import type { EnforcerConfig } from './enforcer.config.ts';
import type { Lane } from './lane.ts';
import type { Ledger } from './ledger.ts';
import { OrderRate } from './order-rate.ts';
import type { Progress } from './progress.ts';
import type { ProtectedAssets } from './protected-assets.ts';
import type { Touched } from './touched.ts';
import type { Withdrawal } from './withdrawal.ts';

/** Lines that are known again when they are sent again. */
const MAX_RECORDS = 10_000;

export interface Job {
  readonly order: Order;
  /** Called once with what became of it; a block has been applied by then, not yet verified. */
  readonly done?: (replies: readonly OrderReply[]) => void;
}

/** What was decided about one job. */
export interface Decision {
  readonly job: Job;
  /** Final already. */
  readonly replies: readonly OrderReply[];
  /** Says nothing about the block that it names: only who asked hears of it. */
  readonly aside?: true;
  /** Parts to be applied. */
  readonly carried?: readonly Block[];
  /** Gone from the journal, to be taken out of the world. */
  readonly gone?: readonly Block[];
}

export class Decider {
  readonly #config: EnforcerConfig;
  readonly #clock: Clock;
  readonly #ledger: Ledger;
  readonly #lanes: ReadonlyMap<string, Lane>;
  readonly #assets: ProtectedAssets;
  readonly #progress: Progress;
  readonly #withdrawal: Withdrawal;
  /** Milliseconds since boot. */
  readonly #uptime: () => number;
  readonly #taken = new OrderRate();
  readonly #refused = new OrderRate();
  readonly #recorded = new OrderRate();
  /** Lines that were written since the start: one that is sent again is not written again. */
  readonly #records = new Set<string>();

  constructor(options: {
    readonly config: EnforcerConfig;
    readonly clock: Clock;
    readonly ledger: Ledger;
    readonly lanes: ReadonlyMap<string, Lane>;
    readonly assets: ProtectedAssets;
    readonly progress: Progress;
    readonly withdrawal: Withdrawal;
    readonly uptime: () => number;
  }) {
    this.#config = options.config;
    this.#clock = options.clock;
    this.#ledger = options.ledger;
    this.#lanes = options.lanes;
    this.#assets = options.assets;
    this.#progress = options.progress;
    this.#withdrawal = options.withdrawal;
    this.#uptime = options.uptime;
  }

  get ordersLastMinute(): number {
    return this.#taken.recent(this.#clock.monotonicMs());
  }

  decide(job: Job, touched: Touched): Decision {
    const { order } = job;
    switch (order.kind) {
      case 'block':
        return this.#decideBlock(job, order, touched);
      case 'approve':
        return this.#decideApproval(job, order, touched);
      case 'deny':
        return this.#decideDenial(job, order);
      case 'revert': {
        const gone = this.#withdrawal.remove(order.id, order.by, order.reason, touched);
        if (gone.length === 0)
          return { job, replies: [this.refuse(order.id, '', 'no block with this id is in force')] };
        return { job, replies: [], gone };
      }
      case 'revert-where':
        return { job, replies: [], gone: this.#withdrawal.removeWhere(order, touched) };
      case 'revert-all':
        return { job, replies: [], gone: this.#withdrawal.removeAll(order, touched) };
      case 'record':
        return { job, replies: [this.#record(order)] };
      default:
        return order satisfies never;
    }
  }

  /** What would become of this order now; changes nothing and counts as no order. */
  plan(order: BlockOrder): BlockPlan {
    this.#assets.look();
    const { store } = this.#ledger;
    return planBlock(order, {
      verdict: this.#check(order, this.#asked(order).length, store.has(order.id)),
      lanes: [...this.#lanes.values()],
      now: this.#clock.now(),
      holds: (target, responder) =>
        store.strongest(target, responder, this.#uptime())?.measure === (order.measure ?? 'block'),
    });
  }

  /** Refuses an order, with a line in the audit as long as it is not flooded. */
  refuse(id: string, target: string, reason: string): OrderReply {
    const now = this.#clock.monotonicMs();
    if (this.#refused.recent(now) < this.#config.limits.ordersPerMinute) {
      this.#refused.add(now);
      this.#ledger.later(() => this.#ledger.note('refused', { id, target, reason }));
    }
    return this.#progress.reply(id, 'refused', reason);
  }

  /** They were not kept: they are written when they are sent again. */
  forgetRecords(): void {
    this.#records.clear();
  }

  /** A line of the platform's own in the audit. It is kept apart from what the enforcer did by its kind, and cannot flood it. */
  #record(order: Extract<Order, { kind: 'record' }>): OrderReply {
    const { kind: _, id, ...line } = order;
    const now = this.#clock.monotonicMs();
    if (!this.#records.has(id)) {
      if (this.#recorded.recent(now) >= this.#config.limits.ordersPerMinute)
        return this.#progress.reply(id, 'refused', 'too many lines in a minute');
      this.#recorded.add(now);
      if (this.#records.size >= MAX_RECORDS) this.#records.clear();
      this.#records.add(id);
      this.#ledger.note('playbook', { ...line, record: id });
    }
    return this.#progress.reply(id, 'applied');
  }

  #decideBlock(job: Job, order: BlockOrder, touched: Touched): Decision {
    const { store } = this.#ledger;
    const known = store.parts(order.id);
    const [one] = known;
    // Who sends it has not heard of its end, or the clock was set back since: what is over stays over.
    const end = one === undefined ? store.endOf(order.id) : undefined;
    if (end !== undefined) return { job, replies: [this.#progress.reply(order.id, end)] };
    const now = this.#clock.now();
    const lanes = this.#asked(order);
    const verdict = this.#check(order, lanes.length, one !== undefined);
    if (!verdict.ok) {
      if (verdict.late === true && one !== undefined) return { job, replies: [this.#progress.stands(order.id, known)] };
      const refusal = this.refuse(order.id, order.target, verdict.reason);
      // A refusal is the last word on an incident. That an order was late says nothing against the next one.
      return { job, replies: [verdict.late === true ? { ...refusal, status: 'failed' } : refusal] };
    }
    const target = formatNetwork(verdict.network);
    const { measure = 'block' } = order;
    if (one !== undefined && (one.target !== target || one.measure !== measure))
      return {
        job,
        replies: [this.refuse(order.id, order.target, `this id ${one.measure}s ${one.target} already`)],
      };
    // The same order delivered twice is one block; news are only a later end, a responder that has joined since, and one that simulated and now does more.
    const longer = one !== undefined && order.expiresAt > one.expiresAt;
    const wanted = lanes.filter(
      (lane) =>
        longer ||
        !known.some((part) => part.responder === lane.id && !(part.status === 'simulated' && lane.mode !== 'simulate')),
    );
    if (wanted.length === 0) return { job, replies: [this.#progress.stands(order.id, known)] };
    const asks = wanted.filter((lane) => lane.mode === 'approve' || (lane.isLive && verdict.ask.length > 0));
    if (asks.length > 0 && one === undefined && store.countAwaiting() >= this.#config.approval.maxWaiting)
      return { job, replies: [this.refuse(order.id, target, 'too many blocks wait for a person’s approval')] };
    this.#taken.add(this.#clock.monotonicMs());
    const deadline = Math.ceil(this.#uptime() + verdict.durationMs);
    const parts = wanted.map((lane): Block => {
      const before = known.find(({ responder }) => responder === lane.id);
      const waits = asks.includes(lane) && before?.live !== true;
      return {
        id: order.id,
        target,
        measure,
        responder: lane.id,
        mode: lane.mode,
        status: waits ? 'awaiting-approval' : lane.isLive ? 'planned' : 'simulated',
        reason: order.reason,
        incident: order.incident,
        appliedAt: before?.appliedAt ?? now,
        expiresAt: order.expiresAt,
        deadline: waits
          ? Math.min(deadline, Math.ceil(this.#uptime() + this.#config.approval.expiresAfterMs))
          : deadline,
        live: lane.isLive && !waits,
        actor: order.actor ?? '',
        rules: order.rules ?? [],
        detail: waits
          ? [...verdict.ask, ...(lane.mode === 'approve' ? ['mode: approve'] : [])].join('; ')
          : lane.isLive
            ? ''
            : `would ${measure} ${target} for ${Math.ceil(verdict.durationMs / 1000)} s`,
      };
    });
    const { reason, incident, expiresAt } = order;
    this.#ledger.note(one === undefined ? 'ordered' : 'renewed', {
      id: order.id,
      target,
      ...(measure === 'block' ? {} : { measure }),
      reason,
      incident,
      expiresAt,
      responders: Object.fromEntries(parts.map((part) => [part.responder, part.status])),
    });
    return this.#put(job, known, parts, verdict.network, touched);
  }

  #check(order: BlockOrder, lanes: number, isKnown: boolean): Verdict {
    const { size } = this.#ledger.store;
    const { measure = 'block' } = order;
    const refusals = this.#named(order).map((lane) => `${lane.id}: ${lane.refuses(measure) ?? ''}`);
    return checkBlock(order, {
      refusals: lanes > 0 ? [] : refusals,
      config: this.#config,
      now: this.#clock.now(),
      lanes,
      entries: isKnown ? size - 1 : size,
      recentOrders: this.ordersLastMinute,
      conflict: (network) => this.#assets.conflict(network),
    });
  }

  /** Journals the parts and starts to follow them, with those that the block has (`known`); those that do not change the world are answered at once. */
  #put(job: Job, known: readonly Block[], parts: readonly Block[], network: Network, touched: Touched): Decision {
    const { store } = this.#ledger;
    const carried = parts.filter(({ live }) => live);
    for (const part of parts) {
      const renew = part.live && store.strongest(part.target, part.responder) !== undefined;
      store.put(part);
      if (part.live) touched.add(part.responder, part.target, network, renew);
    }
    const [one] = parts;
    if (one === undefined) return { job, replies: [] };
    this.#progress.begin(one.id, [...known, ...parts]);
    for (const part of parts) {
      const remainingMs = Math.max(1, part.expiresAt - this.#clock.now());
      this.#progress.planned(
        part,
        this.#lanes.get(part.responder)?.plan({
          kind: 'block',
          network,
          remainingMs,
          renew: false,
          ...(part.measure === 'block' ? {} : { measure: part.measure }),
        }) ?? [],
      );
    }
    if (carried.length > 0) return { job, replies: [], carried };
    const reply = this.#progress.report(one.id);
    this.#progress.forget(one.id);
    return { job, replies: [reply] };
  }

  #decideApproval(job: Job, order: Extract<Order, { kind: 'approve' }>, touched: Touched): Decision {
    const { store } = this.#ledger;
    const known = store.parts(order.id);
    const waiting = known.filter(({ status }) => status === 'awaiting-approval');
    const [one] = waiting;
    const network = one === undefined ? undefined : parseNetwork(one.target);
    if (one === undefined || network === undefined) return this.#nothingWaits(job, order.id);
    // What may never be blocked, nobody can approve; and what was learned since it was asked for counts.
    const conflict = this.#assets.conflict(network);
    const remaining = one.expiresAt - this.#clock.now();
    const why =
      conflict !== undefined
        ? `the target is protected: ${conflict.why}`
        : remaining <= 0
          ? 'its time is over'
          : undefined;
    if (why !== undefined) {
      store.end(one.id, 'refused');
      this.#ledger.note('refused', { id: one.id, target: one.target, reason: why, by: order.by });
      return { job, replies: [this.#progress.reply(one.id, 'refused', why)] };
    }
    const durationMs = Math.min(remaining, one.expiresAt - one.appliedAt);
    const { id, target, detail } = one;
    this.#ledger.note('approved', { id, target, by: order.by, reason: order.reason, asked: detail });
    const parts = waiting.flatMap((part): Block[] => {
      const lane = this.#lanes.get(part.responder);
      if (lane === undefined || !lane.isLive) return [];
      const deadline = Math.ceil(this.#uptime() + durationMs);
      return [{ ...part, status: 'planned', live: true, deadline, detail: '', mode: lane.mode }];
    });
    return this.#put(job, known, parts, network, touched);
  }

  #decideDenial(job: Job, order: Extract<Order, { kind: 'deny' }>): Decision {
    const { store } = this.#ledger;
    const known = store.parts(order.id);
    const waiting = known.filter(({ status }) => status === 'awaiting-approval');
    const [one] = waiting;
    if (one === undefined) return this.#nothingWaits(job, order.id);
    const { id, target } = one;
    const said = `${order.by} denied it${order.reason === '' ? '' : `: ${order.reason}`}`;
    const others = known.filter((part) => part.live);
    if (others.length === 0) store.end(id, 'refused');
    // What others hold stays in force. The denied part stays known as long as theirs, so that nobody is asked again when the order is sent again.
    const deadline = Math.max(one.deadline, ...others.map((part) => part.deadline));
    const denied = waiting.map((part): Block => ({ ...part, status: 'refused', deadline, detail: said }));
    if (others.length > 0) for (const part of denied) store.put(part);
    this.#ledger.note('denied', { id, target, by: order.by, reason: order.reason });
    this.#progress.forget(id);
    const reply =
      others.length === 0
        ? this.#progress.reply(id, 'refused', said)
        : this.#progress.stands(id, [...known.filter((part) => !waiting.includes(part)), ...denied]);
    return { job, replies: [reply] };
  }

  /** Who comes second, or asks of a block that is in force, must not have it taken for refused. */
  #nothingWaits(job: Job, id: string): Decision {
    const replies = [this.refuse(id, '', 'no block with this id waits for approval')];
    return this.#ledger.store.has(id) ? { job, replies, aside: true } : { job, replies };
  }

  /** The responders that an order is for and that can do what it asks. */
  #asked(order: BlockOrder): Lane[] {
    return this.#named(order).filter((lane) => lane.refuses(order.measure ?? 'block') === undefined);
  }

  #named(order: BlockOrder): Lane[] {
    return [...this.#lanes.values()].filter(
      ({ id, mode }) => mode !== 'off' && (order.responders === undefined || order.responders.includes(id)),
    );
  }
}
