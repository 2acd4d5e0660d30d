/**
 * One responder at work: what it shall do waits here, is done one batch after another, and whoever asked for it hears of it. Each has a
 * lane of its own, so that one that is slow or down holds nobody up. What a lane could not do stays intended and is made good once
 * the responder is back.
 */
import { Measure, type ResponseMode } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import { formatNetwork, type Network } from '@netsentinel/kernel/address';
import type { Availability, Change, ChangeOutcome, IntendedBlocks, Responder } from './responder.types.ts';
import { Turns } from './turns.ts';

/** With more networks than this changed at once, replacing everything is faster than changing each. */
export const MAX_CHANGES = 2000;
/** Networks that wait; beyond this everything is replaced when their turn comes. */
const MAX_WAITING = 50_000;
const WATCH_MS = 1000;
const MAX_PAUSE_MS = 30_000;
/** That a responder which hangs may take of our end. */
const CLOSE_MS = 3000;

type Waiter = (outcome: ChangeOutcome) => void;

interface Waiting {
  readonly network: Network;
  renew: boolean;
  readonly waiters: Waiter[];
}

export interface LaneState {
  readonly id: string;
  readonly mode: ResponseMode;
  /** Networks whose change waits. */
  readonly waiting: number;
  /** How long the change that is being made has taken so far; 0 where none is. */
  readonly busyMs: number;
  /** Measures that it cannot take, each with why. */
  readonly refuses: Readonly<Partial<Record<Measure, string>>>;
}

export class Lane {
  readonly id: string;
  readonly mode: ResponseMode;
  readonly responder: Responder;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #intended: IntendedBlocks;
  readonly #onBack: (lane: Lane) => void;
  #waiting = new Map<string, Waiting>();
  /** More was to be done than can wait: everything is to be replaced. */
  #behind = false;
  #working = false;
  #busySince: number | undefined;
  readonly #turns = new Turns();
  #replacing: Promise<boolean> | undefined;
  #started = false;
  #down = false;
  /** Why it is unavailable, as it was last told. */
  #told: string | undefined;
  #pauseMs = WATCH_MS;
  #nextTry = 0;
  #trying = false;
  #cancelWatch: (() => void) | undefined;
  #closed = false;

  constructor(options: {
    readonly id: string;
    readonly mode: ResponseMode;
    readonly responder: Responder;
    readonly intended: IntendedBlocks;
    readonly clock: Clock;
    readonly log: Logger;
    /** Everything that is intended is in force, after a start or after some of it could not be made. */
    readonly onBack: (lane: Lane) => void;
  }) {
    this.id = options.id;
    this.mode = options.mode;
    this.responder = options.responder;
    this.#intended = options.intended;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#onBack = options.onBack;
  }

  /** Networks, as text, whose change waits for the one that is being made. */
  get waiting(): { readonly size: number; has(network: string): boolean } {
    return this.#waiting;
  }

  /** True where it changes the world. */
  get isLive(): boolean {
    return this.mode === 'enforce' || this.mode === 'approve';
  }

  /** Of one measure, where that is given. */
  availability(measure?: Measure): Availability {
    if (this.isLive) return this.responder.availability(measure);
    return { available: false, reason: `not used (mode: ${this.mode})`, hint: 'Set its mode to enforce.' };
  }

