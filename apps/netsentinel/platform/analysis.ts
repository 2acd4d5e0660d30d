/**
 * Ties detection, folding and response together: reads events from the stream and turns them into incidents and planned actions. All that
 * a batch changes (incidents, actor states, actions, the stream position) is one transaction; only what is durable is told to others. A
 * crash anywhere redoes a batch with the same result.
 */
import type { Action } from '@netsentinel/contracts/action';
import type { Actor } from '@netsentinel/contracts/actor';
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import { summaryOf, type Incident } from '@netsentinel/contracts/incident';
import type { StateTransaction } from '@netsentinel/contracts/state-store';
import type { Position, StoredRecord, StreamConsumer } from '@netsentinel/contracts/stream';
import { closeIncident, sayTime } from '@netsentinel/alert/close';
import { foldAction } from '@netsentinel/alert/fold-action';
import { foldEvent, foldFindings } from '@netsentinel/alert/fold';
import { isRepeat, packActorState, rememberBefore } from '@netsentinel/detect/actor-state';
import { createDetectors, mayConcern } from '@netsentinel/detect/detectors';
import { describeError } from '@netsentinel/kernel/errors';
import { decodeEvent } from '@netsentinel/kernel/event-record';
import { planActions } from '@netsentinel/respond/engine';
import { withActor } from '../rules/with-actor.ts';
import type { Left } from '../rules/finding-exceptions.ts';
import type { Analysis, AnalysisCounters, AnalysisOptions, Correlated, Judgement } from './analysis.types.ts';
import { Dossiers, type Dossier } from './dossiers.ts';
import { closeQuiet, replaceIncident } from './incident-changes.ts';
import { REPLAY_GROUP, RuleJudge } from './rule-judge.ts';
import { nextPositions } from './store-writer.ts';
import { pause, surely } from './surely.ts';

export const ANALYSIS_GROUP = 'analysis';
/** Records a batch: what one attacker does many times within a batch is written once. */
const BATCH = 2000;
/** From this many records at once the stream is busy, and more may gather for this long: each batch costs a sync of the disk. */
const BUSY = 200;
const GATHER_MS = 40;
/** Moves of attackers after which sockets and timers get their turn, and events that only rules were asked about: a few milliseconds of work. */
const TURN = 200;
const RULES_TURN = 500;
const DEFAULT_MAX_ACTORS = 50_000;
const DEFAULT_MAX_ACTOR_BYTES = 64 * 1024 * 1024;
/** How long the position may lag behind while there is only background, which it does no harm to read again. */
const IDLE_MARK_MS = 1000;
const FIRST_RETRY_MS = 100;
const MAX_OLD_INCIDENTS = 10;
const DEFAULT_CLOSE_AFTER_MS = 24 * 60 * 60 * 1000;

type Tally = Omit<AnalysisCounters, 'events'>;
const NOTHING: Tally = { moves: 0, detections: 0, repeats: 0, failures: 0 };

interface Change {
  readonly dossier: Dossier;
  /** The incident as stored before this batch, to see whether it changed. */
  readonly before: Incident | undefined;
  /** Earlier incidents that a newer one took the place of. */
  readonly replaced: Incident[];
  planned: Action[];
}

