/**
 * The only part of NetSentinel that changes the world, and it trusts no one. An order is a transaction: plan → check → apply →
 * verify → expire or revert. What is intended is durable before it is applied, so that after a crash at any instant the world can be
 * made equal to the intention again; how long a block still lasts is kept on the monotonic clock, whatever the wall clock does.
 */
import { mkdirSync } from 'node:fs';
import { Order, type EnforcedBlock, type OrderReply } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import { formatNetwork } from '@netsentinel/kernel/address';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { EnforcerConfig } from './enforcer.config.ts';
import { Executor, type Job } from './executor.ts';
import { Ledger } from './ledger.ts';
import { ProtectedAssets, type ProtectedAsset } from './protected-assets.ts';
import type { Availability, Responder, ResponderFactory } from './responder.types.ts';
import { systemUptime, type Uptime } from './uptime.ts';

export interface EnforcerOptions {
  readonly config: EnforcerConfig;
  /** The enforcer's own: `enforcer.db` and `audit/`. Nobody else writes there. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Exactly one for now. */
  readonly responders: readonly ResponderFactory[];
  /** Called for each step of each block, also while `createEnforcer` is under way (blocks that expired meanwhile). */
  readonly onReply: (reply: OrderReply) => void;
  /** Time since boot; the system's by default. */
  readonly uptime?: () => Uptime;
}

export interface EnforcerDescription {
  readonly mode: EnforcerConfig['mode'];
  readonly blocks: number;
  readonly responders: readonly ({ readonly id: string } & Availability)[];
  readonly protected: readonly { readonly network: string; readonly why: string }[];
  /** Number of the last audit line on disk. */
  readonly auditSeq: number;
  readonly ordersLastMinute: number;
}

export interface Enforcer {
  /** Takes an order as it came; what is wrong with it is answered through `onReply`. Never throws. */
  handle(order: unknown): void;
  list(): EnforcedBlock[];
  /** Takes one block back; `by` names the person or program for the audit. */
  revert(id: string, by: string): Promise<OrderReply>;
  /** Takes every block back; answers how many. Rejects with `ENFORCER_REVERT` where the firewall did not follow. */
  revertAll(by: string): Promise<number>;
  describe(): EnforcerDescription;
  /** Ends our processes and leaves blocks in force; the kernel expires them. */
  close(): Promise<void>;
}

const MAX_PENDING = 10_000;
const MAX_BATCH = 1000;
/** Also the longest that a block could outlast its end in our books if a timer were lost. */
const MAX_TIMER_MS = 60_000;
/** Until what could not be written (a full disk) is tried again. */
const RETRY_MS = 1_000;

/** Rebuilds the state of the world from the journal, then takes orders. Rejects only where its own state cannot be opened. */
export async function createEnforcer(options: EnforcerOptions): Promise<Enforcer> {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const enforcer = new LocalEnforcer(options);
  await enforcer.start();
  return enforcer;
}

class LocalEnforcer implements Enforcer {
  readonly #config: EnforcerConfig;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #ledger: Ledger;
  readonly #responder: Responder;
  readonly #assets: ProtectedAssets;
  readonly #executor: Executor;
  readonly #boot: Uptime;
  #pending: Job[] = [];
  #running: Promise<void> = Promise.resolve();
  #scheduled = false;
  #expiry: { readonly at: number; readonly cancel: () => void } | undefined;
  #started = false;
  #closed = false;

