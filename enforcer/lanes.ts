/** All lanes there are: those that are configured, and those that join and leave while we run (enforcement points on other hosts). */
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import { formatNetwork } from '@netsentinel/kernel/address';
import type { Executor } from './executor.ts';
import { Lane } from './lane.ts';
import type { Ledger } from './ledger.ts';
import type { ConfiguredResponder, ResponderContext, ResponderFactory } from './responder.types.ts';

/** How long is waited for responders at their start; one that takes longer is waited for by nobody. */
const START_MS = 5000;

const NOBODY: ReadonlySet<string> = new Set();

export class Lanes {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #ledger: Ledger;
  readonly #executor: () => Executor;
  readonly #retired: (id: string) => Promise<ResponderFactory | undefined>;
  readonly #byId = new Map<string, Lane>();

  constructor(options: {
    readonly clock: Clock;
    readonly log: Logger;
    readonly ledger: Ledger;
    /** It is made with these lanes, and asked only once it is there. */
    readonly executor: () => Executor;
    /** Makes a responder that is configured no more. */
    readonly retired: ((id: string) => Promise<ResponderFactory | undefined>) | undefined;
  }) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#ledger = options.ledger;
    this.#executor = options.executor;
    this.#retired = options.retired ?? (() => Promise.resolve(undefined));
  }

  get byId(): ReadonlyMap<string, Lane> {
    return this.#byId;
  }

  all(): Lane[] {
    return [...this.#byId.values()];
  }

  /** Makes a lane, which is not started yet. */
  add({ id, mode, create }: ConfiguredResponder): Lane {
    const context = this.#contextOf(id, () => lane.ready());
    const lane: Lane = new Lane({
      id,
      mode,
      responder: create(context),
      intended: context.intended,
      clock: this.#clock,
      log: this.#log,
      onBack: () => this.#executor().madeGood(id),
    });
    this.#byId.set(id, lane);
    return lane;
  }

  /** Takes back what a responder holds, and lets it go. */
  async remove(id: string, why: string): Promise<void> {
    const lane = this.#byId.get(id);
    if (lane === undefined) return;
    this.#executor().retire(id, why, false);
    if (lane.availability().available) await this.briefly(lane.clear());
    this.#byId.delete(id);
    await lane.close();
  }

  /** Starts those that change the world. */
  start(): Promise<unknown> {
    return Promise.all(this.all().flatMap((lane) => (lane.isLive ? [lane.start()] : [])));
  }

  /** Takes back what is held by responders that may change the world no more, or are configured no more, or no more for that. */
  async retire(): Promise<void> {
    await Promise.all(
      this.#ledger.store.responders().map(async (id) => {
        const lane = this.#byId.get(id);
        if (lane?.isLive === true) return this.#executor().retireMeasures(lane);
        const why = lane === undefined ? 'its responder is configured no more' : `mode: ${lane.mode}`;
        const held = this.#executor().retire(id, why, lane?.mode === 'simulate');
        if (held === 0) return;
        if (lane !== undefined) await lane.clear();
        else await this.#clearRetired(id, held);
      }),
    );
  }

  /** Waits, but not for ever. */
  async briefly(work: Promise<unknown>): Promise<void> {
    let cancel = (): void => {};
    const late = new Promise<void>((resolve) => (cancel = this.#clock.after(START_MS, resolve)));
    await Promise.race([work, late]);
    cancel();
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map((lane) => lane.close()));
  }

  async #clearRetired(id: string, held: number): Promise<void> {
    const responder = (await this.#retired(id))?.(this.#contextOf(id, () => {}));
    const result = await responder?.clear();
    await responder?.close();
    if (result?.available === true) return;
    this.#log.warn('A responder that is configured no more may still hold blocks; they end by themselves', {
      responder: id,
      held,
      ...(result === undefined ? {} : { reason: result.reason }),
    });
  }

  #contextOf(id: string, onReady: () => void): ResponderContext {
    return {
      clock: this.#clock,
      log: this.#log,
      intended: {
        remainingMs: (network) => this.#executor().remainingMs(formatNetwork(network), id),
        measureOf: (network) => this.#executor().measureOf(formatNetwork(network), id),
        orderOf: (network) => this.#ledger.store.oldest(formatNetwork(network), id),
        all: () => this.#executor().intended(id),
        count: () => this.#ledger.store.countLive(id),
        waiting: () => this.#byId.get(id)?.waiting ?? NOBODY,
      },
      onMended: (what, entries) => {
        this.#log.warn('The world differed from what is intended and was mended', { responder: id, what, entries });
        this.#ledger.later(() => this.#ledger.note('mended', { what, entries, responder: id }));
      },
      onNoted: (kind, fields) => this.#ledger.later(() => this.#ledger.note(kind, fields)),
      onReady,
      onRefused: (network, reason, measure) => this.#executor().refusedBy(id, formatNetwork(network), reason, measure),
    };
  }
}