export function createAnalysis(options: AnalysisOptions): Analysis {
  const { stream, state, clock, log, policy } = options;
  const { maxActors = DEFAULT_MAX_ACTORS, maxActorBytes = DEFAULT_MAX_ACTOR_BYTES } = options;
  const { closeAfterMs = DEFAULT_CLOSE_AFTER_MS, enrich = (event) => event } = options;
  const detectors = createDetectors();
  const counters: AnalysisCounters = { events: 0, moves: 0, detections: 0, repeats: 0, failures: 0 };
  const dossiers = new Dossiers(state.read, clock, { maxActors, maxBytes: maxActorBytes });
  const changeContext = { state, clock, dossiers, onIncident: options.onIncident };
  const rules = options.rules === undefined ? undefined : new RuleJudge(options.rules, withActor);
  const stopping = new AbortController();
  let consumer: StreamConsumer | undefined;
  let running: Promise<void> = Promise.resolve();
  let exclusive: Promise<unknown> = Promise.resolve();
  /** Positions that only background has been read up to, not yet stored. */
  let unmarked = new Map<number, bigint>();
  let markedAt = clock.monotonicMs();

  /** One writer of incidents at a time: batches, replies and people take turns. */
  function alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = exclusive.then(work);
    exclusive = turn.catch(() => undefined);
    return turn;
  }

  async function analyse(records: readonly StoredRecord[]): Promise<void> {
    const changes = new Map<Actor, Change>();
    const fresh: StoredRecord[] = [];
    const correlated: Correlated[] = [];
    let [moves, asked] = [0, 0];
    const tally = { ...NOTHING };
    for (const record of records) {
      if (rules !== undefined && ++asked % RULES_TURN === 0) await nextTurn();
      if (attempt(record, tally, () => rules?.sawBefore(record)) === true) continue;
      fresh.push(record);
      // Rules and behaviours see every event: then it is decoded in any case, and looking at its bytes first would only cost.
      const mayMove = rules !== undefined || mayConcern(record.value);
      if (!mayMove) continue;
      const looked = attempt(record, tally, () => look(record, mayMove));
      if (looked === undefined) continue;
      const { event, found } = looked;
      if (found !== undefined && found.groups.length > 0) correlated.push({ record, event, groups: found.groups });
      if (!looked.isMove && (found === undefined || found.detections.length === 0)) continue;
      const change = await changeOf(changes, event.netsentinel.actor);
      attempt(record, tally, () => take(event, change, found?.detections ?? [], tally));
      if (++moves % TURN === 0) await nextTurn();
    }
    // First what others will need: it is there once however often this batch is analysed.
    if (correlated.length > 0) await options.correlate?.(correlated);
    await settle(changes, (plans) => store(plans, nextPositions(fresh)));
    counters.events += fresh.length;
    for (const name of ['moves', 'detections', 'repeats', 'failures'] as const) counters[name] += tally[name];
  }

  /** Undefined for background that no rule matches. */
  function look(
    record: StoredRecord,
    mayMove: boolean,
  ): { readonly event: Event; readonly isMove: boolean; readonly found: Judgement | undefined } | undefined {
    const stored = decodeEvent(record.value);
    if (stored.netsentinel.own_test === true) return undefined;
    const decoded = enrich(stored);
    const isMove = mayMove && detectors.concerns(decoded);
    const event = rules === undefined ? decoded : withActor(decoded);
    const found = rules?.judge(record, event);
    return isMove || found !== undefined ? { event, isMove, found } : undefined;
  }

  async function changeOf(changes: Map<Actor, Change>, actor: Actor): Promise<Change> {
    const known = changes.get(actor);
    if (known !== undefined) return known;
    const dossier = await dossiers.open(actor);
    const change = { dossier, before: dossier.incident, replaced: [], planned: [] };
    changes.set(actor, change);
    return change;
  }

  /** Plans what these changes call for, stores all of it, and only then tells others. */
  async function settle(
    changes: ReadonlyMap<Actor, Change>,
    write: (changes: ReadonlyMap<Actor, Change>) => Promise<void>,
  ): Promise<void> {
    for (const change of changes.values()) await plan(change);
    await write(changes);
    for (const { dossier, before, planned, replaced } of changes.values()) {
      for (const incident of replaced) options.onIncident(summaryOf(incident));
      if (dossier.incident !== undefined && dossier.incident !== before)
        options.onIncident(summaryOf(dossier.incident));
      for (const action of planned) options.onAction(action);
    }
    dossiers.forgetOldest([...changes.values()].map(({ dossier }) => dossier));
  }

  /** What breaks on one event is ours to mend, and no reason to stop for all others. */
  function attempt<T>(record: StoredRecord, tally: Tally, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      tally.failures++;
      log.error('an event could not be analysed; it is skipped', {
        partition: record.partition,
        offset: record.offset,
        error: describeError(error),
      });
      return undefined;
    }
  }

  function take(event: Event, change: Change, found: readonly Detection[], tally: Tally): void {
    const { dossier } = change;
    if (isRepeat(dossier.state, event)) {
      tally.repeats++;
      return;
    }
    const { detections, isExcepted } = leave(event, [...detectors.process(event, dossier.state), ...found]);
    tally.moves++;
    tally.detections += detections.length;
    const before = dossier.incident;
    const next = foldEvent(before, event, detections, { ...foldContext(dossier), isExcepted });
    if (next === undefined) return rememberBefore(dossier.state, event);
    become(change, next, event);
    return undefined;
  }

  function leave(event: Event, found: readonly Detection[]): Left {
    return options.exceptions?.leave(event, found) ?? { detections: found, isExcepted: false };
  }

  function foldContext({ state: { before } }: Dossier): Parameters<typeof foldEvent>[3] {
    return { before, reopenAfterMs: closeAfterMs };
  }

  function become(change: Change, next: Incident, event: Event): void {
    const { dossier } = change;
    const current = dossier.incident;
    dossier.state.before = [];
    if (current !== undefined && current.id !== next.id) {
      const why = `Its attacker came back after more than ${sayTime(closeAfterMs)}: ${next.id}`;
      change.replaced.push(closeIncident(current, Date.parse(event['@timestamp']), why));
      dossier.actions = undefined;
    }
    dossier.incident = next;
  }

  async function plan(change: Change): Promise<void> {
    const { dossier } = change;
    const { incident } = dossier;
    // Most incidents would not be blocked even if nothing had been done before: no need to look up what was.
    if (incident === undefined || planActions(incident, [], clock.now(), policy).length === 0) return;
    dossier.actions ??= await actionsAgainst(incident);
    change.planned = planActions(incident, dossier.actions, clock.now(), policy);
    dossier.actions = [...dossier.actions, ...change.planned];
    for (const action of change.planned) dossier.incident = foldAction(dossier.incident!, action);
  }

  async function actionsAgainst(incident: Incident): Promise<Action[]> {
    const older = await state.read.incidents({ actor: incident.actor, limit: MAX_OLD_INCIDENTS });
    const ids = new Set([incident.id, ...older.incidents.map((one) => one.id)]);
    const lists = await Promise.all([...ids].map((id) => state.read.actions({ incident: id, limit: 64 })));
    return lists.flat();
  }

  async function store(changes: ReadonlyMap<Actor, Change>, next: readonly Position[]): Promise<void> {
    const read = new Map(unmarked);
    for (const { partition, offset } of next) read.set(partition, offset);
    if (changes.size === 0 && clock.monotonicMs() - markedAt < IDLE_MARK_MS) {
      unmarked = read;
      return;
    }
    const marks = positionsOf(read);
    await state.transaction(async (tx) => {
      await putChanges(tx, changes);
      await tx.setWatermarks(ANALYSIS_GROUP, marks);
      await setReplay(tx);
    });
    unmarked = new Map();
    markedAt = clock.monotonicMs();
    await consumer?.commit(marks);
  }

  async function setReplay(tx: StateTransaction): Promise<void> {
    if (rules !== undefined) await tx.setWatermarks(REPLAY_GROUP, rules.replayFrom(clock.now()));
  }

  async function putChanges(tx: StateTransaction, changes: ReadonlyMap<Actor, Change>): Promise<void> {
    for (const [actor, { dossier, before, replaced, planned }] of changes) {
      for (const incident of replaced) await tx.putIncident(incident);
      if (dossier.incident !== undefined && dossier.incident !== before) await tx.putIncident(dossier.incident);
      await tx.putActorState(actor, packActorState(dossier.state), dossier.state.lastSeen);
      for (const action of planned) await tx.putAction(action);
    }
  }

  /** What is in memory is ahead of what is stored when storing fails: then it is forgotten, and read from the store again. */
  function aloneOrForgotten(work: () => Promise<void>): Promise<void> {
    return alone(() =>
      work().catch((error: unknown) => {
        dossiers.forgetAll();
        throw error;
      }),
    );
  }

  /** However often it takes; given up when stopped, the batch is read again at the next start. */
  function analyseSurely(records: readonly StoredRecord[]): Promise<boolean> {
    rules?.nextBatch();
    return surely(() => aloneOrForgotten(() => analyse(records)), {
      clock,
      signal: stopping.signal,
      firstMs: FIRST_RETRY_MS,
      onFailure: (error, waitMs) =>
        log.error('analysis could not store its results; trying again', { error: describeError(error), waitMs }),
    });
  }

  async function run(from: StreamConsumer): Promise<void> {
    while (!stopping.signal.aborted) {
      const records = await from.next(stopping.signal);
      if (records.length === 0) return;
      await analyseSurely(records);
      if (records.length === BATCH) await nextTurn();
      else if (records.length >= BUSY) await pause(clock, GATHER_MS, stopping.signal);
    }
  }

  return {
    counters,
    async start() {
      const marks = new Map((await state.read.watermarks(ANALYSIS_GROUP)).map((one) => [one.partition, one.offset]));
      const begins = rules === undefined ? marks : rules.begin(marks, await state.read.watermarks(REPLAY_GROUP));
      consumer = await stream.consume({
        group: ANALYSIS_GROUP,
        startAt: (partition) => begins.get(partition),
        maxRecords: BATCH,
      });
      running = run(consumer).catch((error: unknown) =>
        log.error('analysis has stopped: the stream cannot be read', { error: describeError(error) }),
      );
    },
    async stop() {
      stopping.abort();
      await running;
      const marks = positionsOf(unmarked);
      if (marks.length > 0)
        await alone(() =>
          state.transaction(async (tx) => {
            await tx.setWatermarks(ANALYSIS_GROUP, marks);
            await setReplay(tx);
          }),
        ).catch((error: unknown) =>
          log.warn('the position of analysis was not stored; some background is read again', {
            error: describeError(error),
          }),
        );
      await exclusive;
      await consumer?.close();
    },
    actionChanged: (action, write) =>
      alone(async () => {
        await replaceIncident(changeContext, action.incident, (incident) => foldAction(incident, action), write);
        const actions = dossiers.peek(action.actor)?.actions;
        const index = actions?.findIndex((one) => one.id === action.id) ?? -1;
        if (actions !== undefined && index >= 0) actions[index] = action;
      }),
    addFindings: (findings, write) =>
      aloneOrForgotten(async () => {
        const changes = new Map<Actor, Change>();
        for (const { event, detection } of findings) {
          const { detections } = leave(event, [detection]);
          if (detections.length === 0) continue;
          const change = await changeOf(changes, event.netsentinel.actor);
          const next = foldFindings(change.dossier.incident, event, detections, foldContext(change.dossier));
          if (next !== undefined) become(change, next, event);
        }
        await settle(changes, () =>
          state.transaction(async (tx) => {
            await putChanges(tx, changes);
            await write(tx);
          }),
        );
        counters.detections += findings.length;
      }),
    carryOut: (id, work) =>
      alone(async () => {
        const stored = await state.read.incident(id);
        const change = await work(stored);
        if (change === undefined) return;
        const { planned } = change;
        await replaceIncident(
          changeContext,
          id,
          () => planned.reduce(foldAction, change.incident!),
          async (tx) => {
            for (const action of planned) await tx.putAction(action);
            await change.write(tx);
          },
        );
        dossiers.peek(stored?.actor ?? '')?.actions?.push(...planned);
      }),
    changeIncident: (id, change) =>
      alone(async () => {
        const incident = await replaceIncident(changeContext, id, change);
        // Which incident is the actor's open one may be another now: the store knows.
        if (incident !== undefined) dossiers.forgetAll();
        return incident;
      }),
    closeQuiet: (limit) => alone(() => closeQuiet(changeContext, closeAfterMs, limit)),
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function positionsOf(marks: ReadonlyMap<number, bigint>): Position[] {
  return [...marks].map(([partition, offset]) => ({ partition, offset }));
}
