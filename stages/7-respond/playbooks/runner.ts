/**
 * Runs playbooks: looks at every incident that changed, begins the runs that it calls for, and carries runs on. All that it knows is in the state store, so
 * it goes on after kill -9 where it was. What a step writes (a note, a message, a planned block) and the step's progress are one transaction; what goes
 * to the enforcer goes there as often as it takes, under the same id.
 */
import type { PlaybookRun } from '@netsentinel/contracts/playbook-run';
import type { StateTransaction } from '@netsentinel/contracts/state-store';
import { describeError, NetSentinelError } from '@netsentinel/kernel/errors';
import { advance, cancel, compensate } from './advance.ts';
import type { Effect, World } from './advance.types.ts';
import { answer, type Answer } from './answer.ts';
import { factsOf } from './facts.ts';
import { newRun, runId } from './new-run.ts';
import { RecordOutbox } from './record-outbox.ts';
import type { IncidentChange, RunnerOptions } from './runner.types.ts';

/** Incidents looked at in one transaction, between two batches of events. */
const BATCH = 32;
/** A storm of changes is looked at a few times a second. */
const SETTLE_MS = 200;
/** While a block or a message is on its way, and while the audit has not confirmed a line. */
const POLL_MS = 1_000;
const MAX_SLEEP_MS = 60_000;
/** An incident for which there is no room is looked at again then. */
const NO_ROOM_MS = 30_000;
const RETRY_MS = 1_000;
const PRUNE_MS = 3_600_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const MAX_KEPT = 20_000;
const MAX_ACTIONS = 64;

export class PlaybookRunner {
  readonly #options: RunnerOptions;
  readonly #records: RecordOutbox;
  #work: Promise<unknown> = Promise.resolve();
  #isLooking = false;
  #again = false;
  #stopped = false;
  #isFull = false;
  #prunedAt = -Infinity;
  #cancelSleep: () => void = () => {};

  constructor(options: RunnerOptions) {
    this.#options = options;
    const { state, clock, ports } = options;
    this.#records = new RecordOutbox({ state, clock, send: (line) => ports.record(line) });
  }

  start(): void {
    this.changed();
  }

  /** An incident, a block or a message may have changed. */
  changed(): void {
    if (this.#stopped) return;
    if (this.#isLooking) this.#again = true;
    else this.#sleep(SETTLE_MS);
  }

  /** The audit has this line. */
  confirmed(id: string): void {
    this.#records.confirm(id);
    this.changed();
  }

  /** There is a connection to the enforcer again: lines that are not confirmed are sent once more. */
  connected(): void {
    this.#records.sendAgain();
    this.changed();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelSleep();
    await this.#work;
  }

  /** A person's answer to a run that asks. @throws NetSentinelError `PLAYBOOK_RUN_NOT_FOUND`, `PLAYBOOK_NOT_ASKING`, `PLAYBOOK_NOT_ASKED_OF_YOU` */
  answer(id: string, given: Answer): Promise<PlaybookRun> {
    return this.#change(id, (run, now) => answer(run, given, now));
  }

  /** Ends a run where it is, or takes back what it did first. @throws NetSentinelError `PLAYBOOK_RUN_NOT_FOUND`, `PLAYBOOK_RUN_OVER` */
  cancel(id: string, by: string, undo: boolean): Promise<PlaybookRun> {
    return this.#change(id, (run, now) => {
      if (run.status !== 'running') throw over(run);
      const why = `${by} cancelled it`;
      if (undo) compensate(run, why, now, by);
      else cancel(run, why, now, by);
    });
  }

