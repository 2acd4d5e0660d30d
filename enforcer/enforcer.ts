/**
 * The only part of NetSentinel that changes the world, and it trusts no one. An order is a transaction: plan → check → apply →
 * verify → expire or revert. What is intended is durable before it is applied, so that after a crash at any instant the world can be
 * made equal to the intention again; how long a block still lasts is kept on the monotonic clock, whatever the wall clock does.
 */
import {
  Order,
  type EnforcedBlock,
  type Measure,
  type OrderReply,
  type UsualTraffic,
} from '@netsentinel/contracts/action';
import type { BlockPlan } from '@netsentinel/contracts/block-plan';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import { formatNetwork } from '@netsentinel/kernel/address';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { makeFolder } from '@netsentinel/kernel/make-folder';
import type { Job } from './decider.ts';
import type { EnforcerConfig } from './enforcer.config.ts';
import type { BlockSelection, Enforcer, EnforcerDescription, EnforcerOptions } from './enforcer.types.ts';
import { Executor } from './executor.ts';
import { Lanes } from './lanes.ts';
import { Ledger } from './ledger.ts';
import { personOrder, type Measured } from './person-order.ts';
import { ProtectedAssets, type ProtectedAsset } from './protected-assets.ts';
import type { ConfiguredResponder } from './responder.types.ts';
import { SegmentDesk } from './segments/segment-desk.ts';
import { strongest } from './strongest-mode.ts';
import { systemUptime, type Uptime } from './uptime.ts';

const MAX_PENDING = 10_000;
const MAX_BATCH = 1000;
/** Also the longest that a block could outlast its end in our books if a timer were lost. */
const MAX_TIMER_MS = 60_000;
/** Until what could not be written (a full disk) is tried again. */
const RETRY_MS = 1_000;

/** Rebuilds the state of the world from the journal, then takes orders. Rejects only where its own state cannot be opened. */
export async function createEnforcer(options: EnforcerOptions): Promise<Enforcer> {
  makeFolder(options.directory);
  const enforcer = new LocalEnforcer(options);
  await enforcer.start();
  return enforcer;
}

class LocalEnforcer implements Enforcer {
  readonly #config: EnforcerConfig;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #ledger: Ledger;
  readonly #lanes: Lanes;
  readonly #assets: ProtectedAssets;
  readonly #executor: Executor;
  readonly #boot: Uptime;
  readonly segments: SegmentDesk;
  #pending: Job[] = [];
  #running: Promise<void> = Promise.resolve();
  #scheduled = false;
  #expiry: { readonly at: number; readonly cancel: () => void } | undefined;
  #started = false;
  #closed = false;

