/**
 * Sigma correlations in the stream, and detections about accounts and services, which need the same.
 * Events that a correlation must see come over an internal stream, keyed by what it groups by; what is found goes into
 * incidents in one transaction with the position. After a restart the stream is read again from before the longest window, without reporting what
 * was reported: groups in flight survive, and no finding is missed or doubled.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import type { StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import type { EventStream, Position, StoredRecord, StreamConsumer } from '@netsentinel/contracts/stream';
import { evidenceOf, findingOfCorrelation } from '@netsentinel/detect/rule-finding';
import type { Facts } from '@netsentinel/detect/subjects/subject.types';
import { SubjectWatch } from '@netsentinel/detect/subjects/subject-watch';
import { describeError } from '@netsentinel/kernel/errors';
import { Correlator, type CorrelationMatch, type CorrelatorStats } from '@netsentinel/sigma/correlate/correlator';
import { rolesOf } from '@netsentinel/sigma/correlate/roles';
import type { Correlation, RuleSet } from '@netsentinel/sigma/rule';
import type { Correlated, LateFinding } from './analysis.types.ts';
import { entriesOf, readEntry, type CorrelationEntry } from './correlation-entry.ts';
import { ReplayPoints } from './replay-points.ts';
import { nextPositions } from './store-writer.ts';
import { surely } from './surely.ts';

/** Up to where findings are stored. */
export const CORRELATION_GROUP = 'correlation';
/** From where the stream must be read again to know all groups in flight. */
const REPLAY_GROUP = 'correlation-replay';
/** Up to when windows have been judged: partition 0, milliseconds since the epoch. */
const JUDGED_GROUP = 'correlation-judged';
const BATCH = 1000;
/** Without events, windows that are over are judged this often. */
const IDLE_MS = 1000;
/** How long the position may lag behind while nothing is found. */
const MARK_MS = 1000;
const FIRST_RETRY_MS = 100;
const LIMITS = { maxGroups: 50_000, maxGroupsEach: 20_000, evidence: 8 };

export interface CorrelationOptions {
  /** The internal stream, opened when first needed. */
  readonly open: () => Promise<EventStream>;
  /** Whether there is one already, with events from before this start. */
  readonly exists: boolean;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Detections about something else than one attacker; default: none. */
  readonly subjects?: SubjectWatch;
  /** Folds findings into incidents, in one transaction with what `write` does. */
  readonly fold: (findings: readonly LateFinding[], write: (tx: StateTransaction) => Promise<void>) => Promise<void>;
}

export interface CorrelationStage {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Resolves once the events are durable in the internal stream. */
  take(events: readonly Correlated[]): Promise<void>;
  /** Other correlations from now on; groups in flight stay wherever a correlation measures as before. */
  use(rules: Pick<RuleSet, 'correlations'>): void;
  /** The internal stream, where there is one: for retention. */
  readonly stream: EventStream | undefined;
  readonly stats: CorrelatorStats & { readonly found: number; readonly unreadable: number };
}

