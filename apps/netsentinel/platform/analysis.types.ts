/** What the platform sees of analysis. */
import type { Action } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Enricher } from '@netsentinel/contracts/enricher';
import type { Incident, IncidentSummary } from '@netsentinel/contracts/incident';
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import type { Logger } from '@netsentinel/contracts/log';
import type { EventCodec } from '@netsentinel/kernel/event-record';
import type { StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import type { EventStream, StoredRecord } from '@netsentinel/contracts/stream';
import type { Policy } from '@netsentinel/respond/engine';
import type { IncidentChange } from '@netsentinel/respond/playbooks/runner.types';
import type { Facts } from '@netsentinel/detect/subjects/subject.types';
import type { FindingExceptions } from '../rules/finding-exceptions.ts';
import type { Rekeyed } from '@netsentinel/sigma/correlate/rekey';

/** The rules that every event is asked about. */
export interface EventRules {
  /** Undefined where no rule matches, as for most events. `arrivedMs`: when the stream took it; correlations forget by it. */
  judge(event: Event, arrivedMs: number): Judgement | undefined;
  /** As `judge` for an event that was judged before this start, so that correlations know it again; nothing of it is reported. */
  judgeAgain(event: Event, arrivedMs: number): void;
  /** For how long correlations remember an event: from so far back they must see them again after a restart. Milliseconds. */
  readonly memoryMs: number;
}

/** A group that an event belongs to: of correlations, or of the detection about a subject that `correlations` names. */
export interface Group extends Rekeyed {
  /** What the detection needs to know of the event. */
  readonly facts?: Facts;
}

export interface Judgement {
  readonly detections: readonly Detection[];
  /** Which correlations must see the event, and with which others. */
  readonly groups: readonly Group[];
}

/** An event that correlations must see. */
export interface Correlated {
  readonly record: StoredRecord;
  readonly event: Event;
  readonly groups: readonly Group[];
}

/** What was found about an event after it had been analysed. */
export interface LateFinding {
  readonly event: Event;
  readonly detection: Detection;
}

export interface AnalysisOptions {
  readonly stream: EventStream;
  /** How records are read; plainly where nothing is said. */
  readonly records?: EventCodec;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly policy: Policy;
  /** Adds what is known of an event's addresses before anybody looks at it. */
  readonly enrich?: Enricher['enrich'];
  /** Without them only detectors look at events. */
  readonly rules?: EventRules;
  /** Takes away what was found and is excepted. */
  readonly exceptions?: FindingExceptions;
  /** Takes what correlations must see; resolves once it is durable. The same again, after a crash, must count once. */
  readonly correlate?: (events: readonly Correlated[]) => Promise<void>;
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
   * Brings actions' new statuses into their incidents, in their order and in one transaction with what `write` does: the dispatcher's `commit`.
   * Harmless when done twice.
   */
  actionsChanged(actions: readonly Action[], write?: (tx: StateTransaction) => Promise<void>): Promise<void>;
  /** Folds what was found later into the incidents of those it is about, in one transaction with what `write` does. */
  addFindings(findings: readonly LateFinding[], write: (tx: StateTransaction) => Promise<void>): Promise<void>;
  /**
   * A change to an incident that brings actions with it, in one transaction with what its `write` does: a playbook's step. `work` sees the incident as it
   * is; undefined of it changes nothing.
   */
  carryOut(id: string, work: (incident: Incident | undefined) => Promise<IncidentChange | undefined>): Promise<void>;
  /** A change that a person makes to an incident, in one transaction with what `write` does; undefined where there is no such incident. */
  changeIncident(
    id: string,
    change: (incident: Incident) => Incident,
    write?: (tx: StateTransaction) => Promise<void>,
  ): Promise<Incident | undefined>;
  /** What others change of incidents and of what is remembered of actors, while nobody else does; all of it is read from the store again. */
  rewrite<T>(work: () => Promise<T>): Promise<T>;
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
