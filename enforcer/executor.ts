/**
 * Carries orders out: decides (plan, check) and makes the decision durable in one commit, then applies and verifies it in the world,
 * and ends blocks when their time is over or their target becomes protected. One batch at a time; `enforcer.ts` sees to that.
 */
import type { ActionStatus, Order, OrderReply } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import { describeError } from '@netsentinel/kernel/errors';
import { formatNetwork, networksOverlap, parseNetwork, type Network } from '@netsentinel/kernel/address';
import type { Block } from './block-store.ts';
import { checkBlock, type BlockOrder } from './check.ts';
import type { EnforcerConfig } from './enforcer.config.ts';
import type { Ledger } from './ledger.ts';
import { OrderRate } from './order-rate.ts';
import type { ProtectedAsset, ProtectedAssets } from './protected-assets.ts';
import type { Change, ChangeOutcome, Entry, Responder } from './responder.types.ts';

export interface Job {
  readonly order: Order;
  /** Called once with what became of it; a block has been applied by then, not yet verified. */
  readonly done?: (replies: readonly OrderReply[]) => void;
}

/** What was decided about one job. */
interface Decision {
  readonly job: Job;
  /** Final already. */
  readonly replies: OrderReply[];
  /** To be applied. */
  readonly block?: Block;
  /** Gone from the journal, to be taken out of the world. */
  readonly gone?: readonly Block[];
}

/** Networks whose state in the world may change, by their text; `renew` where they may be blocked already. */
type Touched = Map<string, { readonly network: Network; readonly renew: boolean }>;

/** With more networks than this changed at once, replacing everything is faster than changing each. */
const MAX_CHANGES = 2000;

export class Executor {
  readonly #config: EnforcerConfig;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #ledger: Ledger;
  readonly #responder: Responder;
  readonly #assets: ProtectedAssets;
  readonly #onReply: (reply: OrderReply) => void;
  /** Milliseconds since boot. */
  readonly #uptime: () => number;
  readonly #taken = new OrderRate();
  readonly #refused = new OrderRate();
  #replacing: Promise<boolean> | undefined;
  #closed = false;

  constructor(options: {
    readonly config: EnforcerConfig;
    readonly clock: Clock;
    readonly log: Logger;
    readonly ledger: Ledger;
    readonly responder: Responder;
    readonly assets: ProtectedAssets;
    readonly onReply: (reply: OrderReply) => void;
    readonly uptime: () => number;
  }) {
    this.#config = options.config;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#ledger = options.ledger;
    this.#responder = options.responder;
    this.#assets = options.assets;
    this.#onReply = options.onReply;
    this.#uptime = options.uptime;
  }

  /** From now on what could not be verified yet stays as it is: the next start makes sure of everything. */
  close(): void {
    this.#closed = true;
  }

  get ordersLastMinute(): number {
    return this.#taken.recent(this.#clock.monotonicMs());
  }