export function createCorrelation(options: CorrelationOptions): CorrelationStage {
  const { state, clock, log, fold, subjects = new SubjectWatch({ placeOf: undefined }, []) } = options;
  let byId: ReadonlyMap<string, Correlation> = new Map();
  let roles = rolesOf({ correlations: [] });
  const correlator = new Correlator<CorrelationEntry>([], {
    fieldOf: ({ fields }, name) => (Object.hasOwn(fields, name) ? fields[name] : undefined),
    ...LIMITS,
  });
  const replay = new ReplayPoints();
  const stopping = new AbortController();
  const counters = { found: 0, unreadable: 0 };
  let opening: Promise<EventStream> | undefined;
  let stream: EventStream | undefined;
  let running: Promise<void> = Promise.resolve();
  /** Up to where the stream is read a second time, by partition: what was found there has been reported. */
  const missed = new Map<number, bigint>();
  let judgedUntilMs = Number.NEGATIVE_INFINITY;
  let unmarked = new Map<number, bigint>();
  let markedAt = clock.monotonicMs();

  function opened(): Promise<EventStream> {
    opening ??= begin().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  async function begin(): Promise<EventStream> {
    const from = await options.open();
    stream = from;
    const marksOf = async (group: string): Promise<Map<number, bigint>> =>
      new Map((await state.read.watermarks(group)).map(({ partition, offset }) => [partition, offset]));
    const [reported, begins] = await Promise.all([marksOf(CORRELATION_GROUP), marksOf(REPLAY_GROUP)]);
    for (const { partition, oldest, next } of await from.describe()) {
      const until = reported.get(partition) ?? 0n;
      const begin = begins.get(partition) ?? until;
      if (begin < until && oldest < until && until <= next) missed.set(partition, until);
    }
    const judged = (await marksOf(JUDGED_GROUP)).get(0);
    if (judged !== undefined) judgedUntilMs = Number(judged);
    const consumer = await from.consume({
      group: CORRELATION_GROUP,
      startAt: (partition) => begins.get(partition) ?? reported.get(partition),
      maxRecords: BATCH,
    });
    running = run(consumer).catch((error: unknown) =>
      log.error('correlations have stopped: their stream cannot be read', { error: describeError(error) }),
    );
    return from;
  }

  async function run(from: StreamConsumer): Promise<void> {
    let records = await readAgain(from);
    correlator.advance(judgedUntilMs, ignore);
    while (!stopping.signal.aborted) {
      const findings: LateFinding[] = [];
      if (records.length === 0) correlator.advance(clock.now(), (match) => found(match, findings));
      for (const record of records) observe(record, (match) => found(match, findings), findings);
      for (const { partition, offset } of nextPositions(records)) unmarked.set(partition, offset);
      const isDue = unmarked.size > 0 && clock.monotonicMs() - markedAt >= MARK_MS;
      if ((findings.length > 0 || isDue) && !(await mark(from, findings))) return from.close();
      records = await nextOf(from);
    }
    // What is not marked is read again at the next start.
    if (unmarked.size > 0) await store(from, []).catch(() => undefined);
    return from.close();
  }

  /** Takes up groups that were in flight before this start, and reports nothing of them. Answers what came besides, and is new. */
  async function readAgain(from: StreamConsumer): Promise<readonly StoredRecord[]> {
    const fresh: StoredRecord[] = [];
    const behind = new Map(missed);
    while (behind.size > 0 && !stopping.signal.aborted) {
      for (const record of await from.next(stopping.signal)) {
        const until = missed.get(record.partition) ?? 0n;
        if (record.offset >= until) fresh.push(record);
        else observe(record, ignore);
        if (record.offset + 1n >= until) behind.delete(record.partition);
      }
    }
    return fresh;
  }

  /** Waits for events; for a second at most while windows are open. */
  async function nextOf(from: StreamConsumer): Promise<readonly StoredRecord[]> {
    if (correlator.stats.groups === 0 && unmarked.size === 0) return from.next(stopping.signal);
    const idle = new AbortController();
    const cancel = clock.after(IDLE_MS, () => idle.abort());
    try {
      return await from.next(AbortSignal.any([stopping.signal, idle.signal]));
    } finally {
      cancel();
    }
  }

  /** @param findings takes what is found of subjects; without it, that is only remembered */
  function observe(
    record: StoredRecord,
    onMatch: (match: CorrelationMatch<CorrelationEntry>) => void,
    findings?: LateFinding[],
  ): void {
    const entry = readEntry(record.value);
    replay.pass(record, correlator.nowMs);
    if (entry === undefined) {
      counters.unreadable++;
      log.error('an entry of the correlations cannot be read; it is skipped', {
        partition: record.partition,
        offset: record.offset,
      });
      return;
    }
    const [detector = ''] = entry.correlations;
    if (subjects.has(detector)) {
      correlator.advance(record.appendedAt, onMatch);
      const detection = subjects.observe(
        { detector, key: record.key, facts: entry.fields as Facts },
        evidenceOf(entry.event),
      );
      if (detection !== undefined) findings?.push({ event: entry.event, detection });
      return;
    }
    const time = Date.parse(entry.event['@timestamp']);
    correlator.observe(entry, time, entry.rules, onMatch, {
      only: new Set(entry.correlations),
      arrivedMs: record.appendedAt,
    });
  }

  function found(match: CorrelationMatch<CorrelationEntry>, findings: LateFinding[]): void {
    const { correlation, events, group, measured } = match;
    const newest = events.at(-1);
    if (newest === undefined || !roles.reports(correlation.id)) return;
    const detection = findingOfCorrelation(
      correlation,
      events.map(({ event }) => evidenceOf(event)),
      group,
      measured,
    );
    findings.push({ event: newest.event, detection });
  }

  function mark(from: StreamConsumer, findings: readonly LateFinding[]): Promise<boolean> {
    return surely(() => store(from, findings), {
      clock,
      signal: stopping.signal,
      firstMs: FIRST_RETRY_MS,
      onFailure: (error, waitMs) =>
        log.error('findings of correlations could not be stored; trying again', {
          error: describeError(error),
          waitMs,
        }),
    });
  }

  async function store(from: StreamConsumer, findings: readonly LateFinding[]): Promise<void> {
    const marks: Position[] = [...unmarked].map(([partition, offset]) => ({ partition, offset }));
    const longestMs = Math.max(subjects.memoryMs / 2, ...[...byId.values()].map(({ timespanMs }) => timespanMs));
    // Twice: a condition that goes on holding is reported once each timespan.
    const begins = replay.before(correlator.nowMs - 2 * longestMs);
    const judged = Number.isFinite(correlator.nowMs) ? [{ partition: 0, offset: BigInt(correlator.nowMs) }] : [];
    await fold(findings, async (tx) => {
      await tx.setWatermarks(CORRELATION_GROUP, marks);
      await tx.setWatermarks(REPLAY_GROUP, begins);
      await tx.setWatermarks(JUDGED_GROUP, judged);
    });
    counters.found += findings.length;
    unmarked = new Map();
    markedAt = clock.monotonicMs();
    await from.commit(marks);
  }

  return {
    get stream() {
      return stream;
    },
    get stats() {
      return { ...correlator.stats, ...counters };
    },
    async start() {
      if (options.exists) await opened();
    },
    async stop() {
      stopping.abort();
      await opening?.catch(() => undefined);
      await running;
    },
    async take(events) {
      const records = events.flatMap((one) => entriesOf(one, (id) => byId.get(id)));
      if (records.length > 0) await (await opened()).append(records);
    },
    use({ correlations }) {
      byId = new Map(correlations.map((one) => [one.id, one]));
      roles = rolesOf({ correlations });
      correlator.reload(correlations);
    },
  };
}

function ignore(): void {
  // What was found then was stored then.
}
