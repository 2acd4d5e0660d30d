/**
 * Ties detection, folding and response together: reads events from the stream and turns them into incidents and planned actions. All that
 * a batch changes for others to see (incidents, their actors' states, actions) is one transaction; only what is durable is told. A crash
 * anywhere redoes what was read since the stored position, with the same result.
 */
import type { Action } from '@netsentinel/contracts/action';
import type { Actor } from '@netsentinel/contracts/actor';
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import { summaryOf, type Incident } from '@netsentinel/contracts/incident';
import type { StoredRecord, StreamConsumer } from '@netsentinel/contracts/stream';
import { closeIncident, sayTime } from '@netsentinel/alert/close';
import { foldAction } from '@netsentinel/alert/fold-action';
import { foldEvent, foldFindings } from '@netsentinel/alert/fold';
import { isRepeat, rememberBefore } from '@netsentinel/detect/actor-state';
import { createDetectors, mayConcern } from '@netsentinel/detect/detectors';
import { describeError } from '@netsentinel/kernel/errors';
import { PLAIN_RECORDS } from '@netsentinel/kernel/event-record';
import { planActions } from '@netsentinel/respond/engine';
import { withActor } from '../rules/with-actor.ts';
import type { Left } from '../rules/finding-exceptions.ts';
import type { Analysis, AnalysisCounters, AnalysisOptions, Correlated, Judgement } from './analysis.types.ts';
import { Dossiers, type Dossier } from './dossiers.ts';
import { closeQuiet, replaceIncident, replaceIncidents } from './incident-changes.ts';
import { REPLAY_GROUP, RuleJudge } from './rule-judge.ts';
import { BEHIND_MS, ResultStore, type Change } from './result-store.ts';
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
const FIRST_RETRY_MS = 100;
const MAX_OLD_INCIDENTS = 10;
const DEFAULT_CLOSE_AFTER_MS = 24 * 60 * 60 * 1000;

type Tally = Omit<AnalysisCounters, 'events'>;
const NOTHING: Tally = { moves: 0, detections: 0, repeats: 0, failures: 0 };

/** An event that somebody looked at. */
interface Move {
  readonly record: StoredRecord;
  readonly event: Event;
  /** What rules found. */
  readonly detections: readonly Detection[];
  readonly tally: Tally;
}

