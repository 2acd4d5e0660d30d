/**
 * Carries orders out: makes what was decided durable in one commit, then has each responder's lane apply and verify it, and sees to it
 * that journal, world and what was told agree. One batch at a time; `enforcer.ts` sees to that.
 */
import type { ActionStatus, Measure, OrderReply } from '@netsentinel/contracts/action';
import type { BlockPlan } from '@netsentinel/contracts/block-plan';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import { isStronger, MEASURE_WORDS } from '@netsentinel/contracts/measure-words';
import { describeError } from '@netsentinel/kernel/errors';
import { parseNetwork } from '@netsentinel/kernel/address';
import type { Block } from './block-store.ts';
import type { BlockOrder } from './check.ts';
import { Decider, type Decision, type Job } from './decider.ts';
import type { EnforcerConfig } from './enforcer.config.ts';
import type { Lane } from './lane.ts';
import type { Ledger } from './ledger.ts';
import { Progress } from './progress.ts';
import type { ProtectedAsset, ProtectedAssets } from './protected-assets.ts';
import type { ChangeOutcome, Entry } from './responder.types.ts';
import { Touched, type Applied } from './touched.ts';
import { Withdrawal } from './withdrawal.ts';

/** How long a revert waits for a responder that is slow; the block's end is on its way then all the same. */
const PATIENCE_MS = 20_000;

const NOTHING_TO_DO: Promise<ChangeOutcome> = Promise.resolve({ ok: true, verified: Promise.resolve(true) });

export class Executor {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #ledger: Ledger;
  readonly #lanes: ReadonlyMap<string, Lane>;
  readonly #assets: ProtectedAssets;
  /** Milliseconds since boot. */
  readonly #uptime: () => number;
  readonly #progress: Progress;
  readonly #withdrawal: Withdrawal;
  readonly #decider: Decider;
  #dropped: Block[] = [];
  #closed = false;

  constructor(options: {
    readonly config: EnforcerConfig;
    readonly clock: Clock;
    readonly log: Logger;
    readonly ledger: Ledger;
    readonly lanes: ReadonlyMap<string, Lane>;
    readonly assets: ProtectedAssets;
    readonly onReply: (reply: OrderReply) => void;
    readonly uptime: () => number;
  }) {
    const { config, clock, log, ledger, lanes, assets, uptime } = options;
    const progress = new Progress({ clock, log, ledger, lanes, onReply: options.onReply });
    const withdrawal = new Withdrawal({ log, ledger, assets, progress, uptime });
    this.#clock = clock;
    this.#log = log;
    this.#ledger = ledger;
    this.#lanes = lanes;
    this.#assets = assets;
    this.#uptime = uptime;
    this.#progress = progress;
    this.#withdrawal = withdrawal;
    this.#decider = new Decider({ config, clock, ledger, lanes, assets, progress, withdrawal, uptime });
  }

  /** From now on what could not be verified yet stays as it is: the next start makes sure of everything. */
  close(): void {
    this.#closed = true;
  }

  get ordersLastMinute(): number {
    return this.#decider.ordersLastMinute;
  }

