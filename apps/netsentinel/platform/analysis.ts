/**
 * Ties detection, folding and response together: reads events from the stream and turns them into incidents and planned actions. All that
 * a batch changes (incidents, actor states, actions, the stream position) is one transaction; only what is durable is told to others. A
 * crash anywhere redoes a batch with the same result.
 */
import type { Action } from '@netsentinel/contracts/action';
import type { Actor } from '@netsentinel/contracts/actor';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Event } from '@netsentinel/contracts/event';
import { summaryOf, type Incident, type IncidentSummary } from '@netsentinel/contracts/incident';
import type { Logger } from '@netsentinel/contracts/log';
import type { StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import type { EventStream, Position, StoredRecord, StreamConsumer } from '@netsentinel/contracts/stream';
import { closeIncident, sayTime } from '@netsentinel/alert/close';
import { foldAction } from '@netsentinel/alert/fold-action';
import { foldEvent } from '@netsentinel/alert/fold';
import {
  isRepeat,
  newActorState,
  packActorState,
  rememberBefore,
  unpackActorState,
  type ActorState,
} from '@netsentinel/detect/actor-state';
import { createDetectors, mayConcern } from '@netsentinel/detect/detectors';
import { describeError } from '@netsentinel/kernel/errors';
import { decodeEvent } from '@netsentinel/kernel/event-record';
import { planActions, type Policy } from '@netsentinel/respond/engine';
import { nextPositions } from './store-writer.ts';

export const ANALYSIS_GROUP = 'analysis';
/** Records a batch: what one attacker does many times within a batch is written once. */
const BATCH = 2000;
/** From this many records at once the stream is busy, and more may gather for this long: each batch costs a sync of the disk. */
const BUSY = 200;
const GATHER_MS = 40;
/** Moves of attackers after which sockets and timers get their turn: a few milliseconds of work. */
const TURN = 200;
const DEFAULT_MAX_ACTORS = 50_000;
const DEFAULT_MAX_ACTOR_BYTES = 64 * 1024 * 1024;
/** How long the position may lag behind while there is only background, which it does no harm to read again. */
const IDLE_MARK_MS = 1000;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 30_000;
const MAX_OLD_INCIDENTS = 10;
const DEFAULT_CLOSE_AFTER_MS = 24 * 60 * 60 * 1000;
/** Old records that are being read in right now look quiet by their time: whose events still come is not. */
const SETTLED_MS = 10 * 60_000;

export interface AnalysisOptions {
  readonly stream: EventStream;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly policy: Policy;
  /** Called once it is durable. */
  readonly onIncident: (summary: IncidentSummary) => void;
  /** Called once it is durable, after `onIncident`: hand it to the dispatcher. */
  readonly onAction: (action: Action) => void;
  /** Actors kept in memory; default 50,000. */
  readonly maxActors?: number;
  /** About how much memory they may take; default 64 MiB. */
  readonly maxActorBytes?: number;
  /** A quiet time after which an incident is over, and the actor's next move opens a new one; default 24 hours. */
  readonly closeAfterMs?: number;
}

export interface Analysis {
  /** Resolves once it reads; it then runs until `stop`. */
  start(): Promise<void>;
  /** Ends after the batch in hand, and keeps the position. */
  stop(): Promise<void>;
  /**
   * Brings an action's new status into its incident, in one transaction with what `write` does: the dispatcher's `commit`. Harmless when
   * done twice.
   */
  actionChanged(action: Action, write?: (tx: StateTransaction) => Promise<void>): Promise<void>;
  /** A person's word on an incident; undefined where there is no such incident. */
  setStatus(incident: string, status: Incident['status']): Promise<Incident | undefined>;
  /** Closes incidents whose attackers have been quiet for `closeAfterMs`, at most `limit` of them; resolves with how many. */
  closeQuiet(limit: number): Promise<number>;
  readonly counters: AnalysisCounters;
}

export interface AnalysisCounters {
  events: number;
  /** Events that somebody looked at: moves of an attacker. */
  moves: number;
  detections: number;
  repeats: number;
  /** Events on which we broke; they are skipped and logged. */
  failures: number;
}

/** What is known of one actor; written through, so dropping it loses nothing. */
interface Dossier {
  readonly state: ActorState;
  incident: Incident | undefined;
  /** All actions against the actor that count for planning; loaded when first needed. */
  actions: Action[] | undefined;
  /** About how much memory it takes, as last weighed. */
  bytes: number;
  /** When an event of the actor came last, on the monotonic clock. */
  touchedAt: number;
}

type Tally = Omit<AnalysisCounters, 'events'>;

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
  const { closeAfterMs = DEFAULT_CLOSE_AFTER_MS } = options;
  const detectors = createDetectors();
  const counters: AnalysisCounters = { events: 0, moves: 0, detections: 0, repeats: 0, failures: 0 };
  const dossiers = new Map<Actor, Dossier>();
  let remembered = 0;
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

  async function dossierOf(actor: Actor): Promise<Dossier> {
    const known = dossiers.get(actor);
    if (known !== undefined) {
      // Last used comes last.
      dossiers.delete(actor);
      dossiers.set(actor, known);
      known.touchedAt = clock.monotonicMs();
      return known;
    }
    const [bytes, incident] = await Promise.all([state.read.actorState(actor), state.read.openIncidentOf(actor)]);
    const dossier: Dossier = {
      state: bytes === undefined ? newActorState() : unpackActorState(bytes),
      incident,
      actions: undefined,
      bytes: 0,
      touchedAt: clock.monotonicMs(),
    };
    dossiers.set(actor, dossier);
    return dossier;
  }

  /** Only between batches, when all is stored. */
  function forgetOldest(changed: Iterable<Change>): void {
    for (const { dossier } of changed) {
      const bytes = weightOf(dossier);
      remembered += bytes - dossier.bytes;
      dossier.bytes = bytes;
    }
    for (const [actor, dossier] of dossiers) {
      if (dossiers.size <= maxActors && remembered <= maxActorBytes) return;
      dossiers.delete(actor);
      remembered -= dossier.bytes;
    }
  }

  function forgetAll(): void {
    dossiers.clear();
    remembered = 0;
  }

  async function analyse(records: readonly StoredRecord[]): Promise<void> {
    const changes = new Map<Actor, Change>();
    let moves = 0;
    const tally = { moves: 0, detections: 0, repeats: 0, failures: 0 };
    for (const record of records) {
      if (!mayConcern(record.value)) continue;
      const event = attempt(record, tally, () => {
        const value = decodeEvent(record.value);
        return detectors.concerns(value) ? value : undefined;
      });
      if (event === undefined) continue;
      const { actor } = event.netsentinel;
      let change = changes.get(actor);
      if (change === undefined) {
        const dossier = await dossierOf(actor);
        change = { dossier, before: dossier.incident, replaced: [], planned: [] };
        changes.set(actor, change);
      }
      attempt(record, tally, () => take(event, change, tally));
      if (++moves % TURN === 0) await nextTurn();
    }
    for (const change of changes.values()) await plan(change);
    await store(changes, nextPositions(records));
    counters.events += records.length;
    for (const name of ['moves', 'detections', 'repeats', 'failures'] as const) counters[name] += tally[name];
    for (const { dossier, before, planned, replaced } of changes.values()) {
      for (const incident of replaced) options.onIncident(summaryOf(incident));
      if (dossier.incident !== undefined && dossier.incident !== before)
        options.onIncident(summaryOf(dossier.incident));
      for (const action of planned) options.onAction(action);
    }
    forgetOldest(changes.values());
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

  function take(event: Event, change: Change, tally: Tally): void {
    const { dossier } = change;
    if (isRepeat(dossier.state, event)) {
      tally.repeats++;
      return;
    }
    const detections = detectors.process(event, dossier.state);
    tally.moves++;
    tally.detections += detections.length;
    const current = dossier.incident;
    const next = foldEvent(current, event, detections, {
      before: dossier.state.before,
      reopenAfterMs: closeAfterMs,
    });
    if (next === undefined) return rememberBefore(dossier.state, event);
    dossier.state.before = [];
    if (current !== undefined && current.id !== next.id) {
      const why = `Its attacker came back after more than ${sayTime(closeAfterMs)}: ${next.id}`;
      change.replaced.push(closeIncident(current, Date.parse(event['@timestamp']), why));
      dossier.actions = undefined;
    }
    dossier.incident = next;
    return undefined;
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
      for (const [actor, { dossier, before, replaced, planned }] of changes) {
        for (const incident of replaced) await tx.putIncident(incident);
        if (dossier.incident !== undefined && dossier.incident !== before) await tx.putIncident(dossier.incident);
        await tx.putActorState(actor, packActorState(dossier.state), dossier.state.lastSeen);
        for (const action of planned) await tx.putAction(action);
      }
      await tx.setWatermarks(ANALYSIS_GROUP, marks);
    });
    unmarked = new Map();
    markedAt = clock.monotonicMs();
    await consumer?.commit(marks);
  }

  /** However often it takes; gives up when stopped, and the batch is read again at the next start. */
  async function analyseSurely(records: readonly StoredRecord[]): Promise<void> {
    for (let waitMs = FIRST_RETRY_MS; !stopping.signal.aborted; waitMs = Math.min(waitMs * 2, MAX_RETRY_MS)) {
      try {
        return await alone(() => analyse(records));
      } catch (error) {
        // What is in memory is ahead of what is stored now: forget it, and read it from the store again.
        forgetAll();
        log.error('analysis could not store its results; trying again', { error: describeError(error), waitMs });
        await pause(waitMs);
      }
    }
  }

  /** Waits, but not beyond `stop`. */
  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        stopping.signal.removeEventListener('abort', end);
        resolve();
      };
      const cancel = clock.after(ms, end);
      stopping.signal.addEventListener('abort', end);
      if (stopping.signal.aborted) end();
    });
  }

  async function run(from: StreamConsumer): Promise<void> {
    while (!stopping.signal.aborted) {
      const records = await from.next(stopping.signal);
      if (records.length === 0) return;
      await analyseSurely(records);
      if (records.length === BATCH) await nextTurn();
      else if (records.length >= BUSY) await pause(GATHER_MS);
    }
  }

  /** Puts a changed incident in place of the stored and the remembered one, with whatever else `write` does, and tells. */
  async function replaceIncident(
    id: string,
    change: (incident: Incident) => Incident,
    write?: (tx: StateTransaction) => Promise<void>,
  ): Promise<Incident | undefined> {
    const stored = await state.read.incident(id);
    const next = stored === undefined ? undefined : change(stored);
    const changed = next !== stored;
    if (!changed && write === undefined) return stored;
    await state.transaction(async (tx) => {
      if (changed && next !== undefined) await tx.putIncident(next);
      await write?.(tx);
    });
    if (!changed || next === undefined) return stored;
    const dossier = dossiers.get(next.actor);
    if (dossier?.incident?.id === id) dossier.incident = next;
    options.onIncident(summaryOf(next));
    return next;
  }

  async function closeQuiet(limit: number): Promise<number> {
    const now = clock.now();
    const { incidents } = await state.read.incidents({
      status: ['open', 'contained'],
      lastSeenUntil: now - closeAfterMs,
      limit,
    });
    const quiet = incidents.filter(({ actor }) => {
      const touchedAt = dossiers.get(actor)?.touchedAt;
      return touchedAt === undefined || clock.monotonicMs() - touchedAt >= Math.min(SETTLED_MS, closeAfterMs);
    });
    if (quiet.length === 0) return 0;
    const closed: Incident[] = [];
    await state.transaction(async (tx) => {
      for (const { id } of quiet) {
        const incident = await tx.incident(id);
        if (incident === undefined) continue;
        const next = closeIncident(incident, now, `Quiet for ${sayTime(closeAfterMs)}`);
        await tx.putIncident(next);
        closed.push(next);
      }
    });
    for (const incident of closed) {
      const dossier = dossiers.get(incident.actor);
      if (dossier?.incident?.id === incident.id) dossier.incident = incident;
      options.onIncident(summaryOf(incident));
    }
    return closed.length;
  }

  return {
    counters,
    async start() {
      const marks = new Map((await state.read.watermarks(ANALYSIS_GROUP)).map((one) => [one.partition, one.offset]));
      consumer = await stream.consume({
        group: ANALYSIS_GROUP,
        startAt: (partition) => marks.get(partition),
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
        await alone(() => state.transaction((tx) => tx.setWatermarks(ANALYSIS_GROUP, marks))).catch((error: unknown) =>
          log.warn('the position of analysis was not stored; some background is read again', {
            error: describeError(error),
          }),
        );
      await exclusive;
      await consumer?.close();
    },
    actionChanged: (action, write) =>
      alone(async () => {
        await replaceIncident(action.incident, (incident) => foldAction(incident, action), write);
        const actions = dossiers.get(action.actor)?.actions;
        const index = actions?.findIndex((one) => one.id === action.id) ?? -1;
        if (actions !== undefined && index >= 0) actions[index] = action;
      }),
    setStatus: (id, status) =>
      alone(async () => {
        const incident = await replaceIncident(id, (one) =>
          one.status === status ? one : { ...one, status, version: one.version + 1 },
        );
        // Which incident is the actor's open one may be another now: the store knows.
        if (incident !== undefined) forgetAll();
        return incident;
      }),
    closeQuiet: (limit) => alone(() => closeQuiet(limit)),
  };
}

/** A rough count: a few hundred bytes an entry, and the texts that attackers may make long. */
function weightOf({ state, incident }: Dossier): number {
  let bytes = 2000 + state.before.length * 500;
  if (incident === undefined) return bytes;
  const { timeline, commands, credentials, files, sessions, detections } = incident;
  bytes +=
    300 * (timeline.length + commands.length + credentials.length + files.length + sessions.length + detections.length);
  for (const { title, detail } of timeline) bytes += title.length + (detail?.length ?? 0);
  for (const { input } of commands) bytes += input.length;
  return bytes;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function positionsOf(marks: ReadonlyMap<number, bigint>): Position[] {
  return [...marks].map(([partition, offset]) => ({ partition, offset }));
}