  constructor(options: EnforcerOptions) {
    const { config, clock, log } = options;
    const [factory, ...more] = options.responders;
    if (factory === undefined || more.length > 0)
      throw new NetSentinelError('ENFORCER_RESPONDERS', 'user', 'The enforcer works with exactly one responder', {
        hint: 'Configure one; several at once are not supported yet.',
      });
    this.#config = config;
    this.#clock = clock;
    this.#log = log;
    const uptime = (options.uptime ?? systemUptime)();
    // From here on the clock alone counts: this is where its zero lies on the scale of the boot.
    this.#boot = { boot: uptime.boot, ms: uptime.ms - clock.monotonicMs() };
    const { directory } = options;
    this.#ledger = new Ledger({ directory, auditFileBytes: config.auditFileBytes, clock, log });
    this.#responder = factory({
      clock,
      log,
      intended: {
        remainingMs: (network) => this.#executor.remainingMs(formatNetwork(network)),
        all: () => this.#executor.intended(),
        count: () => this.#ledger.store.count('enforce'),
      },
      onMended: (what, entries) => {
        log.warn('The firewall differed from what is intended and was mended', { what, entries });
        this.#ledger.later(() => this.#ledger.note('mended', { what, entries, responder: this.#responder.id }));
      },
    });
    this.#assets = new ProtectedAssets({
      config,
      clock,
      log,
      onChange: (added) => {
        if (this.#started) this.#exclusively(() => this.#executor.withdraw(added));
      },
    });
    this.#executor = new Executor({
      config,
      clock,
      log,
      ledger: this.#ledger,
      responder: this.#responder,
      assets: this.#assets,
      onReply: options.onReply,
      uptime: () => this.#uptime(),
    });
  }

  async start(): Promise<void> {
    const { store } = this.#ledger;
    const { mode } = this.#config;
    store.rebase(this.#boot.boot, this.#uptime(), this.#clock.now());
    this.#executor.expire();
    const enforcedBefore = store.count('enforce') > 0;
    if (mode !== 'enforce' && enforcedBefore) this.#executor.drop([...store.all('enforce')], `mode: ${mode}`);
    // Before the world is made equal to the journal, the journal is rid of what is protected by now.
    await this.#assets.start();
    this.#executor.dropProtected(this.#newlyProtected());
    this.#started = true;
    let availability: Availability | undefined;
    if (mode === 'enforce') availability = await this.#responder.start();
    else if (enforcedBefore) availability = await this.#responder.clear();
    this.#ledger.commit(() =>
      this.#ledger.note('started', {
        mode,
        blocks: store.count(),
        responder: this.#responder.id,
        ...(availability?.available === false ? { unavailable: availability.reason } : {}),
      }),
    );
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
    for (const { deadline: _, ...block } of this.#ledger.store.all()) blocks.push(block);
    return blocks;
  }

  revert(id: string, by: string): Promise<OrderReply> {
    return new Promise((resolve) => {
      const busy = this.#executor.reply(id, 'failed', 'the enforcer is busy or closed');
      const order: Order = { kind: 'revert', id, by, reason: 'asked for' };
      if (!this.#enqueue({ order, done: ([reply]) => resolve(reply ?? busy) })) resolve(busy);
    });
  }

  revertAll(by: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const done = (replies: readonly OrderReply[]): void => {
        const failed = replies.find(({ status }) => status === 'failed');
        if (failed === undefined) return resolve(replies.length);
        const message = failed.detail ?? 'Blocks could not be taken back';
        return reject(new NetSentinelError('ENFORCER_REVERT', 'operational', message));
      };
      if (!this.#enqueue({ order: { kind: 'revert-all', by, reason: 'asked for' }, done }))
        reject(new NetSentinelError('ENFORCER_BUSY', 'operational', 'The enforcer is busy or closed'));
    });
  }

  describe(): EnforcerDescription {
    const unused = {
      available: false,
      reason: `not used (mode: ${this.#config.mode})`,
      hint: 'Set mode to enforce.',
    } as const;
    const availability = this.#config.mode === 'enforce' ? this.#responder.availability() : unused;
    return {
      mode: this.#config.mode,
      blocks: this.#ledger.store.count(),
      responders: [{ id: this.#responder.id, ...availability }],
      protected: this.#assets.list().map(({ network, why }) => ({ network: formatNetwork(network), why })),
      auditSeq: this.#ledger.auditSeq,
      ordersLastMinute: this.#executor.ordersLastMinute,
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#expiry?.cancel();
    this.#assets.close();
    await this.#running;
    this.#executor.close();
    await this.#responder.close();
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
    this.#exclusively(async () => {
      // Orders that arrive in the same turn share one commit and one change of the firewall.
      await new Promise((resolve) => setImmediate(resolve));
      this.#scheduled = false;
      while (this.#pending.length > 0) await this.#executor.carryOut(this.#pending.splice(0, MAX_BATCH));
      this.#planExpiry();
    });
    return true;
  }

  /** One thing at a time changes journal and world. */
  #exclusively(work: () => Promise<void>): void {
    this.#running = this.#running
      .then(work)
      .catch((error: unknown) => this.#log.error('The enforcer failed at its work', { error }));
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
      this.#exclusively(async () => {
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