  #change(id: string, change: (run: PlaybookRun, now: number) => void): Promise<PlaybookRun> {
    return this.#alone(async () => {
      const { state, clock } = this.#options;
      const known = await state.read.playbookRun(id);
      if (known === undefined)
        throw new NetSentinelError('PLAYBOOK_RUN_NOT_FOUND', 'user', 'there is no such run', {
          hint: '`netsentinel playbook runs` lists them.',
        });
      const run = structuredClone(known);
      change(run, clock.now());
      run.updatedAt = clock.now();
      // It is carried on at once.
      run.dueAt = clock.now();
      await state.transaction((tx) => tx.putPlaybookRun(run));
      this.changed();
      return run;
    });
  }

  /** One after another, whatever becomes of those before. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#work.then(work);
    this.#work = turn.catch(() => undefined);
    return turn;
  }

  #sleep(ms: number): void {
    this.#cancelSleep();
    this.#cancelSleep = this.#options.clock.after(ms, () => this.#wake());
  }

  #wake(): void {
    this.#isLooking = true;
    void this.#alone(() => this.#round())
      .catch((error: unknown) => {
        this.#options.log.error('playbooks could not go on; tried again', { error: describeError(error) });
        return RETRY_MS;
      })
      .then((sleepMs) => {
        this.#isLooking = false;
        if (this.#stopped) return;
        this.#sleep(this.#again ? SETTLE_MS : Math.min(MAX_SLEEP_MS, Math.max(SETTLE_MS, sleepMs)));
        this.#again = false;
      });
  }

  /** Resolves with the time until there may be something to do. */
  async #round(): Promise<number> {
    const { state, clock } = this.#options;
    while (!this.#stopped) if ((await state.transaction((tx) => this.#look(tx))) < BATCH) break;
    const open = await state.read.playbookRuns({ open: true, limit: 1000 });
    let failed = false;
    for (const run of open.toReversed()) {
      if (this.#stopped) return 0;
      await this.#carryOn(run).catch((error: unknown) => {
        failed = true;
        this.#options.log.error('a run of a playbook could not go on; tried again', {
          run: run.id,
          error: describeError(error),
        });
      });
    }
    await this.#records.round();
    await this.#prune();
    return Math.max(failed ? RETRY_MS : 0, await this.#untilNext(clock.now()));
  }

  /** Begins what the incidents that changed call for; answers how many it looked at. */
  async #look(tx: StateTransaction): Promise<number> {
    const { clock, config, log } = this.#options;
    const now = clock.now();
    const due = await tx.duePlaybooks(now, BATCH);
    if (due.length === 0) return 0;
    let room = Math.min(
      config.maxRuns - (await tx.playbookRuns({ open: true, limit: config.maxRuns })).length,
      config.maxRunsPerHour - (await tx.runsSince(now - HOUR_MS)),
    );
    for (const incident of due) {
      const wanted = await this.#wanted(tx, incident, now);
      const begun = wanted.slice(0, Math.max(0, room));
      room -= begun.length;
      for (const run of begun) await tx.putPlaybookRun(run);
      const isLate = begun.length < wanted.length;
      if (isLate && !this.#isFull)
        log.warn('too many playbooks run, or began within the hour: further incidents wait', {
          maxRuns: config.maxRuns,
          maxRunsPerHour: config.maxRunsPerHour,
        });
      this.#isFull = isLate;
      await tx.setPlaybookDue(incident, isLate ? now + NO_ROOM_MS : undefined);
    }
    return due.length;
  }

  async #wanted(tx: StateTransaction, id: string, now: number): Promise<PlaybookRun[]> {
    const incident = await tx.incident(id);
    if (incident === undefined || (incident.status !== 'open' && incident.status !== 'contained')) return [];
    const actions = await tx.actions({ incident: id, limit: MAX_ACTIONS });
    const wanted: PlaybookRun[] = [];
    for (const { playbook, mode, matches } of this.#options.playbooks) {
      if (!matches(factsOf({ incident, actions, now, zone: playbook.zone }))) continue;
      if ((await tx.playbookRun(runId(playbook, incident, mode))) !== undefined) continue;
      wanted.push(newRun(playbook, incident, mode, now));
    }
    return wanted;
  }

  async #carryOn(run: PlaybookRun): Promise<void> {
    if (run.status !== 'running' && run.status !== 'compensating') return;
    const { ports } = this.#options;
    const asked: Effect[] = [];
    let planned: IncidentChange['planned'] = [];
    await ports.carryOut(run.incident, async (incident) => {
      const world = await this.#worldOf(run, incident);
      const next = advance(run, world);
      if (next.effects.length === 0 && !hasMoved(run, next.run)) return undefined;
      asked.push(...next.effects);
      planned = next.effects.flatMap((one) => (one.kind === 'block' ? [one.action] : []));
      let story = incident;
      for (const one of next.effects)
        if (one.kind === 'note' && story !== undefined) story = ports.note(story, { ...one, at: world.now });
      return {
        incident: story,
        planned,
        write: async (tx) => {
          await tx.putPlaybookRun(next.run);
          for (const one of next.effects)
            if (one.kind === 'notify' && story !== undefined) await ports.notify(tx, story, one, world.now);
        },
      };
    });
    if (asked.length === 0) return;
    ports.sent(
      planned,
      asked.some(({ kind }) => kind === 'notify'),
    );
    for (const one of asked)
      if (one.kind === 'revert') ports.revert(one.action, one.reason, `playbook ${run.playbook.id}`);
    // A step that was done in an instant lets the next one begin.
    this.#again = true;
  }

  async #worldOf(run: PlaybookRun, incident: World['incident']): Promise<World> {
    const { state, clock, policy, ports } = this.#options;
    const known = new Map<string, 'waiting' | 'dead'>();
    for (const { status, deliveries = [] } of run.steps)
      for (const id of status === 'running' ? deliveries : []) {
        const delivery = await state.read.delivery(id);
        if (delivery !== undefined) known.set(id, delivery.status);
      }
    return {
      incident,
      actions: await state.read.actions({ incident: run.incident, limit: MAX_ACTIONS }),
      delivery: (id) => known.get(id),
      notifiers: ports.notifiers,
      policy,
      now: clock.now(),
    };
  }

  async #untilNext(now: number): Promise<number> {
    const { state } = this.#options;
    const open = await state.read.playbookRuns({ open: true, limit: 1000 });
    const polled = open.some(
      ({ status, steps, unconfirmed }) =>
        unconfirmed.length > 0 ||
        (status === 'running' &&
          steps.some((one) => one.status === 'running' && (one.action ?? one.deliveries) !== undefined)),
    );
    const times = [await state.read.nextPlaybookAt(), ...open.map(({ dueAt }) => dueAt)].flatMap((at) => at ?? []);
    return Math.min(polled ? POLL_MS : Infinity, ...times.map((at) => at - now));
  }

  async #prune(): Promise<void> {
    const { state, clock, config } = this.#options;
    if (clock.monotonicMs() - this.#prunedAt < PRUNE_MS) return;
    this.#prunedAt = clock.monotonicMs();
    await state.transaction((tx) => tx.prunePlaybookRuns(clock.now() - config.keepDays * DAY_MS, MAX_KEPT));
  }
}

/** Whether there is anything new to be stored. */
function hasMoved(before: PlaybookRun, after: PlaybookRun): boolean {
  const { updatedAt: _, ...was } = before;
  const { updatedAt: __, ...is } = after;
  return JSON.stringify(was) !== JSON.stringify(is);
}

function over({ status }: PlaybookRun): NetSentinelError {
  return new NetSentinelError('PLAYBOOK_RUN_OVER', 'user', `the run is ${status} already`);
}