  /** Never rejects: what goes wrong is the answer. */
  async carryOut(jobs: readonly Job[]): Promise<void> {
    const touched: Touched = new Map();
    let decisions: Decision[];
    this.#assets.look();
    try {
      decisions = this.#ledger.commit(() => jobs.map((job) => this.#decide(job, touched)));
    } catch (error) {
      this.#log.error('Orders could not be journaled; nothing was changed', { error });
      for (const { order, done } of jobs) {
        const reply = this.reply('id' in order ? order.id : '', 'failed', describeError(error));
        if ('id' in order) this.tell(reply);
        done?.([reply]);
      }
      return;
    }
    for (const { replies } of decisions) for (const reply of replies) this.tell(reply);
    const outcomes = await this.#apply(touched);
    const failed: Block[] = [];
    for (const decision of decisions) this.#answer(decision, outcomes, failed);
    if (failed.length > 0)
      this.#attempt(() => {
        for (const { id } of failed) this.#ledger.store.remove(id);
      });
  }

  /** Ends every block whose time is over. The kernel let its packets pass at that moment already. */
  expire(): void {
    for (;;) {
      const due = this.#ledger.store.due(this.#uptime());
      if (due.length === 0) return;
      this.#ledger.commit(() => {
        for (const block of due) {
          this.#ledger.store.end(block.id, 'expired');
          this.#ledger.note('expired', { id: block.id, target: block.target });
        }
      });
      for (const { id } of due) this.tell(this.reply(id, 'expired'));
    }
  }

  /** Takes blocks out of the journal with a reason of our own; the caller makes the world follow. */
  drop(blocks: readonly Block[], why: string): Touched {
    const touched: Touched = new Map();
    if (blocks.length === 0) return touched;
    this.#ledger.commit(() => {
      for (const block of blocks) this.#remove(block, 'netsentinel', why, touched);
    });
    for (const { id } of blocks) this.tell(this.reply(id, 'reverted', why));
    return touched;
  }

  /** Lets in again whatever overlaps what has become protected. */
  async withdraw(added: readonly ProtectedAsset[]): Promise<void> {
    await this.#apply(this.dropProtected(added));
  }

  /** Takes what overlaps these assets out of the journal; the caller makes the world follow. */
  dropProtected(added: readonly ProtectedAsset[]): Touched {
    const blocks = new Map<string, Block>();
    const exact = added.filter(({ network }) => network.prefix === (network.family === 4 ? 32 : 128));
    const wide = added.filter((candidate) => !exact.includes(candidate));
    for (const { network } of exact)
      for (const target of coveringTargets(network))
        for (const block of this.#ledger.store.withTarget(target)) blocks.set(block.id, block);
    if (wide.length > 0)
      for (const block of this.#ledger.store.all()) {
        const network = parseNetwork(block.target);
        if (network !== undefined && wide.some((candidate) => networksOverlap(candidate.network, network)))
          blocks.set(block.id, block);
      }
    if (blocks.size > 0) this.#log.warn('Blocks of what is protected now are taken back', { blocks: blocks.size });
    return this.drop([...blocks.values()], 'the target became protected');
  }

  /** Blocks in force as responders need them. */
  *intended(): Generator<Entry> {
    const uptime = this.#uptime();
    for (const { target, deadline } of this.#ledger.store.enforced()) {
      const network = parseNetwork(target);
      if (network !== undefined && deadline > uptime) yield { network, remainingMs: deadline - uptime };
    }
  }

  remainingMs(target: string): number | undefined {
    const deadline = this.#ledger.store.deadlineOf(target);
    const remaining = deadline === undefined ? 0 : deadline - this.#uptime();
    return remaining > 0 ? remaining : undefined;
  }

  /** Refuses an order, with a line in the audit as long as it is not flooded. */
  refuse(id: string, target: string, reason: string): OrderReply {
    const now = this.#clock.monotonicMs();
    if (this.#refused.recent(now) < this.#config.limits.ordersPerMinute) {
      this.#refused.add(now);
      this.#ledger.later(() => this.#ledger.note('refused', { id, target, reason }));
    }
    return this.reply(id, 'refused', reason);
  }

  reply(id: string, status: ActionStatus, detail?: string): OrderReply {
    const at = this.#clock.now();
    return detail === undefined ? { id, status, at } : { id, status, detail: detail.slice(0, 1024), at };
  }

  tell(reply: OrderReply): void {
    try {
      this.#onReply(reply);
    } catch (error) {
      this.#log.error('A reply could not be delivered', { id: reply.id, status: reply.status, error });
    }
  }

  #decide(job: Job, touched: Touched): Decision {
    const { order } = job;
    const { store } = this.#ledger;
    switch (order.kind) {
      case 'block':
        return this.#decideBlock(job, order, touched);
      case 'revert': {
        const block = store.get(order.id);
        if (block === undefined)
          return { job, replies: [this.refuse(order.id, '', 'no block with this id is in force')] };
        this.#remove(block, order.by, order.reason, touched);
        return { job, replies: [], gone: [block] };
      }
      case 'revert-all': {
        const gone = [...store.all()];
        for (const block of gone) this.#remove(block, order.by, order.reason, touched);
        this.#ledger.note('reverted-all', { by: order.by, reason: order.reason, blocks: gone.length });
        return { job, replies: [], gone };
      }
      default:
        return order satisfies never;
    }
  }

  #decideBlock(job: Job, order: BlockOrder, touched: Touched): Decision {
    const { store } = this.#ledger;
    const known = store.get(order.id);
    // Who sends it has not heard of its end, or the clock was set back since: what is over stays over.
    const end = known === undefined ? store.endOf(order.id) : undefined;
    if (end !== undefined) return { job, replies: [this.reply(order.id, end)] };
    const now = this.#clock.now();
    const monotonicMs = this.#clock.monotonicMs();
    const verdict = checkBlock(order, {
      config: this.#config,
      now,
      entries: known === undefined ? store.size : store.size - 1,
      recentOrders: this.#taken.recent(monotonicMs),
      conflict: (network) => this.#assets.conflict(network),
    });
    if (!verdict.ok) {
      if (verdict.late === true && known !== undefined) return { job, replies: [this.reply(order.id, known.status)] };
      const refusal = this.refuse(order.id, order.target, verdict.reason);
      // A refusal is the last word on an incident. That an order was late says nothing against the next one.
      return { job, replies: [verdict.late === true ? { ...refusal, status: 'failed' } : refusal] };
    }
    const target = formatNetwork(verdict.network);
    if (known !== undefined && known.target !== target)
      return { job, replies: [this.refuse(order.id, order.target, `this id blocks ${known.target} already`)] };
    // The same order delivered twice is one block; only a later end is news.
    if (known !== undefined && order.expiresAt <= known.expiresAt)
      return { job, replies: [this.reply(order.id, known.status)] };
    this.#taken.add(monotonicMs);
    const simulated = this.#config.mode === 'simulate';
    const block: Block = {
      id: order.id,
      target,
      responder: this.#responder.id,
      mode: this.#config.mode,
      status: simulated ? 'simulated' : 'planned',
      reason: order.reason,
      incident: order.incident,
      appliedAt: known?.appliedAt ?? now,
      expiresAt: order.expiresAt,
      deadline: Math.ceil(this.#uptime() + verdict.durationMs),
    };
    const renew = store.deadlineOf(target) !== undefined;
    store.put(block);
    const { id, reason, incident, expiresAt } = block;
    this.#ledger.note(known === undefined ? 'ordered' : 'renewed', {
      id,
      target,
      reason,
      incident,
      expiresAt,
      mode: block.mode,
      responder: block.responder,
    });
    if (simulated) {
      const seconds = Math.ceil(verdict.durationMs / 1000);
      return {
        job,
        replies: [this.reply(id, 'simulated', `${block.responder} would block ${target} for ${seconds} s`)],
      };
    }
    touched.set(target, { network: verdict.network, renew: renew || touched.has(target) });
    return { job, replies: [], block };
  }

  #remove(block: Block, by: string, reason: string, touched: Touched): void {
    this.#ledger.store.end(block.id, 'reverted');
    this.#ledger.note('reverted', { id: block.id, target: block.target, by, reason });
    const network = parseNetwork(block.target);
    if (block.mode === 'enforce' && network !== undefined) touched.set(block.target, { network, renew: true });
  }

  /** Makes the world follow the journal for these networks. */
  async #apply(touched: Touched): Promise<ReadonlyMap<string, ChangeOutcome>> {
    const outcomes = new Map<string, ChangeOutcome>();
    if (touched.size === 0) return outcomes;
    if (touched.size > MAX_CHANGES) {
      const result = await this.#responder.sync();
      const outcome: ChangeOutcome = result.available
        ? { ok: true, verified: Promise.resolve(true) }
        : { ok: false, reason: result.reason };
      for (const target of touched.keys()) outcomes.set(target, outcome);
      return outcomes;
    }
    const targets = [...touched.keys()];
    const changes = [...touched].map(([target, { network, renew }]): Change => {
      const remainingMs = this.remainingMs(target);
      return remainingMs === undefined ? { kind: 'unblock', network } : { kind: 'block', network, remainingMs, renew };
    });
    const results = await this.#responder.apply(changes);
    for (const [i, target] of targets.entries())
      outcomes.set(target, results[i] ?? { ok: false, reason: 'the responder gave no answer' });
    return outcomes;
  }

  #answer(decision: Decision, outcomes: ReadonlyMap<string, ChangeOutcome>, failed: Block[]): void {
    const { job, block, gone } = decision;
    const replies = [...decision.replies];
    const say = (reply: OrderReply): void => {
      replies.push(reply);
      this.tell(reply);
    };
    if (block !== undefined) {
      const outcome = outcomes.get(block.target);
      if (outcome?.ok === true) {
        say(this.reply(block.id, 'applied'));
        this.#ledger.later(() => {
          this.#ledger.store.setStatus(block.id, 'applied');
          this.#ledger.note('applied', { id: block.id, target: block.target });
        });
        void this.#verify(block, outcome.verified);
      } else {
        failed.push(block);
        const reason = outcome?.reason ?? 'the responder gave no answer';
        this.#ledger.later(() => this.#ledger.note('failed', { id: block.id, target: block.target, reason }));
        say(this.reply(block.id, 'failed', reason));
      }
    }
    for (const { id, target } of gone ?? []) {
      const outcome = outcomes.get(target);
      if (outcome === undefined || outcome.ok) say(this.reply(id, 'reverted'));
      else say(this.reply(id, 'failed', `${outcome.reason}; it ends by itself, or once the firewall can be changed`));
    }
    job.done?.(replies);
  }

  async #verify(block: Block, seen: Promise<boolean>): Promise<void> {
    let ok = await seen;
    // It was taken back or renewed meanwhile: then that is what counts.
    const current = (): boolean => !this.#closed && this.#ledger.store.get(block.id)?.deadline === block.deadline;
    if (!current()) return;
    if (!ok) {
      // However many wait for it, one replacement serves them all.
      this.#replacing ??= this.#replace();
      ok = await this.#replacing;
      if (!current()) return;
    }
    const status = ok ? 'verified' : 'failed';
    this.#ledger.later(() => {
      if (ok) this.#ledger.store.setStatus(block.id, 'verified');
      else this.#ledger.store.remove(block.id);
      this.#ledger.note(status, { id: block.id, target: block.target });
    });
    this.tell(this.reply(block.id, status, ok ? undefined : 'the firewall does not show the block'));
  }

  async #replace(): Promise<boolean> {
    this.#log.warn('A block was not seen in force; everything is replaced');
    const result = await this.#responder.sync();
    this.#replacing = undefined;
    return result.available;
  }

  #attempt(work: () => void): void {
    try {
      this.#ledger.commit(work);
    } catch (error) {
      this.#log.error('The enforcer’s state could not be written', { error });
      this.#ledger.later(work);
    }
  }
}

/** The texts of all networks that contain an address. */
function coveringTargets(address: Network): string[] {
  const width = address.prefix;
  const targets: string[] = [];
  for (let prefix = width; prefix > 0; prefix--) {
    const hostBits = BigInt(width - prefix);
    targets.push(formatNetwork({ family: address.family, base: (address.base >> hostBits) << hostBits, prefix }));
  }
  return targets;
}