export function createAnalysis(options: AnalysisOptions): Analysis {
  const { stream, state, clock, log, policy } = options;
  const { maxActors = DEFAULT_MAX_ACTORS, maxActorBytes = DEFAULT_MAX_ACTOR_BYTES } = options;
  const { closeAfterMs = DEFAULT_CLOSE_AFTER_MS, enrich = (event) => event, records: codec = PLAIN_RECORDS } = options;
  const detectors = createDetectors();
  const counters: AnalysisCounters = { events: 0, moves: 0, detections: 0, repeats: 0, failures: 0 };
  const dossiers = new Dossiers(state.read, clock, { maxActors, maxBytes: maxActorBytes });
  const changeContext = { state, clock, dossiers, onIncident: options.onIncident };
  const rules = options.rules === undefined ? undefined : new RuleJudge(options.rules, withActor, codec);
  const stopping = new AbortController();
  let consumer: StreamConsumer | undefined;
  let running: Promise<void> = Promise.resolve();
  let exclusive: Promise<unknown> = Promise.resolve();
  let cancelCatchUp: (() => void) | undefined;
  const results = new ResultStore({
    state,
    clock,
    setPositions: async (tx, positions) => {
      await tx.setWatermarks(ANALYSIS_GROUP, positions);
      if (rules !== undefined) await tx.setWatermarks(REPLAY_GROUP, rules.replayFrom(clock.now()));
    },
    onPositions: async (positions) => consumer?.commit(positions),
  });

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
    let moves: Move[] = [];
    let asked = 0;
    const { redo } = results;
    const counted = { ...NOTHING };
    for (const record of [...redo, ...records]) {
      // What is done once more was counted the first time.
      const tally = fresh.length < redo.length ? { ...NOTHING } : counted;
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
      moves.push({ record, event, detections: found?.detections ?? [], tally });
      if (moves.length < TURN) continue;
      await takeAll(moves, changes);
      moves = [];
      await nextTurn();
    }
    await takeAll(moves, changes);
    // First what others will need: it is there once however often this batch is analysed.
    if (correlated.length > 0) await options.correlate?.(correlated);
    await settle(changes, () => results.put(changes, nextPositions(fresh), fresh));
    planCatchUp();
    counters.events += fresh.length - redo.length;
    for (const name of ['moves', 'detections', 'repeats', 'failures'] as const) counters[name] += counted[name];
  }

  /** Undefined for background that no rule matches. */
  function look(
    record: StoredRecord,
    mayMove: boolean,
  ): { readonly event: Event; readonly isMove: boolean; readonly found: Judgement | undefined } | undefined {
    const stored = codec.decode(record.value);
    if (stored.netsentinel.own_test === true) return undefined;
    const decoded = enrich(stored);
    const isMove = mayMove && detectors.concerns(decoded);
    const event = rules === undefined ? decoded : withActor(decoded);
    const found = rules?.judge(record, event);
    return isMove || found !== undefined ? { event, isMove, found } : undefined;
  }

  async function takeAll(moves: readonly Move[], changes: Map<Actor, Change>): Promise<void> {
    await openChanges(
      changes,
      moves.map(({ event }) => event.netsentinel.actor),
    );
    for (const { record, event, detections, tally } of moves) {
      const change = changes.get(event.netsentinel.actor)!;
      attempt(record, tally, () => take(event, change, detections, tally));
    }
  }

  /** Adds the changes of these actors that are not among them yet. */
  async function openChanges(changes: Map<Actor, Change>, actors: readonly Actor[]): Promise<void> {
    const added = [...new Set(actors)].filter((actor) => !changes.has(actor));
    for (const [i, dossier] of (await dossiers.open(added)).entries())
      changes.set(added[i]!, { dossier, before: dossier.incident, replaced: [], planned: [] });
  }

  /** Plans what these changes call for, stores all of it, and only then tells others. */
  async function settle(changes: ReadonlyMap<Actor, Change>, write: () => Promise<void>): Promise<void> {
    for (const change of changes.values()) await plan(change);
    await write();
    for (const { dossier, before, planned, replaced } of changes.values()) {
      for (const incident of replaced) options.onIncident(summaryOf(incident));
      if (dossier.incident !== undefined && dossier.incident !== before)
        options.onIncident(summaryOf(dossier.incident));
      for (const action of planned) options.onAction(action);
    }
    dossiers.forgetOldest(
      [...changes.values()].map(({ dossier }) => dossier),
      results.isAhead,
    );
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
    if (incident === undefined) return;
    if (dossier.actions === undefined) {
      // Most incidents would not be blocked even if nothing had been done before: no need to look up what was.
      if (planActions(incident, [], clock.now(), policy).length === 0) return;
      dossier.actions = await actionsAgainst(incident);
    }
    change.planned = planActions(incident, dossier.actions, clock.now(), policy);
    if (change.planned.length === 0) return;
    dossier.actions = [...dossier.actions, ...change.planned];
    for (const action of change.planned) dossier.incident = foldAction(dossier.incident!, action);
  }

  async function actionsAgainst(incident: Incident): Promise<Action[]> {
    const older = await state.read.incidents({ actor: incident.actor, limit: MAX_OLD_INCIDENTS });
    const ids = new Set([incident.id, ...older.incidents.map((one) => one.id)]);
    const lists = await Promise.all([...ids].map((id) => state.read.actions({ incident: id, limit: 64 })));
    return lists.flat();
  }

  /** What no further batch carries along is stored all the same. */
  function planCatchUp(): void {
    if (cancelCatchUp !== undefined || !results.isBehind || stopping.signal.aborted) return;
    cancelCatchUp = clock.after(BEHIND_MS, () => {
      cancelCatchUp = undefined;
      if (stopping.signal.aborted) return;
      // With nothing new: what has to be done once more is.
      const work = results.redo.length > 0 ? () => analyse([]) : () => results.catchUp();
      void aloneOrForgotten(work)
        .catch((error: unknown) =>
          log.error('what is remembered of actors could not be stored', { error: describeError(error) }),
        )
        .then(planCatchUp);
    });
  }

  /** What is in memory is ahead of what is stored when storing fails: then it is forgotten, and read from the store again. */
  function aloneOrForgotten(work: () => Promise<void>): Promise<void> {
    return alone(() =>
      work().catch((error: unknown) => {
        dossiers.forgetAll();
        results.forget();
        throw error;
      }),
    );
  }

  /** However often it takes; given up when stopped, the batch is read again at the next start. */
  function analyseSurely(records: readonly StoredRecord[]): Promise<boolean> {
    if (results.isWhole) rules?.nextBatch();
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
      cancelCatchUp?.();
      await alone(() => results.catchUp()).catch((error: unknown) =>
        log.warn('the position of analysis was not stored; some of the stream is read again', {
          error: describeError(error),
        }),
      );
      await exclusive;
      await consumer?.close();
    },
    actionsChanged: (changed, write) =>
      alone(async () => {
        const folds = changed.map((action) => ({
          id: action.incident,
          actor: action.actor,
          change: (incident: Incident): Incident => foldAction(incident, action),
        }));
        await replaceIncidents(changeContext, folds, write);
        for (const action of changed) {
          const actions = dossiers.peek(action.actor)?.actions;
          const index = actions?.findIndex((one) => one.id === action.id) ?? -1;
          if (actions !== undefined && index >= 0) actions[index] = action;
        }
      }),
    addFindings: (findings, write) =>
      aloneOrForgotten(async () => {
        const changes = new Map<Actor, Change>();
        const kept = findings
          .map(({ event, detection }) => ({ event, detections: leave(event, [detection]).detections }))
          .filter(({ detections }) => detections.length > 0);
        await openChanges(
          changes,
          kept.map(({ event }) => event.netsentinel.actor),
        );
        for (const { event, detections } of kept) {
          const change = changes.get(event.netsentinel.actor)!;
          const next = foldFindings(change.dossier.incident, event, detections, foldContext(change.dossier));
          if (next !== undefined) become(change, next, event);
        }
        await settle(changes, () => results.putLate(changes, write));
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
    changeIncident: (id, change, write) =>
      alone(async () => {
        await results.catchUp();
        const incident = await replaceIncident(changeContext, id, change, write);
        // Which incident is the actor's open one may be another now: the store knows.
        if (incident !== undefined) dossiers.forgetAll();
        return incident;
      }),
    rewrite: (work) =>
      alone(async () => {
        await results.catchUp();
        try {
          return await work();
        } finally {
          dossiers.forgetAll();
        }
      }),
    closeQuiet: (limit) => alone(() => closeQuiet(changeContext, closeAfterMs, limit)),
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
