/**
 * Sends what waits for one notifier, oldest first, one at a time. What is sent is removed only then, so a crash in between sends it twice
 * rather than never; its id is the same. A failure stops the queue for a while, longer each time; what the other side refuses for good, or what
 * has been tried for a day, is dead and kept. More than a person can read, or than the notifier may say, becomes one summary, counted.
 */
import type { Delivery } from '@netsentinel/contracts/alert-book';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import type { Notifier, SendOutcome } from '@netsentinel/contracts/notifier';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { describeError } from '@netsentinel/kernel/errors';
import { digestOf } from './digest.ts';

const HOUR = 3_600_000;
/** Looked at together; as many can become one summary. */
const BATCH = 1000;
/** More than so many at once are one summary. */
const MAX_SINGLE = 5;
const BURST = 10;
const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = HOUR;
const GIVE_UP_MS = 24 * HOUR;
/** Wall time may jump: nobody sleeps longer. */
const MAX_SLEEP_MS = 60_000;
const MAX_DEAD = 1000;

export interface OutboxOptions {
  readonly name: string;
  readonly notifier: Notifier;
  readonly maxPerHour: number;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
}

export interface OutboxStatus {
  readonly sent: number;
  readonly failures: number;
  readonly lastSentAt?: number;
  /** What the other side said last, and whether it took the message. */
  readonly last?: { readonly ok: boolean; readonly answer: string; readonly at: number };
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #log: Logger;
  #tokens: number;
  #filledAt: number;
  #failures = 0;
  #blockedUntil = 0;
  #status: OutboxStatus = { sent: 0, failures: 0 };
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #cancel: () => void = () => {};

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#log = options.log.with({ notifier: options.name });
    this.#tokens = Math.min(BURST, options.maxPerHour);
    this.#filledAt = options.clock.monotonicMs();
  }

  get status(): OutboxStatus {
    return this.#status;
  }

  /** Something may wait; harmless when nothing does. */
  wake(): void {
    if (this.#stopped) return;
    this.#cancel();
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    this.#running = this.#run()
      .catch((error: unknown) => {
        this.#log.error('what waits to be sent could not be read; tried again', { error: describeError(error) });
        return FIRST_RETRY_MS;
      })
      .then((sleepMs) => {
        this.#running = undefined;
        if (this.#stopped) return;
        if (this.#again) {
          this.#again = false;
          this.wake();
        } else if (sleepMs !== undefined)
          this.#cancel = this.#options.clock.after(Math.min(MAX_SLEEP_MS, Math.max(10, sleepMs)), () => this.wake());
      });
  }

  /** Forgets an earlier failure: somebody has mended it. */
  retryNow(): void {
    this.#failures = 0;
    this.#blockedUntil = 0;
    this.wake();
  }

  /** Ends after the message in hand. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#running;
    await this.#options.notifier.close();
  }

  /** Sends what is due; resolves with the time until there may be more, undefined where nothing waits. */
  async #run(): Promise<number | undefined> {
    const { name, state, clock } = this.#options;
    while (!this.#stopped) {
      const now = clock.now();
      const blockedMs = this.#blockedUntil - clock.monotonicMs();
      if (blockedMs > 0) return blockedMs;
      const due = await state.read.deliveries({ notifier: name, status: 'waiting', dueUntil: now, limit: BATCH });
      if (due.length === 0) return this.#untilNext(now);
      const next = await this.#choose(due, now);
      if (next === undefined) return (HOUR / this.#options.maxPerHour) * (1 - this.#tokens);
      await this.#send(next);
    }
    return undefined;
  }

  async #untilNext(now: number): Promise<number | undefined> {
    const { name, state } = this.#options;
    const waiting = (await state.read.deliveryCounts()).find(
      (one) => one.notifier === name && one.status === 'waiting',
    );
    return waiting === undefined ? undefined : waiting.nextAt - now;
  }

  /** The message to send now, made of many where there are too many; undefined while there is no room for one. */
  async #choose(due: readonly Delivery[], now: number): Promise<Delivery | undefined> {
    const following = due.find(isFollowing);
    if (following !== undefined) return following;
    this.#fill();
    if (this.#tokens < 1) return undefined;
    this.#tokens--;
    const held = due.filter((one) => one.held);
    if (held.length > 1) return this.#merge(held, now, 'Collected for a digest or over quiet hours');
    if (due.length > Math.min(MAX_SINGLE, this.#tokens + 1))
      return this.#merge(due, now, 'More at once than is told one by one');
    return due[0];
  }

  async #merge(parts: readonly Delivery[], now: number, why: string): Promise<Delivery> {
    const { name, state, newId } = this.#options;
    const id = newId();
    const merged: Delivery = {
      id,
      notifier: name,
      status: 'waiting',
      held: false,
      dueAt: Math.min(...parts.map(({ dueAt }) => dueAt)),
      createdAt: now,
      attempts: Math.max(...parts.map(({ attempts }) => attempts)),
      notification: digestOf(parts, id, now, why),
    };
    await state.transaction(async (tx) => {
      await tx.removeDeliveries(parts.map((one) => one.id));
      await tx.putDelivery(merged);
    });
    return merged;
  }

  async #send(delivery: Delivery): Promise<void> {
    const { notifier, state, clock } = this.#options;
    const outcome = await notifier
      .send(delivery.notification)
      .catch((error: unknown): SendOutcome => ({ ok: false, answer: describeError(error), retry: true }));
    const at = clock.now();
    const { sent, failures, lastSentAt } = this.#status;
    const last = { ok: outcome.ok, answer: outcome.answer, at };
    if (outcome.ok) {
      this.#failures = 0;
      this.#status = { sent: sent + 1, failures, lastSentAt: at, last };
      await state.transaction((tx) => tx.removeDeliveries([delivery.id]));
      return;
    }
    this.#status = { sent, failures: failures + 1, ...(lastSentAt === undefined ? {} : { lastSentAt }), last };
    await this.#failed(delivery, outcome, at);
  }

  async #failed(delivery: Delivery, outcome: Extract<SendOutcome, { ok: false }>, at: number): Promise<void> {
    const { name, state, clock } = this.#options;
    const dead = !outcome.retry || at - delivery.createdAt > GIVE_UP_MS;
    const waitMs = Math.max(
      outcome.retryAfterMs ?? 0,
      Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(20, this.#failures)),
    );
    if (outcome.retry) {
      this.#failures++;
      this.#blockedUntil = clock.monotonicMs() + waitMs;
    }
    this.#log[dead ? 'error' : 'warn'](
      dead
        ? 'a message could not be sent; `netsentinel notify dead` shows it'
        : 'a message could not be sent yet; tried again',
      {
        id: delivery.id,
        answer: outcome.answer,
        ...(outcome.retry ? { waitMs } : {}),
      },
    );
    const answer = outcome.answer.slice(0, 512);
    await state.transaction(async (tx) => {
      await tx.putDelivery({ ...delivery, status: dead ? 'dead' : 'waiting', attempts: delivery.attempts + 1, answer });
      if (!dead) return;
      const all = await tx.deliveries({ notifier: name, status: 'dead', limit: MAX_DEAD + 100 });
      await tx.removeDeliveries(all.slice(0, Math.max(0, all.length - MAX_DEAD)).map(({ id }) => id));
    });
  }

  #fill(): void {
    const { clock, maxPerHour } = this.#options;
    const now = clock.monotonicMs();
    this.#tokens = Math.min(BURST, maxPerHour, this.#tokens + ((now - this.#filledAt) * maxPerHour) / HOUR);
    this.#filledAt = now;
  }
}

/** All that waits for one notifier becomes one summary: for use in the transaction that has added too much to it. */
export async function compact(
  tx: Parameters<Parameters<StateStore['transaction']>[0]>[0],
  notifier: string,
  now: number,
  newId: () => string,
): Promise<void> {
  const all = await tx.deliveries({ notifier, status: 'waiting', limit: BATCH });
  // Who follows an incident is told of its end by name, as long as there is room.
  const news = all.filter((one) => !isFollowing(one));
  const waiting = news.length > 1 ? news : all;
  const id = newId();
  await tx.removeDeliveries(waiting.map((one) => one.id));
  await tx.putDelivery({
    id,
    notifier,
    status: 'waiting',
    held: waiting.every(({ held }) => held),
    dueAt: Math.min(...waiting.map(({ dueAt }) => dueAt)),
    createdAt: now,
    attempts: 0,
    notification: digestOf(waiting, id, now, 'More than could wait one by one'),
  });
}

function isFollowing({ notification: { kind } }: Delivery): boolean {
  return kind === 'acknowledged' || kind === 'resolved';
}
