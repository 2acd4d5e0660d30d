/**
 * Alerting: looks at every incident that changed, decides who is told (`decide.ts`), and keeps a message for each in the transaction that
 * decides; outboxes send them. Also what people do about it: acknowledge, silence, send again, try.
 */
import { randomUUID } from 'node:crypto';
import type { AlertState, Delivery, DueAlert, Silence } from '@netsentinel/contracts/alert-book';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import type { Notification } from '@netsentinel/contracts/notification';
import type { Notifier, SendOutcome } from '@netsentinel/contracts/notifier';
import type { StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import { describeError, NetSentinelError } from '@netsentinel/kernel/errors';
import { plainNotification } from '../plain-notification.ts';
import { SEVERITY_WEIGHT } from '../score.ts';
import { decide, NOBODY_TOLD, toFollowers, type Asked } from './decide.ts';
import type { MessageContext } from './message.ts';
import { compact, Outbox, type OutboxStatus } from './outbox.ts';
import type { Policy } from './policy.ts';

/** Incidents looked at in one transaction, between two batches of events. */
const BATCH = 32;
/** A storm of changes is looked at a few times a second. */
const SETTLE_MS = 200;
const MAX_SLEEP_MS = 60_000;
const RETRY_MS = 1_000;
/** Messages that wait for one notifier. */
const MAX_WAITING = 500;
const MAX_ACTIONS = 16;
const MAX_SILENCES = 500;
const DEAD_KEPT_MS = 30 * 86_400_000;

export interface NotifierInUse {
  readonly type: string;
  readonly notifier: Notifier;
  readonly maxPerHour: number;
}

export interface AlertingOptions {
  readonly state: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly policy: Policy;
  /** By their configured names. */
  readonly notifiers: ReadonlyMap<string, NotifierInUse>;
  readonly context: MessageContext;
}

export interface NotifierStatus extends OutboxStatus {
  readonly id: string;
  readonly type: string;
  readonly waiting: number;
  readonly dead: number;
}

export type NewSilence = Pick<Silence, 'address' | 'rule' | 'decoy' | 'reason' | 'by' | 'until'>;

export class Alerting {
  readonly #options: AlertingOptions;
  readonly #outboxes: ReadonlyMap<string, Outbox>;
  readonly #minWeight: number;
  #silences: readonly Silence[] = [];
  #looking: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #cancel: () => void = () => {};

  constructor(options: AlertingOptions) {
    this.#options = options;
    const { state, clock, log, policy, notifiers } = options;
    this.#minWeight = Math.min(...policy.routes.map(({ minSeverity }) => SEVERITY_WEIGHT[minSeverity]));
    this.#outboxes = new Map(
      [...notifiers].map(([name, { notifier, maxPerHour }]) => [
        name,
        new Outbox({ name, notifier, maxPerHour, state, clock, log, newId: randomUUID }),
      ]),
    );
  }

  async start(): Promise<void> {
    const { state, clock } = this.#options;
    this.#silences = await state.read.silences();
    await state.transaction((tx) => tx.pruneAlerts(clock.now() - DEAD_KEPT_MS));
    this.changed();
    for (const outbox of this.#outboxes.values()) outbox.wake();
  }

  /** An incident may have changed. */
  changed(): void {
    if (this.#stopped) return;
    if (this.#looking !== undefined) {
      this.#again = true;
      return;
    }
    this.#sleep(SETTLE_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#looking;
    await Promise.all([...this.#outboxes.values()].map((outbox) => outbox.stop()));
  }

  async status(): Promise<NotifierStatus[]> {
    const counts = await this.#options.state.read.deliveryCounts();
    const count = (id: string, status: Delivery['status']): number =>
      counts.find((one) => one.notifier === id && one.status === status)?.count ?? 0;
    return [...this.#options.notifiers].map(([id, { type }]) => ({
      id,
      type,
      ...this.#outboxes.get(id)!.status,
      waiting: count(id, 'waiting'),
      dead: count(id, 'dead'),
    }));
  }

  /** Sends a test message past every queue, and answers what the other side said. */
  async test(name: string): Promise<SendOutcome> {
    const { notifiers, clock, context } = this.#options;
    const inUse = notifiers.get(name);
    if (inUse === undefined) throw noNotifier(name, [...notifiers.keys()]);
    return inUse.notifier.send(testMessage(clock.now(), context.consoleUrl));
  }

  /** Somebody has it: nobody else is woken, and those who follow it are told. */
  async acknowledge(id: string, by: string): Promise<{ readonly acknowledged: string; readonly already: boolean }> {
    const { state, clock } = this.#options;
    const now = clock.now();
    const already = await state.transaction(async (tx) => {
      const incident = await tx.incident(id);
      if (incident === undefined)
        throw new NetSentinelError('INCIDENT_NOT_FOUND', 'user', 'there is no such incident', {
          hint: '`netsentinel incidents` lists them.',
        });
      const known: AlertState = (await tx.alert(id)) ?? NOBODY_TOLD;
      if (known.acknowledged !== undefined) return true;
      const acknowledged = { ...known, acknowledged: { by, at: now } };
      await tx.putAlert(id, acknowledged, now);
      const asked = await this.#asked(tx, incident, acknowledged);
      for (const one of toFollowers(asked, acknowledged, 'acknowledged', `Acknowledged by ${by}`))
        await tx.putDelivery(one);
      await this.#bound(tx);
      return false;
    });
    this.#wakeAll();
    return { acknowledged: id, already };
  }

  async silence(wanted: NewSilence): Promise<Silence> {
    const { state, clock } = this.#options;
    const now = clock.now();
    if (wanted.until <= now) throw new NetSentinelError('SILENCE_OVER', 'user', 'a silence ends in the future');
    const silence: Silence = { id: randomUUID(), at: now, ...wanted };
    await state.transaction(async (tx) => {
      const inForce = (await tx.silences()).filter(({ until, ended }) => ended === undefined && until > now);
      if (inForce.length >= MAX_SILENCES)
        throw new NetSentinelError('SILENCES_TOO_MANY', 'user', `${MAX_SILENCES} silences are in force already`, {
          hint: 'End some first.',
        });
      await tx.pruneAlerts(now - DEAD_KEPT_MS);
      await tx.putSilence(silence);
    });
    this.#silences = await state.read.silences();
    return silence;
  }

  /** Undefined where there is none of this id in force. */
  async endSilence(id: string, by: string): Promise<Silence | undefined> {
    const { state, clock } = this.#options;
    const now = clock.now();
    const ended = await state.transaction(async (tx) => {
      const found = (await tx.silences()).find((one) => one.id === id && one.ended === undefined && one.until > now);
      if (found !== undefined) await tx.putSilence({ ...found, ended: { by, at: now } });
      return found;
    });
    this.#silences = await state.read.silences();
    return ended;
  }

  /** Sends dead messages again, all or those named; answers how many. */
  async resend(ids?: readonly string[]): Promise<number> {
    const { state, clock } = this.#options;
    const now = clock.now();
    const count = await state.transaction(async (tx) => {
      const dead = await tx.deliveries({ status: 'dead', limit: 10_000 });
      const wanted = dead.filter(
        ({ id, notifier }) => (ids === undefined || ids.includes(id)) && this.#outboxes.has(notifier),
      );
      for (const one of wanted)
        await tx.putDelivery({ ...one, status: 'waiting', dueAt: now, createdAt: now, attempts: 0 });
      return wanted.length;
    });
    for (const outbox of this.#outboxes.values()) outbox.retryNow();
    return count;
  }

  #sleep(ms: number): void {
    this.#cancel();
    this.#cancel = this.#options.clock.after(ms, () => this.#wake());
  }

  #wake(): void {
    this.#looking = this.#look()
      .catch((error: unknown) => {
        this.#options.log.error('incidents could not be looked at for alerting; tried again', {
          error: describeError(error),
        });
        return RETRY_MS;
      })
      .then((sleepMs) => {
        this.#looking = undefined;
        if (this.#stopped) return;
        this.#sleep(this.#again ? SETTLE_MS : Math.min(MAX_SLEEP_MS, Math.max(SETTLE_MS, sleepMs)));
        this.#again = false;
      });
  }

  /** Resolves with the time until the next incident is to be looked at. */
  async #look(): Promise<number> {
    const { state, clock } = this.#options;
    while (!this.#stopped) {
      const now = clock.now();
      const looked = await state.transaction(async (tx) => {
        const due = await tx.dueAlerts(now, BATCH);
        for (const one of due) await this.#lookAt(tx, one);
        if (due.length > 0) await this.#bound(tx);
        return due.length;
      });
      if (looked > 0) this.#wakeAll();
      if (looked < BATCH) break;
    }
    const next = await state.read.nextAlertAt();
    return next === undefined ? MAX_SLEEP_MS : next - clock.now();
  }

  async #lookAt(tx: StateTransaction, { incident: id, state, summary }: DueAlert): Promise<void> {
    // Most incidents are not worth a word, and need not be read for it.
    if (summary === undefined || (state === undefined && SEVERITY_WEIGHT[summary.severity] < this.#minWeight))
      return tx.putAlert(id, undefined, undefined);
    const incident = await tx.incident(id);
    if (incident === undefined) return tx.putAlert(id, undefined, undefined);
    const decision = decide(await this.#asked(tx, incident, state));
    await tx.putAlert(id, decision.state, decision.dueAt);
    for (const delivery of decision.deliveries) await tx.putDelivery(delivery);
    return undefined;
  }

  async #asked(tx: StateTransaction, incident: Asked['incident'], state: AlertState | undefined): Promise<Asked> {
    const { clock, policy, context } = this.#options;
    const actions = await tx.actions({ incident: incident.id, limit: MAX_ACTIONS });
    return { incident, actions, state, silences: this.#silences, policy, context, now: clock.now(), newId: randomUUID };
  }

  /** What waits for one notifier stays bounded, however many incidents there are. */
  async #bound(tx: StateTransaction): Promise<void> {
    for (const { notifier, status, count } of await tx.deliveryCounts())
      if (status === 'waiting' && count > MAX_WAITING)
        await compact(tx, notifier, this.#options.clock.now(), randomUUID);
  }

  #wakeAll(): void {
    for (const outbox of this.#outboxes.values()) outbox.wake();
  }
}

/** What `notify test` sends. */
export function testMessage(at: number, consoleUrl: string | undefined): Notification {
  return plainNotification(
    {
      id: randomUUID(),
      kind: 'test',
      severity: 'info',
      title: 'This is a test of NetSentinel',
      reason: 'Somebody ran netsentinel notify test',
      at,
    },
    [consoleUrl === undefined ? 'Nothing: it works' : `Nothing: it works. The console is at ${consoleUrl}`],
  );
}

export function noNotifier(name: string, known: readonly string[]): NetSentinelError {
  return new NetSentinelError('NOTIFIER_NOT_FOUND', 'user', `there is no notifier "${name.slice(0, 64)}"`, {
    hint: known.length === 0 ? 'Configure one under alert.notifiers.' : `Known: ${known.join(', ')}.`,
  });
}