  state(): LaneState & Availability {
    const busyMs = this.#busySince === undefined ? 0 : Math.round(this.#clock.monotonicMs() - this.#busySince);
    const refuses: Partial<Record<Measure, string>> = {};
    for (const measure of Measure.options) {
      const why = this.refuses(measure);
      if (why !== undefined) refuses[measure] = why;
    }
    return { id: this.id, mode: this.mode, waiting: this.#waiting.size, busyMs, refuses, ...this.availability() };
  }

  /** Why its responder cannot take this measure, or undefined where it can. */
  refuses(measure: Measure): string | undefined {
    const { responder } = this;
    if (responder.refuses === undefined) return measure === 'block' ? undefined : 'it can only block';
    return responder.refuses(measure);
  }

  /** What the responder would do, in its own words, within the bounds of a reply. */
  plan(change: Change): string[] {
    try {
      const lines = this.responder.plan(change);
      return lines.slice(0, 16).map((line) => line.slice(0, 512));
    } catch (error) {
      this.#log.error('A responder broke its contract', { responder: this.id, error });
      return [];
    }
  }

  /** Makes the world equal to what is intended and goes on seeing to it. Never rejects. */
  async start(): Promise<Availability> {
    await this.#try();
    this.#watch();
    return this.responder.availability();
  }

  /** Its responder can be reached again: nothing is known of what it holds. */
  ready(): void {
    if (this.#closed || !this.isLive || this.#trying) return;
    this.#down = true;
    void this.#try();
  }

  /** Takes everything of ours away. */
  clear(): Promise<Availability> {
    return this.#alone(() => this.responder.clear());
  }

  /** The network's state is to follow the journal; resolves once it has been tried. `renew`: it may be blocked already. */
  touch(network: Network, renew: boolean): Promise<ChangeOutcome> {
    return new Promise((resolve) => {
      if (this.#closed) return resolve({ ok: false, reason: 'closed' });
      const text = formatNetwork(network);
      const known = this.#waiting.get(text);
      if (known !== undefined) {
        known.renew = true;
        known.waiters.push(resolve);
        return undefined;
      }
      if (this.#waiting.size >= MAX_WAITING) {
        this.#behind = true;
        return resolve({ ok: false, reason: `${this.id} is too far behind; it is made good` });
      }
      this.#waiting.set(text, { network, renew, waiters: [resolve] });
      if (!this.#working) {
        this.#working = true;
        void this.#alone(() => this.#work());
      }
      return undefined;
    });
  }

  /** Very much is to follow the journal: everything is replaced at once. */
  everything(): Promise<ChangeOutcome> {
    return this.#alone(async (): Promise<ChangeOutcome> => {
      const result = await this.responder.sync();
      if (result.available) return { ok: true, verified: Promise.resolve(true) };
      this.#wentDown();
      return { ok: false, reason: result.reason };
    });
  }

  /** Replaces everything by what is intended; however many ask for it meanwhile, one replacement serves them all. */
  replace(): Promise<boolean> {
    this.#replacing ??= this.#alone(async () => {
      this.#log.warn('A block was not seen in force; everything is replaced', { responder: this.id });
      const { available } = await this.responder.sync();
      this.#replacing = undefined;
      return available;
    });
    return this.#replacing;
  }

  /** Ends its processes and leaves blocks in force. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelWatch?.();
    await this.responder.close();
    let cancel: (() => void) | undefined;
    await Promise.race([
      this.#turns.done(),
      new Promise<void>((resolve) => (cancel = this.#clock.after(CLOSE_MS, resolve))),
    ]);
    cancel?.();
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#turns.take(async () => {
      this.#busySince = this.#clock.monotonicMs();
      try {
        return await work();
      } finally {
        this.#busySince = undefined;
      }
    });
    run.catch((error: unknown) => this.#log.error('A responder broke its contract', { responder: this.id, error }));
    return run;
  }

  async #work(): Promise<void> {
    try {
      while (this.#waiting.size > 0 || this.#behind) {
        const batch = this.#waiting;
        const behind = this.#behind;
        this.#waiting = new Map();
        this.#behind = false;
        this.#busySince = this.#clock.monotonicMs();
        const outcomes = await this.#change([...batch.values()], behind);
        const failed = outcomes.some(({ ok }) => !ok);
        if (failed && !this.responder.availability().available) this.#wentDown();
        let i = 0;
        for (const { waiters } of batch.values()) {
          const outcome = outcomes[i++] ?? { ok: false, reason: 'the responder gave no answer' };
          for (const tell of waiters) tell(outcome);
        }
        if (behind && !failed && this.responder.availability().available) this.#onBack(this);
      }
    } finally {
      this.#working = false;
    }
  }

  async #change(batch: readonly Waiting[], behind: boolean): Promise<readonly ChangeOutcome[]> {
    const before = this.responder.availability();
    // What is known to be down is not waited for: it is made good when it is back.
    if (this.#down && !before.available) return batch.map(() => ({ ok: false, reason: before.reason }));
    try {
      if (behind || batch.length > MAX_CHANGES) {
        const result = await this.responder.sync();
        const outcome: ChangeOutcome = result.available
          ? { ok: true, verified: Promise.resolve(true) }
          : { ok: false, reason: result.reason };
        return batch.map(() => outcome);
      }
      return await this.responder.apply(
        batch.map(({ network, renew }): Change => {
          const remainingMs = this.#intended.remainingMs(network);
          if (remainingMs === undefined) return { kind: 'unblock', network };
          const measure = this.#intended.measureOf?.(network) ?? 'block';
          return { kind: 'block', network, remainingMs, renew, ...(measure === 'block' ? {} : { measure }) };
        }),
      );
    } catch (error) {
      this.#log.error('A responder broke its contract', { responder: this.id, error });
      return batch.map(() => ({ ok: false, reason: 'the responder failed' }));
    }
  }

  #wentDown(): void {
    this.#tell(this.responder.availability());
    if (this.#down) return;
    this.#down = true;
    this.#pauseMs = WATCH_MS;
    this.#nextTry = this.#clock.monotonicMs() + this.#pauseMs;
  }

  /** For all responders, which only say it: once, and again where the reason has become another. */
  #tell(now: Availability): void {
    if (now.available || now.reason === this.#told) return;
    this.#told = now.reason;
    this.#log.error('A responder is unavailable', { responder: this.id, reason: now.reason, hint: now.hint });
  }

  #watch(): void {
    if (this.#closed) return;
    this.#cancelWatch = this.#clock.after(WATCH_MS, () => {
      const { available } = this.responder.availability();
      if (!available && !this.#trying) this.#wentDown();
      const due = available || this.#clock.monotonicMs() >= this.#nextTry;
      if (this.#down && due && !this.#trying) void this.#try();
      this.#watch();
    });
  }

  /** Starts it, or makes it equal to what is intended after it was away. */
  async #try(): Promise<void> {
    this.#trying = true;
    try {
      const result = await this.#alone(() => (this.#started ? this.responder.sync() : this.responder.start()));
      if (this.#closed) return;
      if (result.available) {
        this.#started = true;
        this.#down = false;
        this.#told = undefined;
        this.#onBack(this);
      } else {
        this.#wentDown();
        this.#pauseMs = Math.min(MAX_PAUSE_MS, this.#pauseMs * 2);
        this.#nextTry = this.#clock.monotonicMs() + this.#pauseMs;
      }
    } catch {
      // Told by `#alone`; tried again.
      this.#wentDown();
    } finally {
      this.#trying = false;
    }
  }
}