  /** Resolves once one of the responders has done its part, so that orders gather meanwhile and the slowest holds nobody up. */
  async carryOut(jobs: readonly Job[]): Promise<void> {
    const touched = new Touched();
    let decisions: Decision[];
    this.#assets.look();
    try {
      decisions = this.#ledger.commit(() => jobs.map((job) => this.#decider.decide(job, touched)));
    } catch (error) {
      this.#log.error('Orders could not be journaled; nothing was changed', { error });
      this.#progress.clear();
      this.#decider.forgetRecords();
      for (const { order, done } of jobs) {
        const reply = this.#progress.reply('id' in order ? order.id : '', 'failed', describeError(error));
        if ('id' in order) this.#progress.tell(reply);
        done?.([reply]);
      }
      return;
    }
    for (const { replies, aside } of decisions)
      if (aside !== true) for (const reply of replies) this.#progress.tell(reply);
    const applied = touched.apply(this.#lanes);
    for (const decision of decisions) this.#follow(decision, applied);
    this.#goOn(this.#weakened(decisions.flatMap(({ gone = [] }) => gone)), applied);
    await applied.first;
  }

  /** What would become of this order now, in each responder's own words; changes nothing and counts as no order. */
  plan(order: BlockOrder): BlockPlan {
    return this.#decider.plan(order);
  }

  /**
   * Ends every block whose time is over. Where there is a kernel it let the packets pass at that moment already; where a weaker measure goes on,
   * that is made now, unless (`quietly`) everything is about to be made.
   */
  expire(quietly = false): void {
    const touched = this.#withdrawal.expire();
    if (!quietly) this.#goOn(touched, touched.apply(this.#lanes));
  }

  /**
   * Takes the parts of one responder out of the journal: it does no more (but simulate, where `simulates`), or is configured no more.
   * Answers how many blocks it may hold.
   */
  retire(responder: string, why: string, simulates: boolean): number {
    return this.#withdrawal.retire(responder, why, simulates);
  }

  /** Takes out of the journal what a responder can no more, as it is configured now; for before the world is made equal to the journal. */
  retireMeasures(lane: Lane): void {
    for (const measure of this.#ledger.store.measures(lane.id)) {
      const why = lane.refuses(measure);
      if (why !== undefined) this.#withdrawal.retire(lane.id, why, false, measure);
    }
  }

  /** Lets in again whatever overlaps what has become protected. */
  async withdraw(added: readonly ProtectedAsset[]): Promise<void> {
    await this.#withdrawal.dropProtected(added).apply(this.#lanes).first;
  }

  /** Takes what overlaps these assets out of the journal; the caller makes the world follow. */
  dropProtected(added: readonly ProtectedAsset[]): Touched {
    return this.#withdrawal.dropProtected(added);
  }

  /** The same for every block that could not be made any more, whatever protects it now. */
  dropConflicting(): void {
    this.#withdrawal.dropConflicting();
  }

  /** What a responder holds again, after it was away or at its start. */
  madeGood(responder: string): void {
    const parts = this.#ledger.store.unmade(responder);
    if (parts.length === 0) return;
    try {
      this.#ledger.commit(() => {
        for (const { id } of parts) this.#ledger.store.setStatus(id, responder, 'applied');
        this.#ledger.note('made-good', { responder, blocks: parts.length });
      });
    } catch (error) {
      this.#log.error('The enforcer’s state could not be written', { error });
    }
    for (const part of parts) this.#progress.advance(part, 'applied');
  }

  /** A responder has not what was in force there, and will not make it again: its word counts, of one measure where it names one. */
  refusedBy(responder: string, target: string, reason: string, measure?: Measure): void {
    for (const part of this.#ledger.store.withTarget(target))
      if (part.responder === responder && part.live && (measure ?? part.measure) === part.measure)
        this.#failed(part, reason);
  }

  /** Blocks that a responder shall hold. */
  *intended(responder: string): Generator<Entry> {
    const uptime = this.#uptime();
    for (const { target, deadline, measure } of this.#ledger.store.live(responder, uptime)) {
      const network = parseNetwork(target);
      if (network === undefined) continue;
      yield { network, remainingMs: deadline - uptime, ...(measure === 'block' ? {} : { measure }) };
    }
  }

  remainingMs(target: string, responder: string): number | undefined {
    const uptime = this.#uptime();
    const held = this.#ledger.store.strongest(target, responder, uptime);
    return held === undefined ? undefined : held.deadline - uptime;
  }

  measureOf(target: string, responder: string): Measure | undefined {
    return this.#ledger.store.strongest(target, responder, this.#uptime())?.measure;
  }

  /** Refuses an order, with a line in the audit as long as it is not flooded. */
  refuse(id: string, target: string, reason: string): OrderReply {
    return this.#decider.refuse(id, target, reason);
  }

  reply(id: string, status: ActionStatus, detail?: string): OrderReply {
    return this.#progress.reply(id, status, detail);
  }

  tell(reply: OrderReply): void {
    this.#progress.tell(reply);
  }

  #follow({ job, replies, carried, gone }: Decision, applied: Applied): void {
    if (carried !== undefined)
      for (const part of carried)
        void applied.outcomeOf(part.responder, part.target)?.then((outcome) => this.#landed(part, outcome));
    if (gone !== undefined) void this.#left(job, gone, applied);
    else if (carried !== undefined && job.done !== undefined) void this.#carried(job.done, carried, applied);
    else job.done?.(replies);
  }

  /** Where a weaker measure holds, now that these have ended. */
  #weakened(ended: readonly Block[]): Touched {
    const places = new Touched();
    for (const { target, responder, measure, live } of ended) {
      const held = live ? this.#ledger.store.strongest(target, responder, this.#uptime()) : undefined;
      const network = held === undefined || !isStronger(measure, held.measure) ? undefined : parseNetwork(target);
      if (network !== undefined) places.add(responder, target, network, true);
    }
    return places;
  }

  /**
   * A weaker measure that goes on after a stronger one is tried only now, whatever was told of it before: it is followed as a new one. What is planned
   * is followed already.
   */
  #goOn(places: Touched, applied: Applied): void {
    for (const { responder, target } of places.places()) {
      const measure = this.measureOf(target, responder);
      for (const part of this.#ledger.store.withTarget(target))
        if (part.responder === responder && part.live && part.measure === measure && part.status !== 'planned')
          void applied.outcomeOf(responder, target)?.then((outcome) => {
            if (!this.#closed) this.#landed(part, outcome);
          });
    }
  }

  /** Answers once every responder has tried. */
  async #carried(done: NonNullable<Job['done']>, parts: readonly Block[], applied: Applied): Promise<void> {
    const patience = this.#patience();
    const all = Promise.all(
      parts.map(({ responder, target }) => applied.outcomeOf(responder, target) ?? NOTHING_TO_DO),
    );
    await Promise.race([all, patience.over]);
    patience.end();
    const id = parts[0]?.id ?? '';
    done([this.#progress.report(id)]);
  }

  #landed(part: Block, outcome: ChangeOutcome): void {
    // Taken back, denied or replaced by a later order meanwhile: then that is what counts.
    if (!this.#isCurrent(part)) return;
    const { id, responder, target, status } = part;
    if (outcome.ok && (status === 'applied' || status === 'verified')) return void this.#verify(part, outcome.verified);
    if (outcome.ok) {
      this.#progress.advance(part, 'applied');
      this.#ledger.later(() => {
        this.#ledger.store.setStatus(id, responder, 'applied');
        this.#ledger.note('applied', { id, target, responder });
      });
      void this.#verify(part, outcome.verified);
      return;
    }
    this.#failed(part, outcome.reason);
  }

  #failed(part: Block, reason: string): void {
    const { id, responder, target } = part;
    this.#progress.advance(part, 'failed', reason);
    this.#ledger.later(() => this.#ledger.note('failed', { id, target, responder, reason }));
    // One that is down makes it good when it is back; what one that works will not do is not intended any more.
    if (this.#lanes.get(responder)?.availability(part.measure).available === true) this.#forget(part);
    else this.#ledger.later(() => this.#ledger.store.setStatus(id, responder, 'failed', reason.slice(0, 1024)));
  }

  async #left(job: Job, gone: readonly Block[], applied: Applied): Promise<void> {
    const patience = this.#patience();
    const failures = new Map<string, string[]>();
    for (const { id } of gone) failures.set(id, []);
    await Promise.all(
      gone.map(async ({ id, responder, target }) => {
        const outcome = await Promise.race([applied.outcomeOf(responder, target) ?? NOTHING_TO_DO, patience.over]);
        if (!outcome.ok)
          failures.get(id)?.push(this.#lanes.size === 1 ? outcome.reason : `${responder}: ${outcome.reason}`);
      }),
    );
    patience.end();
    const replies = [...failures].map(([id, reasons]) =>
      reasons.length === 0
        ? this.#progress.reply(id, 'reverted')
        : this.#progress.reply(
            id,
            'failed',
            `${reasons.join('; ')}; it ends by itself, or once the firewall can be changed`,
          ),
    );
    for (const reply of replies) this.#progress.tell(reply);
    job.done?.(replies);
  }

  /** A failure after a while, for whoever waits for a responder that is slow. */
  #patience(): { readonly over: Promise<ChangeOutcome>; readonly end: () => void } {
    let end = (): void => {};
    const over = new Promise<ChangeOutcome>((resolve) => {
      end = this.#clock.after(PATIENCE_MS, () => resolve({ ok: false, reason: 'the responder takes long' }));
    });
    return { over, end };
  }

  async #verify(part: Block, seen: Promise<boolean>): Promise<void> {
    let ok = await seen;
    const { id, responder, target } = part;
    if (this.#closed || !this.#isCurrent(part)) return;
    if (!ok) {
      ok = (await this.#lanes.get(responder)?.replace()) === true;
      if (this.#closed || !this.#isCurrent(part)) return;
    }
    if (!ok) return this.#failed(part, `the firewall does not show the ${MEASURE_WORDS[part.measure].noun}`);
    this.#ledger.later(() => {
      this.#ledger.store.setStatus(id, responder, 'verified');
      this.#ledger.note('verified', { id, target, responder });
    });
    return this.#progress.advance(part, 'verified');
  }

  #isCurrent(part: Block): boolean {
    return this.#ledger.store.isLive(part);
  }

  /** Takes parts out of the journal that are not in force; many at once where many failed together. */
  #forget(part: Block): void {
    this.#dropped.push(part);
    if (this.#dropped.length > 1) return;
    setImmediate(() => {
      const parts = this.#dropped;
      this.#dropped = [];
      const work = (): void => {
        for (const { id, responder } of parts) this.#ledger.store.removePart(id, responder);
      };
      if (this.#closed) return this.#ledger.later(work);
      try {
        this.#ledger.commit(work);
        // It may have replaced a weaker one, which is to hold again.
        const weakened = this.#weakened(parts);
        return this.#goOn(weakened, weakened.apply(this.#lanes));
      } catch (error) {
        this.#log.error('The enforcer’s state could not be written', { error });
        return this.#ledger.later(work);
      }
    });
  }
}