  constructor(options: EnforcerOptions) {
    const { config, clock, log } = options;
    if (options.responders.length === 0)
      throw new NetSentinelError('ENFORCER_RESPONDERS', 'user', 'The enforcer has no responder to work with', {
        hint: 'Name one below enforcer.responders.',
      });
    this.#config = config;
    this.#clock = clock;
    this.#log = log;
    const uptime = (options.uptime ?? systemUptime)();
    // From here on the clock alone counts: this is where its zero lies on the scale of the boot.
    this.#boot = { boot: uptime.boot, ms: uptime.ms - clock.monotonicMs() };
    const { directory } = options;
    this.#ledger = new Ledger({ directory, auditFileBytes: config.auditFileBytes, clock, log });
    const { ledger, retired } = { ledger: this.#ledger, retired: options.retired };
    this.#lanes = new Lanes({ clock, log, ledger, retired, executor: () => this.#executor });
    for (const responder of options.responders) this.#lanes.add(responder);
    this.#assets = new ProtectedAssets({
      config,
      clock,
      log,
      onChange: (added) => {
        if (this.#started) void this.#exclusively(() => this.#executor.withdraw(added));
      },
    });
    this.#executor = new Executor({
      config,
      clock,
      log,
      ledger: this.#ledger,
      lanes: this.#lanes.byId,
      assets: this.#assets,
      onReply: options.onReply,
      uptime: () => this.#uptime(),
    });
    this.segments = new SegmentDesk({
      clock,
      log,
      ledger: this.#ledger,
      assets: this.#assets,
      networks: options.responders.flatMap(({ id, mode, network }) => (network ? [{ id, mode, network }] : [])),
    });
  }

  async start(): Promise<void> {
    const { store } = this.#ledger;
    store.rebase(this.#boot.boot, this.#uptime(), this.#clock.now());
    this.#executor.expire(true);
    const cleared = this.#lanes.retire();
    // Before the world is made equal to the journal, the journal is rid of what is protected by now.
    await this.#assets.start();
    this.#executor.dropProtected(this.#newlyProtected());
    if (this.#config.allowAsns.length > 0) this.#executor.dropConflicting();
    this.#started = true;
    await this.#lanes.briefly(Promise.all([cleared, this.#lanes.start()]));
    this.#ledger.commit(() =>
      this.#ledger.note('started', {
        blocks: store.size,
        responders: Object.fromEntries(
          this.#lanes.all().map((lane) => {
            const now = lane.availability();
            return [lane.id, lane.isLive && !now.available ? `${lane.mode}, unavailable: ${now.reason}` : lane.mode];
          }),
        ),
      }),
    );
    this.segments.start();
    this.#planExpiry();
  }

  /** The machine's own addresses and the like, and what is configured unless it was the same at the last start. */
  #newlyProtected(): readonly ProtectedAsset[] {
    const { allow, management } = this.#config;
    const configured = JSON.stringify([allow, management]);
    const { store } = this.#ledger;
    if (store.recall('configured') === configured) return this.#assets.machine();
    this.#ledger.commit(() => store.remember('configured', configured));
    return this.#assets.list();
  }

  handle(input: unknown): void {
    const parsed = Order.safeParse(input);
    if (parsed.success) {
      if (this.#enqueue({ order: parsed.data }) || !('id' in parsed.data)) return;
      this.#executor.tell(this.#executor.reply(parsed.data.id, 'refused', 'too many orders are waiting'));
      return;
    }
    const id = (input as { id?: unknown } | null | undefined)?.id;
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    const reason = `the order is malformed${where === '' ? '' : ` at ${where.slice(0, 64)}`}`;
    const reply = this.#executor.refuse(typeof id === 'string' ? id.slice(0, 64) : '', '', reason);
    this.#executor.tell(reply);
  }

  list(): EnforcedBlock[] {
    const blocks: EnforcedBlock[] = [];
    for (const { deadline: _, live: __, ...block } of this.#ledger.store.all()) blocks.push(block);
    return blocks;
  }

  revert(id: string, by: string): Promise<OrderReply> {
    return this.#answered({ kind: 'revert', id, by, reason: 'asked for' });
  }

  do(what: Measured, by: string, reason: string): Promise<OrderReply> {
    return this.#answered(personOrder(what, by, reason, this.#clock.now()));
  }

  plan(target: string, ttlMs: number, traffic?: UsualTraffic, measure: Measure = 'block'): BlockPlan {
    return this.#executor.plan({
      kind: 'block',
      measure,
      id: 'plan',
      target,
      expiresAt: this.#clock.now() + ttlMs,
      reason: 'a plan',
      incident: '',
      sourceVerified: true,
      evidence: ['decoy'],
      ...(traffic === undefined ? {} : { traffic }),
    });
  }

  decide(word: 'approve' | 'deny', id: string, by: string, reason: string): Promise<OrderReply> {
    return this.#answered({ kind: word, id, by, reason });
  }

  revertWhere(which: BlockSelection, by: string): Promise<number> {
    return this.#counted({ kind: 'revert-where', ...which, by, reason: 'asked for' });
  }

  revertAll(by: string): Promise<number> {
    return this.#counted({ kind: 'revert-all', by, reason: 'asked for' });
  }

  #answered(order: Extract<Order, { kind: 'block' | 'revert' | 'approve' | 'deny' }>): Promise<OrderReply> {
    return new Promise((resolve) => {
      const busy = this.#executor.reply(order.id, 'failed', 'the enforcer is busy or closed');
      if (!this.#enqueue({ order, done: ([reply]) => resolve(reply ?? busy) })) resolve(busy);
    });
  }

  #counted(order: Order): Promise<number> {
    return new Promise((resolve, reject) => {
      const done = (replies: readonly OrderReply[]): void => {
        const failed = replies.find(({ status }) => status === 'failed');
        if (failed === undefined) return resolve(replies.length);
        const message = failed.detail ?? 'Blocks could not be taken back';
        return reject(new NetSentinelError('ENFORCER_REVERT', 'operational', message));
      };
      if (!this.#enqueue({ order, done }))
        reject(new NetSentinelError('ENFORCER_BUSY', 'operational', 'The enforcer is busy or closed'));
    });
  }

  describe(): EnforcerDescription {
    const { store } = this.#ledger;
    return {
      mode: strongest(this.#lanes.all().map(({ mode }) => mode)),
      blocks: store.size,
      awaitingApproval: store.countAwaiting(),
      responders: this.#lanes.all().map((lane) => ({ ...lane.state(), blocks: store.countLive(lane.id) })),
      protected: this.#assets.list().map(({ network, why }) => ({ network: formatNetwork(network), why })),
      auditSeq: this.#ledger.auditSeq,
      ordersLastMinute: this.#executor.ordersLastMinute,
    };
  }

  join(responder: ConfiguredResponder): Promise<void> {
    return this.#exclusively(async () => {
      if (this.#closed || this.#lanes.byId.has(responder.id)) return;
      const lane = this.#lanes.add(responder);
      this.#ledger.later(() => this.#ledger.note('joined', { responder: lane.id, mode: lane.mode }));
      // Whoever waits for a block elsewhere does not wait for its start.
      if (lane.isLive) void lane.start();
      return Promise.resolve();
    });
  }

  record(kind: string, fields: Readonly<Record<string, unknown>>): void {
    this.#ledger.commit(() => this.#ledger.note(kind, fields));
  }

  leave(id: string, why: string): Promise<void> {
    return this.#exclusively(() => this.#lanes.remove(id, why));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#expiry?.cancel();
    this.#assets.close();
    await this.#running;
    this.#executor.close();
    await this.segments.close();
    await this.#lanes.close();
    await this.#ledger.close();
  }

  #uptime(): number {
    return this.#boot.ms + this.#clock.monotonicMs();
  }

  #enqueue(job: Job): boolean {
    if (this.#closed || this.#pending.length >= MAX_PENDING) return false;
    this.#pending.push(job);
    if (this.#scheduled) return true;
    this.#scheduled = true;
    void this.#exclusively(async () => {
      // Orders that arrive in the same turn share one commit and one change of the firewall.
      await new Promise((resolve) => setImmediate(resolve));
      this.#scheduled = false;
      while (this.#pending.length > 0) await this.#executor.carryOut(this.#pending.splice(0, MAX_BATCH));
      this.#planExpiry();
    });
    return true;
  }

  /** One thing at a time changes journal and world. */
  #exclusively(work: () => Promise<void>): Promise<void> {
    this.#running = this.#running
      .then(work)
      .catch((error: unknown) => this.#log.error('The enforcer failed at its work', { error }));
    return this.#running;
  }

  /** `leastMs`: not sooner, where the last try has failed. */
  #planExpiry(leastMs = 1): void {
    if (this.#closed) return;
    const next = this.#ledger.store.nextDeadline();
    if (next === undefined || (this.#expiry !== undefined && this.#expiry.at <= next)) return;
    this.#expiry?.cancel();
    const delay = Math.min(MAX_TIMER_MS, Math.max(leastMs, Math.ceil(next - this.#uptime())));
    const cancel = this.#clock.after(delay, () => {
      this.#expiry = undefined;
      void this.#exclusively(async () => {
        try {
          this.#executor.expire();
          this.#planExpiry();
        } catch (error) {
          // The kernel has let its packets pass by itself; only our books are behind.
          this.#planExpiry(RETRY_MS);
          throw error;
        }
        return Promise.resolve();
      });
    });
    this.#expiry = { at: next, cancel };
  }
}
